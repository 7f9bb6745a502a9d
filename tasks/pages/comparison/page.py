"""Two models side by side, as tables for a terminal and as a page in the first model's folder."""

from dataclasses import dataclass

from nocturne.tasks.pages.comparison.rows import (
    Row,
    corpus_rows,
    divergence_rows,
    fact_rows,
    figure_rows,
    setting_rows,
)
from nocturne.tasks.pages.comparison.sides import Side, read_sides
from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.page_links import links_of_comparison
from nocturne.tasks.storage.layout import comparison_path
from nocturne.tasks.storage.root import Root

TEMPLATE = "comparison.html.j2"


@dataclass(frozen=True)
class Comparison:
    """Everything that is shown of two models; `caution` says what makes figures incomparable."""

    first: str
    second: str
    corpus: str
    scheme: str
    summary: str
    caution: str
    figures: tuple[Row, ...]
    settings: tuple[Row, ...]
    facts: tuple[Row, ...]
    corpora: tuple[Row, ...]
    divergences: tuple[tuple[str, str], ...]


def compare_models(root: Root, first: str, second: str, corpus: str = "") -> Comparison:
    """Compare two models by name; ModelError as `read_sides` raises it."""
    one, other = read_sides(root, first, second, corpus)
    return Comparison(
        first=one.model_id,
        second=other.model_id,
        corpus=one.card.corpus,
        scheme=one.card.config.scheme,
        summary=_summary(one, other),
        caution=_caution(one, other),
        figures=figure_rows(one, other),
        settings=setting_rows(one, other),
        facts=fact_rows(one, other),
        corpora=corpus_rows(one, other),
        divergences=divergence_rows(one, other),
    )


def write_comparison(root: Root, comparison: Comparison) -> str:
    """Write the page into the first model's folder and return its path in the root."""
    path = comparison_path(comparison.first, comparison.second)
    links = links_of_comparison(root, comparison.first, comparison.second)
    root.write_bytes(path, render(TEMPLATE, comparison=comparison, links=links).encode())
    return path


def _summary(first: Side, second: Side) -> str:
    """Say which model needs fewer bits per note."""
    ours, theirs = first.metrics.bits_per_note, second.metrics.bits_per_note
    if ours is None or theirs is None:
        return "Bits per note were not measured of both models."
    if f"{ours:.3f}" == f"{theirs:.3f}":
        return f"Both models need {ours:.3f} bits per note."
    better, worse = sorted([(ours, first), (theirs, second)], key=lambda pair: pair[0])
    return (
        f"{better[1].model_id} needs {better[0]:.3f} bits per note, {worse[0] - better[0]:.3f} "
        f"fewer than {worse[1].model_id} with {worse[0]:.3f}."
    )


def _caution(first: Side, second: Side) -> str:
    if first.card.data_fingerprint == second.card.data_fingerprint:
        return ""
    return (
        "The corpus changed between the two: each was measured on the test songs of its time, "
        "which need not be the same."
    )
