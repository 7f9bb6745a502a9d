"""Tests of tasks/pages/model_report."""
