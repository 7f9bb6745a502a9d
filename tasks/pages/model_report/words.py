"""The sentences of a report: the headline figures, the samples, the verdict."""

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.music.metrics import METRICS
from nocturne.tasks.pages.formatting import NOT_MEASURED, format_figure
from nocturne.tasks.pages.model_report.tables import (
    baseline_bits,
    finite,
    title_of,
)
from nocturne.tasks.pages.tile import Tile

HEADLINE_METRICS = ("repetition", "looping_share", "originality")


def bits_in_words(metrics: ModelMetrics) -> str:
    """Say how many bits a note costs the model, and how many it costs the baselines."""
    own = finite(metrics.bits_per_note)
    if own is None:
        return "Bits per note on held-out songs were not measured."
    baselines = {
        "the best n-grams": baseline_bits(metrics, "composite"),
        "the n-grams with counts of the song so far": baseline_bits(metrics, "cache"),
    }
    measured = {name: bits for name, bits in baselines.items() if bits is not None}
    cost = (
        f"The model needs {own:.2f} bits for a note of a song it never saw, like a choice among "
        f"{2**own:.1f} equally likely notes"
    )
    if not measured:
        return f"{cost}. The baselines were not measured."
    comparisons = " and ".join(_compare(own, name, bits) for name, bits in measured.items())
    beaten = sum(own < bits for bits in measured.values())
    conclusions = {
        len(measured): "the model beats every measured baseline",
        0: "the model beats none of the measured baselines",
    }
    conclusion = conclusions.get(beaten, "the model beats one of the two baselines")
    return f"{cost}. That is {comparisons}: {conclusion}."


def _compare(own: float, name: str, bits: float) -> str:
    side = "below" if own < bits else "above"
    return f"{abs(bits - own):.2f} bits {side} {name} ({bits:.2f})"


def samples_in_words(metrics: ModelMetrics) -> str:
    """Say how the samples compare with held-out songs."""
    overlap = finite(metrics.mean_overlap)
    repetition = finite(metrics.samples.get("repetition"))
    sentences = []
    if overlap is not None:
        sentences.append(
            f"The samples overlap held-out music by {overlap:.2f} on average, where 1 is no "
            "difference"
        )
    if repetition is not None:
        sentences.append(f"{repetition:.0%} of their five-note figures return{_in_real(metrics)}")
    sentences.extend(
        f"{share:.1%} of the samples {what}"
        for name, what in (("looping_share", "loop"), ("degenerate_share", "are degenerate"))
        if (share := finite(metrics.samples.get(name))) is not None
    )
    return ". ".join(sentences) + "." if sentences else "The samples were not measured."


def _in_real(metrics: ModelMetrics) -> str:
    real = finite(metrics.held_out.get("repetition"))
    return "" if real is None else f", in real songs {real:.0%}"


def tiles(metrics: ModelMetrics) -> tuple[Tile, ...]:
    """Return the five figures that a reader looks for first."""
    composite = format_figure(baseline_bits(metrics, "composite"))
    bits, overlap = finite(metrics.bits_per_note), finite(metrics.mean_overlap)
    return (
        Tile("Bits per note", format_figure(bits), f"best n-grams {composite}"),
        Tile("Mean overlap", format_figure(overlap), "1 is no difference"),
        *(_metric_tile(metrics, name) for name in HEADLINE_METRICS),
    )


def _metric_tile(metrics: ModelMetrics, name: str) -> Tile:
    metric = METRICS[name]
    value = format_figure(finite(metrics.samples.get(name)), metric.format)
    real = format_figure(finite(metrics.held_out.get(name)), metric.format)
    beside = f"real songs {real}"
    if name == "looping_share" and real == NOT_MEASURED:
        beside = "real music: none"
    if name == "originality" and real != NOT_MEASURED:
        beside += " notes"
    title = "Looping samples" if name == "looping_share" else title_of(metric)
    return Tile(title, value, beside)
