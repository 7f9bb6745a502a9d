"""Tests of tasks/music/midi."""
