"""What a report says in words: the headline figures, the samples, the verdict."""

from collections.abc import Mapping

from nocturne.tasks.pages.model_report.figures import (
    HELD_OUT,
    NOT_MEASURED,
    Metrics,
    baseline_bits,
    figure,
    label,
    shown,
)
from nocturne.tasks.pages.model_report.samples import SAMPLE_FIGURES
from nocturne.tasks.pages.tile import Tile


def verdict(metrics: Metrics) -> str:
    """Return the verdict in words; empty if there is none."""
    found = metrics.get("verdict")
    if isinstance(found, Mapping):
        found = found.get("reason")
    return found.strip() if isinstance(found, str) else ""


def bits_in_words(metrics: Metrics) -> str:
    """Say what a note costs the model, and what it costs the baselines it must beat."""
    own = figure(metrics, "bits_per_note")
    if own is None:
        return "How well it predicts held-out songs was not measured."
    against = {
        "the best n-grams": baseline_bits(metrics, "composite"),
        "those n-grams with counts of the song so far": baseline_bits(metrics, "cache"),
    }
    parts = [_against(own, name, bits) for name, bits in against.items() if bits is not None]
    said = (
        f"A note of a song it never saw costs it {own:.2f} bits, like a choice among "
        f"{2**own:.1f} equally likely notes"
    )
    if not parts:
        return f"{said}. The baselines were not measured."
    beaten = [bits for bits in against.values() if bits is not None and own < bits]
    summary = {
        len(parts): "it beats every measured rival",
        0: "it beats none of its measured rivals",
    }
    tail = summary.get(len(beaten), "it beats one of its two rivals")
    return f"{said}. That is {' and '.join(parts)}: {tail}."


def _against(own: float, name: str, bits: float) -> str:
    side = "below" if own < bits else "above"
    return f"{abs(bits - own):.2f} bits {side} {name} ({bits:.2f})"


def samples_in_words(metrics: Metrics) -> str:
    """Say how its samples sound beside held-out songs."""
    overlap, repetition = figure(metrics, "mean_overlap"), figure(metrics, "repetition")
    said = []
    if overlap is not None:
        said.append(
            f"Its samples overlap held-out music by {overlap:.2f} on average, where 1 is no "
            "difference"
        )
    if repetition is not None:
        said.append(f"{repetition:.0%} of their five-note figures return{_real(metrics)}")
    said.extend(
        f"{share:.1%} of the samples {what}"
        for key, what in (("looping_share", "loop"), ("degenerate_share", "are degenerate"))
        if (share := figure(metrics, key)) is not None
    )
    return ". ".join(said) + "." if said else "Its samples were not measured."


def _real(metrics: Metrics) -> str:
    real = figure(metrics, "repetition" + HELD_OUT)
    return "" if real is None else f", in real songs {real:.0%}"


def tiles(metrics: Metrics) -> tuple[Tile, ...]:
    """Return the five figures that a reader looks for first."""
    composite = shown(baseline_bits(metrics, "composite"))
    found = [
        Tile("Bits per note", shown(figure(metrics, "bits_per_note")), f"best n-grams {composite}"),
        Tile("Mean overlap", shown(figure(metrics, "mean_overlap")), "1 is no difference"),
    ]
    for key in ("repetition", "looping_share", "originality"):
        spec = SAMPLE_FIGURES[key][0]
        real = shown(figure(metrics, key + HELD_OUT), spec)
        beside = "real music: none" if key == "looping_share" and real == NOT_MEASURED else ""
        unit = " notes" if key == "originality" and real != NOT_MEASURED else ""
        value = shown(figure(metrics, key), spec)
        name = {"looping_share": "Looping samples", "originality": "Longest copied run"}
        found.append(Tile(name.get(key, label(key)), value, beside or f"real songs {real}{unit}"))
    return tuple(found)
