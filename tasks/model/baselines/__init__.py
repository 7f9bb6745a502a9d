"""What a model must beat: n-gram models of the same category ids. Numpy only."""

from tasks.model.baselines.judge import judge_baselines

__all__ = ["judge_baselines"]
