"""Tests of tasks/samples/writers."""
