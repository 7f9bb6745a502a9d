"""The index page of the trained models: models/index.html."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import quote

from schemas.errors import NocturneError
from schemas.model_card import ModelCard
from tasks.model.champion import read_champion
from tasks.model.registry import known_models, read_card, read_metrics
from tasks.model.report_facts import counted, duration
from tasks.model.report_figures import Metrics, figure, shown
from tasks.pages.index_page import (
    MOST_ROWS,
    READERS,
    Cell,
    Column,
    IndexPage,
    Row,
    newest,
    newest_rows,
)
from tasks.storage.root import Root

COLUMNS = (
    Column("Model"),
    Column("Corpus"),
    Column("Categories"),
    Column("Bits per note", True),
    Column("Best n-gram", True),
    Column("Weights", True),
    Column("Trained for", True),
)


def models_index(root: Root) -> IndexPage:
    """Return the page of every complete model, newest first."""
    model_ids, champions = known_models(root), _champions(root)
    reports = {model_id for model_id, _ in newest(root, "models", "report.html")}
    with ThreadPoolExecutor(READERS) as pool:
        rows = list(pool.map(partial(_row, root, champions, reports), model_ids))
    corpora = {row.cells[0].text for row in rows if row.cells}
    return IndexPage(
        section="models",
        lead=f"{counted(len(rows), 'model')} of {len(corpora)} "
        f"{'corpus' if len(corpora) == 1 else 'corpora'}. Fewer bits per note are better, among "
        "models of one corpus and one kind of categories.",
        columns=COLUMNS,
        rows=newest_rows(rows)[:MOST_ROWS],
        nothing_yet="No models yet: nocturne train makes one.",
        left_out=max(0, len(rows) - MOST_ROWS),
    )


def _champions(root: Root) -> set[str]:
    """Return the ids of the champions; none where the pointer does not read."""
    try:
        champion = read_champion(root)
    except NocturneError:
        return set()
    return {champion.model_id} if champion else set()


def _row(root: Root, champions: set[str], reports: set[str], model_id: str) -> Row:
    link = f"{quote(model_id)}/report.html" if model_id in reports else ""
    mark = "champion" if model_id in champions else ""
    try:
        card = read_card(root, model_id)
    except NocturneError:
        return Row(model_id, link, None, mark=mark, trouble="its card.json does not read")
    return Row(model_id, link, card.created, _cells(card, _metrics(root, model_id)), mark)


def _metrics(root: Root, model_id: str) -> Metrics:
    """Return the model's figures; none where they do not read."""
    try:
        return read_metrics(root, model_id)
    except (NocturneError, ValueError):
        return {}


def _cells(card: ModelCard, metrics: Metrics) -> tuple[Cell, ...]:
    return (
        Cell(card.corpus),
        Cell(card.config.scheme),
        Cell(shown(figure(metrics, "bits_per_note"))),
        Cell(shown(figure(metrics, "composite_bits_per_note"))),
        Cell(f"{card.parameters:,}"),
        Cell(duration(card.train_seconds)),
    )
