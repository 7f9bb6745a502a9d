"""Tests of tasks/corpus/sequences."""
