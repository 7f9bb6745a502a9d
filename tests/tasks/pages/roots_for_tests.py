"""A storage root with what the index pages list: runs, models, corpora, whole and damaged."""

import os
from datetime import UTC, datetime
from pathlib import Path

from nocturne.schemas.manifest import Counts, NoteDataset
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.storage.root import Root
from tests.tasks.model import model_for_tests as example
from tests.tasks.samples.runs_for_tests import write_run

MODELS = {"folk-small-20260102": 1, "tünes <b>-small-22": 2, "folk-small-33": 3, "unfinished": 4}
CHAMPION = "folk-small-33"
CORPORA = ("folk", "my tunes <i>")


def filled_root(folder: Path) -> Root:
    """Return a root with two runs, four models (one without a report) and two corpora."""
    root = Root.open(str(folder / "root"))
    for samples in (2, 3):
        run = write_run(root, samples, audio=False)
        dated(root, f"samples/{run.run_id}/index.html", samples)
    for model_id, day in MODELS.items():
        add_model(root, model_id, day)
    root.delete("models/unfinished/report.html")
    root.delete("models/unfinished/metrics.json")
    promote(root, CHAMPION, "better")
    for day, corpus in enumerate(CORPORA, start=1):
        add_corpus(root, corpus, day)
    return root


def add_model(root: Root, model_id: str, day: int) -> None:
    """Write what the index reads of a model, made on that day of November."""
    card = example.card(
        model_id=model_id,
        corpus=model_id.partition("-")[0],
        created=datetime(2026, 11, day, 3, tzinfo=UTC),
    )
    root.write_bytes(f"models/{model_id}/card.json", card.model_dump_json().encode())
    root.write_json(f"models/{model_id}/metrics.json", example.metrics())
    root.write_bytes(f"models/{model_id}/report.html", b"<!doctype html><title>Report</title>")


def add_corpus(root: Root, corpus: str, day: int) -> None:
    """Write what the index reads of a corpus, ingested on that day of November."""
    counts = Counts(inputs=1000, accepted=900, quarantined=60, duplicate=40)
    dataset = NoteDataset(
        fingerprint="a", raw_fingerprint="b", counts=counts, notes=1_234_567, source=f"/{corpus}"
    )
    root.write_bytes(f"notes/{corpus}/dataset.json", dataset.model_dump_json().encode())
    root.write_bytes(f"quality/{corpus}/report.html", b"<!doctype html><title>Quality</title>")
    dated(root, f"quality/{corpus}/report.html", day)


def dated(root: Root, path: str, day: int) -> None:
    """Let a file be of that day of November."""
    seconds = datetime(2026, 11, day, 5, tzinfo=UTC).timestamp()
    os.utime(root.full(path), (seconds, seconds))
