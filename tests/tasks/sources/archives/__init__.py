"""Tests of tasks/sources/archives."""
