"""Tests of schemas/samples."""
