"""The report on a model: a page that opens from disk with no network, and Markdown for Prefect."""

from collections.abc import Mapping, Sequence
from typing import Any

from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.nights import Drift
from nocturne.schemas.samples.votes import ListeningResult
from nocturne.tasks.pages.charts.charts import Chart
from nocturne.tasks.pages.charts.picture import charts_picture
from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.formatting import UNSTATED, counted, duration
from nocturne.tasks.pages.markdown import data_uri
from nocturne.tasks.pages.model_report.curves import best_evaluation, curves
from nocturne.tasks.pages.model_report.distributions import distributions
from nocturne.tasks.pages.model_report.drift import drift_in_words, drift_rows
from nocturne.tasks.pages.model_report.facts import course, facts, network, settings
from nocturne.tasks.pages.model_report.tables import (
    bits_table,
    compared,
    finite,
    other_figures,
)
from nocturne.tasks.pages.model_report.words import bits_in_words, samples_in_words, tiles
from nocturne.tasks.pages.page_links import PageLink

PAGE, MARKDOWN = "report.html.j2", "report.md.j2"
MOST_MARKDOWN_BYTES = 680_000  # the Prefect API refuses bodies that are much larger
MARKDOWN_RESERVE_BYTES = 60_000  # the tables and the words

History = Sequence[Mapping[str, Any]]
Rolls = Sequence[tuple[str, bytes]]


def report_page(
    card: ModelCard,
    metrics: ModelMetrics,
    history: History,
    rolls: Rolls,
    links: Sequence[PageLink] = (),
    drift: Drift | None = None,
    heard: ListeningResult | None = None,
) -> str:
    """Return one self-contained HTML page, with `links` to other pages.

    Any part of `metrics` may be missing. `history` has one row for each evaluation during
    training: step, seconds, train_bits, valid_bits, rate, each of them optional.
    `rolls` are (caption, PNG) pictures of samples, in the order to show them. `drift` is that of
    the model's corpus from the corpus of the champion before it, if it was measured; `heard` are
    the votes of listening tests, if there are any.
    """
    pictures = [(caption, data_uri(png, "image/png")) for caption, png in rolls]
    return render(
        PAGE,
        **_contents(card, metrics, history, drift, heard),
        curves=curves(history, metrics),
        distributions=distributions(metrics),
        rolls=pictures,
        links=links,
    )


def report_markdown(
    card: ModelCard,
    metrics: ModelMetrics,
    history: History,
    rolls: Rolls,
    drift: Drift | None = None,
    heard: ListeningResult | None = None,
) -> str:
    """Return the same report as Markdown with inline pictures, of at most MOST_MARKDOWN_BYTES.

    Pictures beyond that are left out, the last ones first, and their captions say so.
    """
    shapes = distributions(metrics)
    charts = {
        "Training curves": curves(history, metrics),
        "Distributions": [shape.chart for shape in shapes if shape.chart],
    }
    plots = [(name, _picture(some)) for name, some in charts.items() if some]
    pictures = [(caption, data_uri(png, "image/png")) for caption, png in rolls]
    fitted = _fitted([*plots, *pictures], MOST_MARKDOWN_BYTES - MARKDOWN_RESERVE_BYTES)
    return render(
        MARKDOWN,
        **_contents(card, metrics, history, drift, heard),
        plots=fitted[: len(plots)],
        distributions=shapes,
        rolls=fitted[len(plots) :],
    )


def _contents(
    card: ModelCard,
    metrics: ModelMetrics,
    history: History,
    drift: Drift | None,
    heard: ListeningResult | None,
) -> dict[str, Any]:
    """Return what both forms show."""
    return {
        "card": card,
        "opening": _opening(card),
        "tiles": tiles(metrics),
        "verdict": metrics.verdict.strip(),
        "drift_in_words": drift_in_words(drift) if drift else "",
        "drift": drift_rows(drift),
        "has_moved": drift is not None and drift.has_moved,
        "bits_in_words": bits_in_words(metrics),
        "samples_in_words": samples_in_words(metrics),
        "heard_in_words": f"{heard.words}." if heard else "",
        "table": bits_table(metrics),
        "course": course(card, len(history), best_evaluation(history)),
        "samples": metrics.sample_count,
        "mean_overlap": finite(metrics.mean_overlap),
        "compared": compared(metrics),
        "facts": facts(card),
        "settings": settings(card),
        "others": other_figures(metrics),
    }


def _opening(card: ModelCard) -> str:
    """Say in one paragraph what the model is."""
    songs, notes = card.songs.get("train", 0), card.notes.get("train", 0)
    return (
        f"A model of {card.parameters:,} weights ({network(card)}) that learned from "
        f"{counted(songs, 'song')} of the corpus {card.corpus}, {counted(notes, 'note')}, in "
        f"{duration(card.train_seconds)} on {card.device}. "
        f"Licence of the corpus: {card.licence or UNSTATED}."
    )


def _picture(charts: Sequence[Chart]) -> str:
    return data_uri(charts_picture(charts), "image/svg+xml")


def _fitted(pictures: Sequence[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """Return (caption, data URI) of every picture; no URI for those that do not fit.

    `room` is for all URIs together, in bytes.
    """
    fitted = []
    for caption, uri in pictures:
        fits = len(uri) <= room
        room -= len(uri) if fits else 0
        fitted.append((caption, uri if fits else ""))
    return fitted
