"""Figures of samples beside the same figures of held-out songs.

`METRICS` (registry.py) lists every metric. A metric is declared beside its formula, in the
`METRICS` of its module, with its format and its meaning; nothing else need be touched to add one:

- repetition.py: windows of notes that come back, and loops;
- copied_runs.py: the longest run of notes that also stands in a training song;
- degenerate.py: samples that are no music;
- primer_reuse.py: what a continuation takes up from its primer;
- formulas.py: MusPy's published metrics.

`evaluate_samples` measures a set of samples; overlap.py compares the distributions of two sets;
excerpt.py turns category ids into what the formulas read.
"""

from nocturne.tasks.music.metrics.primer_reuse import Primed, evaluate_uptake, primed
from nocturne.tasks.music.metrics.registry import METRICS
from nocturne.tasks.music.metrics.sample_metrics import evaluate_samples

__all__ = ["METRICS", "Primed", "evaluate_samples", "evaluate_uptake", "primed"]
