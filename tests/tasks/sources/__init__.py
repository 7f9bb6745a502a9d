"""Tests of tasks/sources."""
