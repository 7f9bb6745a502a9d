"""Tests of tasks/model/training."""
