"""Tests of choosing among draws."""
