"""METRICS: every metric of samples, in the order in which reports show them.

Evaluation, metrics.json, the report (page and Markdown) and the benchmark of models follow from it.
"""

from nocturne.tasks.music.metrics import (
    copied_runs,
    degenerate,
    formulas,
    primer_reuse,
    repetition,
)
from nocturne.tasks.music.metrics.metric import Metric

_MODULES = (repetition, copied_runs, degenerate, primer_reuse, formulas)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in sorted(
        (metric for module in _MODULES for metric in module.METRICS),
        key=lambda metric: not metric.essential,
    )
}
