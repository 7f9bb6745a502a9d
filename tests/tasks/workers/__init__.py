"""Tests of tasks/workers."""
