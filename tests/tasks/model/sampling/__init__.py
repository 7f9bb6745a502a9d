"""Tests of tasks/model/sampling."""
