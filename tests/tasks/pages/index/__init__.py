"""Tests of tasks/pages/index."""
