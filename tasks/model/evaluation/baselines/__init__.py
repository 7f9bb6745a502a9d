"""What a model must beat: n-gram models of the same category ids. Numpy only."""

from nocturne.tasks.model.evaluation.baselines.evaluate import judge_baselines

__all__ = ["judge_baselines"]
