"""Tests of tasks/samples."""
