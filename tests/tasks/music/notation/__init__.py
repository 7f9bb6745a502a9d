"""Tests of tasks/music/notation."""
