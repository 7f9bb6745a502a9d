"""The report of a model that lies in a storage root."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nocturne.schemas.errors import ModelError
from nocturne.tasks.model.evaluation.evaluate import evaluated_samples, load_splits
from nocturne.tasks.model.registry.model_folder import load_model
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.metrics.excerpt import excerpt_of, held_out_pieces
from nocturne.tasks.music.metrics.overlap import mean_overlaps
from nocturne.tasks.pages.charts.piano_roll import draw
from nocturne.tasks.pages.model_report.report import report_markdown, report_page
from nocturne.tasks.pages.page_links import links_of_report
from nocturne.tasks.storage.layout import HISTORY_FILE, REPORT_PAGE, model_path
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

TEMPO = 120.0


def write_report(root: Root, model_id: str) -> str:
    """Write the model's report.html; return the same report as Markdown."""
    card, metrics = read_card(root, model_id), read_metrics(root, model_id)
    history = _history(root, model_id)
    rolls = list(_rolls(root, model_id))
    page = report_page(card, metrics, history, rolls, links_of_report(root, card.corpus))
    root.write_bytes(model_path(model_id, REPORT_PAGE), page.encode())
    return report_markdown(card, metrics, history, rolls)


def _history(root: Root, model_id: str) -> list[dict[str, Any]]:
    """Return the model's evaluations; none if they are gone."""
    path, mend = model_path(model_id, HISTORY_FILE), "delete it, and the report has no curves"
    return find_marker(root, [path], list[dict[str, Any]], ModelError, mend) or []


def _rolls(root: Root, model_id: str) -> Iterator[tuple[str, bytes]]:
    """Draw the samples that overlap most, middling and least with held-out music."""
    config, vocabulary = read_card(root, model_id).config, load_model(root, model_id).vocabulary
    samples = evaluated_samples(root, model_id)
    held_out = held_out_pieces(load_splits(root, config)["test"], samples.shape[1])
    ours, theirs = (
        [excerpt_of(vocabulary, ids) for ids in pieces] for pieces in (samples, held_out)
    )
    overlaps = mean_overlaps(ours, theirs)
    order = np.argsort(overlaps)[::-1]
    for word, place in (("Best", 0), ("Median", len(order) // 2), ("Worst", -1)):
        index = int(order[place])
        caption = f"{word} sample by overlap with held-out music ({overlaps[index]:.2f})"
        yield caption, draw(decode(vocabulary, samples[index], TEMPO))
