"""A folder of MIDI taken to a prepared corpus."""

import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus import build, build_sequences
from nocturne.tasks.corpus.notes.quality import quality_table
from nocturne.tasks.corpus.notes.quality_report import read_report, write_report
from nocturne.tasks.corpus.notes.stage_shard import stage_shard
from nocturne.tasks.corpus.raw import load_raw, stage_raw
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.music.smf import smf, tune


def song(number: int, notes: int = 20) -> bytes:
    """Return a small MIDI file, another one for every number."""
    chance = random.Random(number)
    return smf(tune([chance.randrange(40, 90) for _ in range(notes)]))


def fill(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Make a folder that holds just these files, of one age."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1, 1))
    return folder


def songs(count: int, first: int = 0) -> dict[str, bytes]:
    """Return so many MIDI files by name."""
    return {f"{number:03d}.mid": song(number) for number in range(first, first + count)}


def ingest(root: Root, config: IngestConfig, workers: Workers) -> tuple[NoteDataset, int]:
    """Ingest as the flow does; return the dataset and how many shards were extracted."""
    extracted: list[bool] = []

    def counted(*arguments: Any) -> bool:
        extracted.append(stage_shard(*arguments))
        return extracted[-1]

    with patch.object(build, "stage_shard", counted):
        dataset = build.notes_from_raw(root, config, stage_raw(root, config), workers)
    return dataset, sum(extracted)


def ingest_raw(root: Root, config: IngestConfig, workers: Workers) -> NoteDataset:
    """Take the published raw shards of a corpus to notes."""
    return build.notes_from_raw(root, config, load_raw(root, config.corpus), workers)


def prepare(root: Root, config: PrepareConfig) -> SequenceDataset:
    """Prepare as the flow does."""
    return build_sequences(root, config)


def report(root: Root, corpus: str, dataset: NoteDataset) -> bool:
    """Write the quality report unless it is whole; returns whether it was written."""
    if read_report(root, corpus, dataset) is not None:
        return False
    write_report(root, corpus, dataset, quality_table(root, corpus), "<!doctype html>")
    return True


def contents(root: Root) -> dict[str, bytes]:
    """Return every file of a local root, whatever it is called, but for local caches."""
    base = Path(root.base)
    files = (path for path in base.rglob("*") if path.is_file())
    names = {str(path.relative_to(base)): path for path in files}
    return {name: path.read_bytes() for name, path in names.items() if name[:6] != ".cache"}
