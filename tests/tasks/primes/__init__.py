"""Tests of songs that samples continue."""
