"""Tests of tasks/corpus/notes."""
