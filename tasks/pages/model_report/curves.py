"""Training curves: bits per note on both splits against steps and minutes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.pages.charts.charts import (
    MOST_MARKS,
    RIGHT_WITH_SCALE,
    WIDTH,
    Chart,
    Line,
    Scale,
    across,
    polyline,
    upwards,
)
from nocturne.tasks.pages.model_report.tables import baseline_bits

NATS_PER_BIT = math.log(2)
CURVES = {"train_bits": ("train", "training"), "valid_bits": ("valid", "validation")}
AXES = {"step": ("steps", 1.0), "seconds": ("minutes", 1 / 60)}
BASELINE_LINES = {"composite": "best n-grams (test songs)", "cache": "n-grams with the song so far"}

History = Sequence[Mapping[str, Any]]


def series(history: History, x_key: str, y_key: str) -> tuple[list[float], list[float]]:
    """Return the evaluations that have both figures, as two lists of one length."""
    rows = [(_number(row.get(x_key)), _number(row.get(y_key))) for row in history]
    known = [(x, y) for x, y in rows if x is not None and y is not None]
    return [x for x, _ in known], [y for _, y in known]


def _number(value: object) -> float | None:
    """Return a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def best_evaluation(history: History) -> tuple[float, float] | None:
    """Return step and validation bits of the best evaluation."""
    steps, bits = series(history, "step", "valid_bits")
    return min(zip(steps, bits, strict=True), key=lambda evaluation: evaluation[1], default=None)


def curves(history: History, metrics: ModelMetrics) -> tuple[Chart, ...]:
    """Return bits per note against steps and against minutes; empty without a history."""
    charts = (_bits_chart(history, metrics, key) for key in AXES)
    return tuple(chart for chart in charts if chart) + _rate_chart(history)


def _bits_chart(history: History, metrics: ModelMetrics, x_key: str) -> Chart | None:
    unit, factor = AXES[x_key]
    found = {key: series(history, x_key, key) for key in CURVES}
    found = {key: ([x * factor for x in xs], ys) for key, (xs, ys) in found.items() if xs}
    if not found:
        return None
    baselines = {
        name: bits for name in BASELINE_LINES if (bits := baseline_bits(metrics, name)) is not None
    }
    heights = [y for _, ys in found.values() for y in ys] + list(baselines.values())
    low, high = min(heights), max(heights)
    room = (high - low) * 0.06 or 0.5
    x = across(0, max(max(xs) for xs, _ in found.values()), RIGHT_WITH_SCALE)
    y = upwards(max(0, low - room), high + room)
    lines = [_baseline(name, bits, x, y) for name, bits in baselines.items()]
    lines += [_curve(key, xs, ys, x, y, unit) for key, (xs, ys) in found.items()]
    return Chart(
        title=f"Bits per note against {unit}",
        x_label=unit,
        y_label="bits per note",
        x_ticks=x.ticks(5),
        y_ticks=y.ticks(5),
        lines=tuple(lines),
        right=WIDTH - RIGHT_WITH_SCALE,
        right_label="loss, nats per note",
        right_ticks=y.ticks(5, NATS_PER_BIT),
    )


def _baseline(name: str, bits: float, x: Scale, y: Scale) -> Line:
    points = polyline([x.low, x.high], [bits, bits], x, y)
    return Line(name, f"{BASELINE_LINES[name]}: {bits:.2f}", points)


def _curve(key: str, xs: list[float], ys: list[float], x: Scale, y: Scale, unit: str) -> Line:
    kind, words = CURVES[key]
    marks = [
        (x(a), y(b), f"{words}: {b:.3f} bits at {a:,.5g} {unit}")
        for a, b in zip(xs, ys, strict=True)
    ]
    shown = tuple(marks) if len(marks) <= MOST_MARKS else ()
    return Line(kind, words, polyline(xs, ys, x, y), shown)


def _rate_chart(history: History) -> tuple[Chart, ...]:
    xs, ys = series(history, "step", "rate")
    if not xs:
        return ()
    x, y = across(0, max(xs)), upwards(0, max(ys) * 1000 * 1.05)
    thousandths = [1000 * rate for rate in ys]
    marks = tuple(
        (x(a), y(b), f"{b:.4g} thousandths at {a:,.5g} steps")
        for a, b in zip(xs, thousandths, strict=True)
    )
    points = polyline(xs, thousandths, x, y)
    line = Line("rate", "learning rate", points, marks if len(marks) <= MOST_MARKS else ())
    chart = Chart(
        title="Learning rate against steps",
        x_label="steps",
        y_label="learning rate, thousandths",
        x_ticks=x.ticks(5),
        y_ticks=y.ticks(4),
        lines=(line,),
    )
    return (chart,)
