"""A folder of MIDI taken to a prepared corpus by the functions that the flows call."""

import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.notes import note_dataset, publish_notes
from nocturne.tasks.corpus.notes.note_dataset import clear_other_plans, plan, stage_shard
from nocturne.tasks.corpus.notes.quality import quality_table
from nocturne.tasks.corpus.notes.quality_report import read_report, write_report
from nocturne.tasks.corpus.raw import stage_raw
from nocturne.tasks.corpus.sequences import publish_sequences, sequence_plan, write_sequences
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
    """Ingest as the flow does; returns the dataset and how many shards were extracted."""
    todo = plan(root, config, stage_raw(root, config))
    clear_other_plans(root, todo)
    if done := note_dataset.published(root, todo):
        publish_notes.finish_publishing(root, todo, done)
        return done, 0
    extracted = [stage_shard(root, todo, i, config, workers) for i in range(todo.raw.shards)]
    return publish_notes.publish_notes(root, todo, config), sum(extracted)


def prepare(root: Root, config: PrepareConfig) -> SequenceDataset:
    """Prepare as the flow does."""
    todo = sequence_plan.plan_sequences(root, config)
    if done := sequence_plan.published(root, todo):
        publish_sequences.finish_publishing(root, todo, done)
        return done
    vocabulary = write_sequences.fit_vocabulary(root, todo)
    return write_sequences.write_sequences(root, todo, vocabulary)


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
