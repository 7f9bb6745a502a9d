"""The report on a model: a page that opens from disk with no network, and Markdown for Prefect."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment

from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.pages.charts.plots import draw_curves, draw_histograms
from nocturne.tasks.pages.environment import environment
from nocturne.tasks.pages.links import ICON, PageLink
from nocturne.tasks.pages.markdown import as_text
from nocturne.tasks.pages.model_report.curves import best_evaluation, curves
from nocturne.tasks.pages.model_report.distributions import distributions
from nocturne.tasks.pages.model_report.facts import (
    UNSTATED,
    counted,
    course,
    duration,
    facts,
    network,
    settings,
)
from nocturne.tasks.pages.model_report.tables import (
    NOT_MEASURED,
    bits_table,
    compared,
    finite,
    format_figure,
    other_figures,
)
from nocturne.tasks.pages.model_report.words import bits_in_words, samples_in_words, tiles

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
) -> str:
    """Return one self-contained HTML page, with `links` to other pages.

    Any part of `metrics` may be missing. `history` has one row for each evaluation during
    training: step, seconds, train_bits, valid_bits, rate, each of them optional.
    `rolls` are (caption, PNG) pictures of samples, in the order to show them.
    """
    template = _environment(autoescape=True).get_template(PAGE)
    pictures = [(caption, _data_uri(png)) for caption, png in rolls]
    return template.render(
        **_contents(card, metrics, history),
        curves=curves(history, metrics),
        distributions=distributions(metrics),
        rolls=pictures,
        links=links,
        icon=ICON,
    )


def report_markdown(card: ModelCard, metrics: ModelMetrics, history: History, rolls: Rolls) -> str:
    """Return the same report as Markdown with inline pictures, of at most MOST_MARKDOWN_BYTES.

    Pictures beyond that are left out, the last ones first, and their captions say so.
    """
    shapes = distributions(metrics)
    drawn = (
        ("Training curves", draw_curves(curves(history, metrics)[:1])),
        ("Distributions", draw_histograms(shapes)),
    )
    wanted = [(name, png) for name, png in drawn if png]
    fitted = _fitted([*wanted, *rolls], MOST_MARKDOWN_BYTES - MARKDOWN_RESERVE_BYTES)
    return (
        _environment(autoescape=False)
        .get_template(MARKDOWN)
        .render(
            **_contents(card, metrics, history),
            plots=fitted[: len(wanted)],
            distributions=shapes,
            rolls=fitted[len(wanted) :],
        )
    )


def _contents(card: ModelCard, metrics: ModelMetrics, history: History) -> dict[str, Any]:
    """Return what both forms show."""
    return {
        "card": card,
        "opening": _opening(card),
        "tiles": tiles(metrics),
        "verdict": metrics.verdict.strip(),
        "bits_in_words": bits_in_words(metrics),
        "samples_in_words": samples_in_words(metrics),
        "table": bits_table(metrics),
        "course": course(card, len(history), best_evaluation(history)),
        "samples": metrics.sample_count,
        "mean_overlap": finite(metrics.mean_overlap),
        "compared": compared(metrics),
        "facts": facts(card),
        "settings": settings(card),
        "others": other_figures(metrics),
        "not_measured": NOT_MEASURED,
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


@cache
def _environment(*, autoescape: bool) -> Environment:
    signed = "{:+.2f}".format
    return environment(autoescape=autoescape, figure=format_figure, signed=signed, md=as_text)


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _fitted(pictures: Sequence[tuple[str, bytes]], room: int) -> list[tuple[str, str]]:
    """Return (caption, data URI) of the pictures that fit into `room` bytes; else no URI."""
    fitted = []
    for caption, png in pictures:
        uri = _data_uri(png)
        if len(uri) > room:
            uri = ""
        room -= len(uri)
        fitted.append((caption, uri))
    return fitted
