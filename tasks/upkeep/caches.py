"""Caches on this machine: copies of splits that no corpus has any more, checkpoints of lost runs.

For a local root they lie under it, for an object store under the user's cache folder: there each
machine tidies its own.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from nocturne.schemas.config import SchemeName, TidyConfig
from nocturne.schemas.errors import BusyError, CorpusError
from nocturne.schemas.upkeep import Removal, Stays
from nocturne.tasks.corpus.notes.note_marker import known_corpora
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.storage.layout import CHECKPOINTS, SEQUENCES_CACHE, model_path
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch_base
from nocturne.tasks.upkeep.measure import measure_local

COPIES = "*.npy"


def find_caches(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield copies and checkpoints that no run will use again; `now` in seconds since 1970."""
    yield from _copies(root, config, now)
    yield from _checkpoints(root, config, now)


def remove_caches(root: Root, config: TidyConfig, now: float) -> Iterator[Removal | Stays]:
    """Delete what `find_caches` yields.

    A running training that has opened a copy keeps what it has opened.
    """
    for removal in list(_copies(root, config, now)):
        with storage_errors("delete", removal.path):
            Path(removal.path).unlink(missing_ok=True)
        yield removal
    for removal in list(_checkpoints(root, config, now)):
        try:
            with deleting(root, model_path(removal.name)):
                if removal not in list(_checkpoints(root, config, now)):
                    continue  # a training has begun and ended meanwhile
                with storage_errors("delete", removal.path):
                    shutil.rmtree(removal.path, ignore_errors=True)
        except BusyError as busy:
            yield Stays(kind="checkpoint", name=removal.name, why=str(busy))
            continue
        yield removal


def _copies(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield copies of splits that are not published, or not any more."""
    found = sorted((scratch_base(root) / SEQUENCES_CACHE).glob(COPIES))
    if not found:
        return
    try:
        published = _published_generations(root)
    except CorpusError:
        return  # a damaged marker does not say which copies are of it
    for path in found:
        measured = measure_local(path)
        is_published = path.name.rpartition("-")[0] in published
        if not is_published and measured.is_older(config.leftover_days, now):
            yield Removal(
                kind="copy",
                name=path.name,
                path=str(path),
                files=measured.files,
                bytes=measured.bytes,
                reason="of a corpus that has changed since",
            )


def _published_generations(root: Root) -> set[str]:
    datasets = (
        published_sequences(root, corpus, scheme)
        for corpus in known_corpora(root)
        for scheme in get_args(SchemeName)
    )
    return {dataset.fingerprint for dataset in datasets if dataset}


def _checkpoints(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield the checkpoints of finished models, and those that no training has gone on from."""
    folders = sorted((scratch_base(root) / CHECKPOINTS).glob("*/"))
    finished = set(known_models(root)) if folders else set()
    for folder in folders:
        measured = measure_local(folder)
        is_finished = folder.name in finished
        if is_finished or measured.is_older(config.leftover_days, now):
            yield Removal(
                kind="checkpoint",
                name=folder.name,
                path=str(folder),
                files=measured.files,
                bytes=measured.bytes,
                reason="its model is finished" if is_finished else "left by a lost training",
            )
