"""Evaluation of a model: baselines, metrics, comparison with the champion, the gate."""
