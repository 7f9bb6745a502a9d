"""Tests of the commands on a storage root that need no flow."""
