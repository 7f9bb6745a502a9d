"""Isolated worker processes with limits on memory and time."""
