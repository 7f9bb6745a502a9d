"""The rows of a comparison: figures with their change, settings and facts that differ, corpora."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from nocturne.schemas.nights import FEATURE_TITLES
from nocturne.schemas.sequences import SPLITS
from nocturne.tasks.music.metrics import METRICS
from nocturne.tasks.music.metrics.metric import Metric
from nocturne.tasks.nights.divergence import divergences
from nocturne.tasks.pages.comparison.sides import Side
from nocturne.tasks.pages.formatting import NOT_MEASURED, date_utc, duration
from nocturne.tasks.pages.model_report.facts import settings
from nocturne.tasks.pages.model_report.tables import baseline_bits, finite, label, title_of

NOT_RECORDED = "not recorded"
BITS = ".3f"


class Row(NamedTuple):
    """A name, its value on both sides, and the change from the first to the second, "" if none."""

    name: str
    first: str
    second: str
    change: str = ""


def figure_rows(first: Side, second: Side) -> tuple[Row, ...]:
    """Return bits per note, those of each attribute and of the baselines, and the samples' figures.

    A change is the second minus the first.
    """
    both = (first.metrics, second.metrics)
    attributes = dict.fromkeys(name for metrics in both for name in metrics.by_attribute)
    names = dict.fromkeys([*METRICS, *(name for metrics in both for name in metrics.samples)])
    rows = [_row("Bits per note", [m.bits_per_note for m in both], BITS)]
    rows += [
        _row(f"{label(name)}, bits", [m.by_attribute.get(name) for m in both], BITS)
        for name in attributes
    ]
    rows += [
        _row(f"{label(name)} baseline, bits", [baseline_bits(m, name) for m in both], BITS)
        for name in ("composite", "cache")
    ]
    rows.append(_row("Overlap with held-out songs", [m.mean_overlap for m in both], ".2f"))
    for name in (name for name in names if any(name in m.samples for m in both)):
        metric = METRICS.get(name, Metric(name, ".3g", ""))
        pair = [m.samples.get(name) for m in both]
        rows.append(_row(f"Samples: {title_of(metric)}", pair, metric.format))
    return tuple(rows)


def setting_rows(first: Side, second: Side) -> tuple[Row, ...]:
    """Return the settings of training and network in which the models differ."""
    ours, theirs = ({title: text for title, text, _ in settings(s.card)} for s in (first, second))
    return _differing(ours, theirs)


def fact_rows(first: Side, second: Side) -> tuple[Row, ...]:
    """Return how each model was made, without what is the same."""
    return _differing(_facts(first), _facts(second))


def corpus_rows(first: Side, second: Side) -> tuple[Row, ...]:
    """Return songs and notes of each split, and what became of the files, with their changes."""
    rows = []
    for split in SPLITS:
        for kind in ("songs", "notes"):
            pair = [getattr(side.card, kind).get(split) for side in (first, second)]
            rows.append(_row(f"{label(kind)}, {split}", pair, ","))
    counts = [side.corpus.profile.counts if side.corpus else None for side in (first, second)]
    for name in ("inputs", "accepted", "quarantined", "duplicate"):
        pair = [getattr(one, name) if one else None for one in counts]
        rows.append(_row(f"Files, {name}", pair, ",", NOT_RECORDED))
    return tuple(rows)


def divergence_rows(first: Side, second: Side) -> tuple[tuple[str, str], ...]:
    """Return how far the corpora are apart by feature, in bits; empty if one was not recorded."""
    if first.corpus is None or second.corpus is None:
        return ()
    figures = divergences(second.corpus.profile, first.corpus.profile)
    return tuple((FEATURE_TITLES[name], f"{bits:.3f}") for name, bits in figures.items())


def _facts(side: Side) -> dict[str, str]:
    card = side.card
    return {
        "Made (UTC)": date_utc(card.created),
        "Trained for": f"{duration(card.train_seconds)}, {card.steps:,} steps",
        "Stopped because": card.stopped,
        "Device": card.device,
        "Weights": f"{card.parameters:,}",
        "Data fingerprint": card.data_fingerprint,
        "Vocabulary": card.vocabulary_id,
        "Code version": card.code_version,
        "Champion": "yes" if side.is_champion else "no",
        "Verdict": side.metrics.verdict.strip() or NOT_MEASURED,
    }


def _differing(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[Row, ...]:
    names: Iterable[str] = dict.fromkeys([*ours, *theirs])
    rows = (Row(name, ours.get(name, "-"), theirs.get(name, "-")) for name in names)
    return tuple(row for row in rows if row.first != row.second)


def _row(name: str, pair: Sequence[float | None], spec: str, absent: str = NOT_MEASURED) -> Row:
    ours, theirs = (finite(value) for value in pair)
    first, second = (absent if value is None else format(value, spec) for value in (ours, theirs))
    if ours is None or theirs is None or first == second:
        return Row(name, first, second)
    return Row(name, first, second, format(theirs - ours, f"+{spec}"))
