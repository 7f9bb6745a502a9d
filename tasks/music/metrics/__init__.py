"""How samples compare with held-out music: published formulas, overlap, repetition, originality."""

from nocturne.tasks.music.metrics.primer_reuse import Primed, judge_uptake, primed
from nocturne.tasks.music.metrics.sample_metrics import judge_samples

__all__ = ["Primed", "judge_samples", "judge_uptake", "primed"]
