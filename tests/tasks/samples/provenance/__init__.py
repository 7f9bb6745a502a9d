"""Tests of tasks/samples/provenance."""
