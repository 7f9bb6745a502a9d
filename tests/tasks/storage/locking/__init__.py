"""Tests of tasks/storage/locking."""
