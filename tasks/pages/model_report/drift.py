"""The drift of a model's corpus, in words and by feature."""

from nocturne.schemas.nights import FEATURE_TITLES, Drift
from nocturne.tasks.nights.drift import describe_drift

Rows = tuple[tuple[str, str], ...]


def drift_in_words(drift: Drift) -> str:
    """Say whether the corpus has moved beyond the bound, as a sentence."""
    words = describe_drift(drift)
    return f"{words[:1].upper()}{words[1:]}."


def drift_rows(drift: Drift | None) -> Rows:
    """Return the drift by feature as (feature, bits); empty if it was not measured."""
    figures = drift.by_feature if drift else {}
    return tuple((FEATURE_TITLES.get(name, name), f"{bits:.3f}") for name, bits in figures.items())
