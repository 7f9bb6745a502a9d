"""Tests of tasks/model/evaluation."""
