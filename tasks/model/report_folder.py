"""The report of a model that lies in a storage root."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from schemas.sequences import Vocabulary
from tasks.model.files import load_model
from tasks.model.judging import judging_samples, load_splits
from tasks.model.registry import read_card, read_metrics
from tasks.model.report import report_markdown, report_page
from tasks.music.categories import decode
from tasks.music.metrics.excerpt import cut, excerpt_of, songs_of, spread
from tasks.music.metrics.overlap import overlaps
from tasks.music.piano_roll import draw
from tasks.storage.root import Root

TEMPO = 120.0


def report_path(model_id: str) -> str:
    """Return where a model's report lies under the storage root."""
    return f"models/{model_id}/report.html"


def write_report(root: Root, model_id: str) -> str:
    """Write the model's report.html; return the same report as Markdown."""
    card, metrics = read_card(root, model_id), read_metrics(root, model_id)
    history = root.read_json(f"models/{model_id}/history.json")
    rolls = list(_rolls(root, model_id))
    page = report_page(card, metrics, history, rolls)
    root.write_bytes(report_path(model_id), page.encode())
    return report_markdown(card, metrics, history, rolls)


def _rolls(root: Root, model_id: str) -> Iterator[tuple[str, bytes]]:
    """Draw the samples that overlap most, middling and least with held-out music."""
    model = load_model(root, model_id)
    test = load_splits(root, read_card(root, model_id).config)["test"]
    samples = judging_samples(model, test)
    held_out = cut(songs_of(test), len(samples[0]))
    order = _by_overlap(model.vocabulary, samples, spread(held_out, len(samples)))
    for word, place in (("Best", 0), ("Median", len(order) // 2), ("Worst", -1)):
        index, overlap = order[place]
        caption = f"{word} sample by overlap with held-out music ({overlap:.2f})"
        yield caption, draw(decode(model.vocabulary, samples[index], TEMPO))


def _by_overlap(
    vocabulary: Vocabulary, samples: Sequence[Any], held_out: Sequence[Any]
) -> list[tuple[int, float]]:
    theirs = [excerpt_of(vocabulary, ids) for ids in held_out]
    scores = [overlaps([excerpt_of(vocabulary, ids)], theirs)["mean_overlap"] for ids in samples]
    return [(int(i), scores[i]) for i in np.argsort(scores)[::-1]]
