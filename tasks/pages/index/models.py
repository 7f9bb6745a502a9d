"""The index page of the trained models: models/index.html."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from urllib.parse import quote

from nocturne.schemas.errors import NocturneError, StoreUnavailableError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.model.registry.champion import all_champions
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.pages.formatting import counted, duration, format_figure
from nocturne.tasks.pages.index.page import MOST_ROWS, READERS, Cell, Column, IndexPage, Row, newest
from nocturne.tasks.pages.model_report.tables import baseline_bits, finite
from nocturne.tasks.pages.scoreboard.board import Boards, boards
from nocturne.tasks.pages.scoreboard.places import find_places
from nocturne.tasks.pages.scoreboard.sections import nights_section
from nocturne.tasks.storage.layout import (
    CARD_FILE,
    INDEX_PAGE,
    MODELS,
    QUALITY,
    REPORT_PAGE,
    SAMPLES,
    quality_page_path,
)
from nocturne.tasks.storage.root import Root

COLUMNS = (
    Column("Model"),
    Column("Corpus"),
    Column("Categories"),
    Column("Bits per note", True),
    Column("Best n-gram", True),
    Column("Weights", True),
    Column("Trained for", True),
)
PAGES = (MODELS, QUALITY)  # sections whose reports the rows link to


def models_index(root: Root, found: Boards | None = None) -> IndexPage:
    """Return the page of every complete model, newest first, below the nights of each corpus.

    `found` is what `boards` returns, if it is known already.
    """
    champions = _champions(root)
    complete = newest(root, MODELS, CARD_FILE)
    pages = {section: {name for name, _ in newest(root, section, REPORT_PAGE)} for section in PAGES}
    with ThreadPoolExecutor(READERS) as pool:
        rows = list(pool.map(partial(_row, root, champions, pages), complete[:MOST_ROWS]))
    corpora = {row.cells[0].text for row in rows if row.cells}
    nights, damages = found or boards(root)
    places = find_places(root, [run for run, _ in newest(root, SAMPLES, INDEX_PAGE)])
    return IndexPage(
        section=MODELS,
        lead=f"{counted(len(rows), 'model')} of {counted(len(corpora), 'corpus', 'corpora')}. "
        "Fewer bits per note are better, among models of one corpus and one category scheme.",
        columns=COLUMNS,
        rows=tuple(sorted(rows, key=lambda row: (row.when.timestamp(), row.name), reverse=True)),
        nothing_yet="No models yet: nocturne train makes one.",
        left_out=len(complete) - len(rows),
        list_title="All models",
        nights=tuple(nights_section(board, places) for board in nights),
        damages=damages,
    )


def _champions(root: Root) -> set[str]:
    """Return the ids of all champions; none if a pointer to one cannot be read."""
    try:
        champions, _ = all_champions(root)
    except StoreUnavailableError:
        raise
    except NocturneError:
        return set()
    return {champion.model_id for champion in champions}


def _row(
    root: Root, champions: set[str], pages: dict[str, set[str]], model: tuple[str, datetime]
) -> Row:
    model_id, saved = model
    link = f"{quote(model_id)}/{REPORT_PAGE}" if model_id in pages[MODELS] else ""
    mark = "champion" if model_id in champions else ""
    try:
        card = read_card(root, model_id)
    except StoreUnavailableError:  # a fault of the store, not of the file
        raise
    except NocturneError:
        return Row(model_id, link, saved, mark=mark, trouble="its card.json cannot be read")
    quality = f"../{quote(quality_page_path(card.corpus))}"
    corpus = Cell(card.corpus, quality if card.corpus in pages[QUALITY] else "")
    figures = _figures(card, _metrics(root, model_id))
    return Row(model_id, link, card.created, (corpus, *figures), mark)


def _metrics(root: Root, model_id: str) -> ModelMetrics:
    """Return the metrics of a model; empty if they cannot be read."""
    try:
        return read_metrics(root, model_id)
    except StoreUnavailableError:
        raise
    except (NocturneError, ValueError):
        return ModelMetrics()


def _figures(card: ModelCard, metrics: ModelMetrics) -> tuple[Cell, ...]:
    return (
        Cell(card.config.scheme),
        Cell(format_figure(finite(metrics.bits_per_note))),
        Cell(format_figure(baseline_bits(metrics, "composite"))),
        Cell(f"{card.parameters / 1e6:.1f} M"),
        Cell(duration(card.train_seconds)),
    )
