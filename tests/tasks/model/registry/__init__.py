"""Tests of tasks/model/registry."""
