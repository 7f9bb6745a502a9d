"""Tests of tasks/pages/charts."""
