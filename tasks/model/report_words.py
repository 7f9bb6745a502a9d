"""What a report says in words: the headline, the samples beside real songs, the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.model.report_figures import (
    HELD_OUT,
    NOT_MEASURED,
    Metrics,
    baseline_bits,
    figure,
    label,
    number,
    shown,
)

DISTRIBUTIONS = ("pitch", "pitch_class", "interval", "ioi", "duration")
# Figure of the samples: its format and what it means.
SAMPLE_FIGURES = {
    "repetition": (".2f", "Share of five-note figures already heard within 128 notes"),
    "looping_share": (".1%", "Samples of which one five-note figure fills over a quarter"),
    "originality": (".0f", "Longest run of notes, by interval and timing, found in training songs"),
    "degenerate_share": (".1%", "Samples with too few notes, a single pitch or silence"),
    "uptake": (".2f", "Figures of a held-out primer taken up again in what follows it"),
    "originality_mean": (".1f", "The same run, as a mean over all samples"),
    "pitch_class_entropy": (".2f", "Spread over the twelve pitch classes, in bits"),
    "scale_consistency": (".2f", "Largest share of notes that fit one scale"),
    "polyphony": (".2f", "Notes sounding at once, while any does"),
    "polyphony_rate": (".1%", "Time in which more than two pitches sound"),
    "empty_beat_rate": (".1%", "Beats in which no note sounds"),
}
SHOWN_ELSEWHERE = {"bits_per_note", "composite_bits_per_note", "cache_bits_per_note", "samples"}


@dataclass(frozen=True)
class Compared:
    """One figure of the samples beside the same figure of held-out songs, as text."""

    label: str
    about: str
    samples: str
    held_out: str


@dataclass(frozen=True)
class Tile:
    """One headline figure and what it stands beside."""

    label: str
    value: str
    beside: str


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
    summary = {len(parts): "it beats every measured rival", 0: "it beats neither of its rivals"}
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
        f"{share:.1%} of them {what}"
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
        unit = " notes in a row" if key == "originality" and real != NOT_MEASURED else ""
        value = shown(figure(metrics, key), spec)
        name = {"looping_share": "Looping samples", "originality": "Longest copied run"}
        found.append(Tile(name.get(key, label(key)), value, beside or f"real songs {real}{unit}"))
    return tuple(found)


def compared(metrics: Metrics) -> tuple[Compared, ...]:
    """Return every figure that samples and held-out songs can share, the known ones first."""
    pairs = [key.removesuffix(HELD_OUT) for key in metrics if key.endswith(HELD_OUT)]
    keys = dict.fromkeys([*list(SAMPLE_FIGURES)[:4], *_present(metrics), *pairs])
    rows = []
    for key in keys:
        spec, about = SAMPLE_FIGURES.get(key, (".3g", ""))
        values = figure(metrics, key), figure(metrics, key + HELD_OUT)
        rows.append(Compared(label(key), about, shown(values[0], spec), shown(values[1], spec)))
    return tuple(rows)


def _present(metrics: Metrics) -> list[str]:
    return [key for key in SAMPLE_FIGURES if key in metrics]


def overlaps(metrics: Metrics) -> dict[str, float | None]:
    """Return the overlap of every distribution, 0..1, the five agreed ones first."""
    prefix = "overlap_"
    extra = [key.removeprefix(prefix) for key in metrics if key.startswith(prefix)]
    aliased = {"inter_onset_interval": "ioi"}
    names = dict.fromkeys([*DISTRIBUTIONS, *(aliased.get(name, name) for name in extra)])
    found = {name: figure(metrics, prefix + name) for name in names}
    if found["ioi"] is None:
        found["ioi"] = figure(metrics, prefix + "inter_onset_interval")
    return found


def other_figures(metrics: Metrics) -> tuple[tuple[str, str], ...]:
    """Return every plain number of metrics.json that no other part of a report shows."""
    taken = SHOWN_ELSEWHERE | set(SAMPLE_FIGURES) | {"mean_overlap"}
    paired = {key for key in metrics if key.endswith(HELD_OUT) or key + HELD_OUT in metrics}
    return tuple(
        (label(key), f"{value:.4g}")
        for key, raw in metrics.items()
        if key not in taken | paired and not key.startswith("overlap_")
        if (value := number(raw)) is not None
    )
