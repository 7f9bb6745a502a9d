"""How samples compare with held-out music: published formulas, overlap, repetition, originality."""

from tasks.music.metrics.judge import judge_samples
from tasks.music.metrics.primed import Primed, judge_uptake, primed

__all__ = ["Primed", "judge_samples", "judge_uptake", "primed"]
