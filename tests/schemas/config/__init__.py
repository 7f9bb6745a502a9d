"""Tests of schemas/config."""
