"""How samples compare with held-out music: published formulas, overlap, repetition, originality."""

from nocturne.tasks.music.metrics.primer_reuse import Primed, evaluate_uptake, primed
from nocturne.tasks.music.metrics.sample_metrics import evaluate_samples

__all__ = ["Primed", "evaluate_samples", "evaluate_uptake", "primed"]
