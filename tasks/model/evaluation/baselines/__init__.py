"""Baselines that a model must beat: n-gram models of the same category ids. Numpy only."""

from nocturne.tasks.model.evaluation.baselines.evaluate import evaluate_baselines

__all__ = ["evaluate_baselines"]
