"""The samples' figures beside those of held-out songs, and whatever else was measured."""

from dataclasses import dataclass

from nocturne.tasks.pages.model_report.figures import (
    HELD_OUT,
    Metrics,
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
    "copied_share": (".1%", "Samples with a longer such run than any held-out song has"),
    "pitch_class_entropy": (".2f", "Spread over the twelve pitch classes, in bits"),
    "scale_consistency": (".2f", "Largest share of notes that fit one scale"),
    "polyphony": (".2f", "Notes sounding at once, while any does"),
    "polyphony_rate": (".1%", "Time in which more than two pitches sound"),
    "empty_beat_rate": (".1%", "Beats in which no note sounds"),
}
SHOWN_ELSEWHERE = {
    "bits_per_note",
    "composite_bits_per_note",
    "cache_bits_per_note",
    "unigram_bits_per_note",
    "samples",
}


@dataclass(frozen=True)
class Compared:
    """One figure of the samples beside the same figure of held-out songs, as text."""

    label: str
    about: str
    samples: str
    held_out: str


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
