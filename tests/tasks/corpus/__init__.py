"""Tests of tasks/corpus."""
