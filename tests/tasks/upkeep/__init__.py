"""Tests of the upkeep of a storage root."""
