"""The corpora and runs of samples of a storage root, as rows."""

import contextlib
from collections import Counter
from datetime import UTC, datetime
from typing import get_args

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.upkeep.listing import CorpusRow, RunRow
from nocturne.tasks.corpus.notes.note_marker import known_corpora, published_notes
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.model.registry.champion import all_champions
from nocturne.tasks.model.registry.models import read_cards
from nocturne.tasks.samples.check import read_run
from nocturne.tasks.storage.layout import (
    CORPUS_KINDS,
    DOWNLOADS,
    NOTES,
    RUN_FILE,
    SAMPLES,
    DataFolder,
    notes_marker,
    old_marker,
    run_path,
)
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.measure import measure


def list_corpora(root: Root) -> list[CorpusRow]:
    """Return one row for each published corpus, by name; a damaged one says what is wrong."""
    champions: dict[str, dict[str, str]] = {}
    for champion in all_champions(root)[0]:
        champions.setdefault(champion.corpus, {})[champion.scheme] = champion.model_id
    models = Counter(card.corpus for card in read_cards(root)[0])
    return [
        _corpus_row(root, name, models[name], champions.get(name, {}))
        for name in known_corpora(root)
    ]


def corpus_bytes(root: Root, corpus: str) -> int:
    """Return the bytes of everything that is kept of a corpus, without models and samples."""
    return sum(measure(root, f"{kind}/{corpus}").bytes for kind in (*CORPUS_KINDS, DOWNLOADS))


def list_runs(root: Root) -> list[RunRow]:
    """Return one row for each run of samples, the newest first, unfinished ones last."""
    names = root.folders(SAMPLES)
    times = root.modified([run_path(name, RUN_FILE) for name in names])
    rows = [_run_row(root, name, time) for name, time in zip(names, times, strict=True)]
    return sorted(rows, key=lambda row: row.published or datetime.min.replace(tzinfo=UTC))[::-1]


def _corpus_row(root: Root, corpus: str, models: int, champions: dict[str, str]) -> CorpusRow:
    size = corpus_bytes(root, corpus)
    try:
        dataset = published_notes(root, corpus)
        prepared = tuple(s for s in get_args(SchemeName) if published_sequences(root, corpus, s))
    except CorpusError as error:
        return CorpusRow(
            corpus=corpus, bytes=size, models=models, champions=champions, damage=str(error)
        )
    if dataset is None:  # deleted meanwhile
        return CorpusRow(corpus=corpus, bytes=size, damage="is gone")
    times = root.modified([notes_marker(corpus), old_marker(DataFolder(NOTES, corpus))])
    return CorpusRow(
        corpus=corpus,
        source=dataset.source,
        songs=dataset.counts.accepted,
        quarantined=dataset.counts.quarantined,
        duplicates=dataset.counts.duplicate,
        notes=dataset.notes,
        prepared=prepared,
        models=models,
        champions=champions,
        bytes=size,
        ingested=datetime.fromtimestamp(max(times), UTC),
    )


def _run_row(root: Root, run_id: str, published: float) -> RunRow:
    size = measure(root, run_path(run_id)).bytes
    run = None
    with contextlib.suppress(FileNotFoundError):
        run = read_run(root, run_id, RUN_FILE) if published else None
    if run is None:
        return RunRow(run_id=run_id, bytes=size)
    return RunRow(
        run_id=run_id,
        model_id=run.model_id,
        samples=run.config.samples,
        notes=run.config.notes,
        seed=run.seed,
        bytes=size,
        published=datetime.fromtimestamp(published, UTC),
    )
