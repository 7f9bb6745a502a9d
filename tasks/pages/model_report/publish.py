"""Write the report on a model of a storage root."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nocturne.schemas.errors import ModelError
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.model.evaluation.drawn_samples import evaluated_samples
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.model.registry.votes import listening_result
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.metrics.excerpt import excerpt_of, held_out_pieces
from nocturne.tasks.music.metrics.overlap import mean_overlaps
from nocturne.tasks.nights.drift import recorded_drift
from nocturne.tasks.pages.charts.piano_roll import draw
from nocturne.tasks.pages.model_report.report import report_markdown, report_page
from nocturne.tasks.pages.page_links import links_of_report
from nocturne.tasks.storage.layout import HISTORY_FILE, REPORT_PAGE, model_path
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

TEMPO = 120.0


def write_report(root: Root, model_id: str) -> str:
    """Write the model's report.html; return the same report as Markdown."""
    folder = open_model(root, model_id)
    card, metrics = folder.card, folder.metrics
    history = _read_history(root, model_id)
    rolls = list(_draw_rolls(folder))
    drift = recorded_drift(root, model_id)
    heard = listening_result(root, model_id)
    links = links_of_report(root, card.corpus)
    page = report_page(card, metrics, history, rolls, links, drift, heard)
    root.write_bytes(model_path(model_id, REPORT_PAGE), page.encode())
    return report_markdown(card, metrics, history, rolls, drift, heard)


def _read_history(root: Root, model_id: str) -> list[dict[str, Any]]:
    """Return the evaluations during training; none if the file is missing."""
    path, mend = model_path(model_id, HISTORY_FILE), "delete it, and the report has no curves"
    return find_marker(root, [path], list[dict[str, Any]], ModelError, mend) or []


def _draw_rolls(folder: ModelFolder) -> Iterator[tuple[str, bytes]]:
    """Draw the samples with the largest, the median and the smallest overlap with real music."""
    samples, vocabulary = evaluated_samples(folder.root, folder.model_id), folder.vocabulary
    config = folder.card.config
    corpus = PreparedCorpus(folder.root, config.corpus, config.scheme)
    held_out = held_out_pieces(corpus.split("test"), samples.shape[1])
    drawn, real = (
        [excerpt_of(vocabulary, ids) for ids in pieces] for pieces in (samples, held_out)
    )
    overlaps = mean_overlaps(drawn, real)
    order = np.argsort(overlaps)[::-1]
    for word, place in (("Best", 0), ("Median", len(order) // 2), ("Worst", -1)):
        index = int(order[place])
        caption = f"{word} sample by overlap with held-out music ({overlaps[index]:.2f})"
        yield caption, draw(decode(vocabulary, samples[index], TEMPO))
