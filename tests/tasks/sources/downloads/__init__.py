"""Tests of tasks/sources/downloads."""
