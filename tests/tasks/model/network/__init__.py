"""Tests of tasks/model/network."""
