"""A folder of MIDI that changes from night to night, and ingests of it that are counted."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.notes.note_plan import NotePlan, clear_other_plans, plan_notes
from nocturne.tasks.corpus.notes.publish_notes import finished_notes, publish_notes
from nocturne.tasks.corpus.notes.stage_shard import stage_shard
from nocturne.tasks.corpus.raw import stage_raw
from nocturne.tasks.sources import seen_files
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers

CLOCK_SECONDS = 0.02  # longer than a step of the file system's clock
KINDS = ("raw", "notes", "files", "families", "corpora", "staging")


class CountingWorkers:
    """Worker processes that count the files they are given."""

    def __init__(self, workers: Workers) -> None:
        self._workers, self.files = workers, 0

    def map(self, work: Any, arguments: Any, lost: Any, **options: Any) -> Any:
        self.files += len(arguments)
        return self._workers.map(work, arguments, lost, **options)


class Nights:
    """A corpus `c` of a folder, ingested whenever something has changed there."""

    def __init__(self, place: Path, workers: Workers, **config: Any) -> None:
        self.place, self.folder = place, place / "midi"
        self.folder.mkdir(parents=True)
        self.root = Root.open(str(place / "root"))
        self._workers = workers
        settings = {"shard_files": 4, "allow_shrink": True, "max_quarantined_share": 1.0, **config}
        self.config = IngestConfig(
            root=self.root.uri, corpus="c", source=str(self.folder), **settings
        )
        self.raw: RawDataset
        self.plan: NotePlan
        self.extracted = 0

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, and let the file system's clock go on."""
        for name, content in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)
        self.wait()

    def wait(self) -> None:
        """Let the file system's clock go on, so that what was written proves to be older."""
        time.sleep(CLOCK_SECONDS)

    def ingest(self, root: Root | None = None, **changes: Any) -> NoteDataset:
        """Ingest as the flow does, where times prove a file unchanged if they are a step older."""
        root = root or self.root
        config = self.config.copy_with(root=root.uri, **changes)
        counted: Any = CountingWorkers(self._workers)
        with patch.object(seen_files, "RACY_NS", 0):
            self.raw = stage_raw(root, config)
        self.plan = plan_notes(root, config, self.raw)
        clear_other_plans(root, self.plan)
        dataset = finished_notes(root, self.plan)
        if dataset is None:
            for index in range(self.plan.raw.shards):
                stage_shard(root, self.plan, index, config, counted)
            dataset = publish_notes(root, self.plan, config)
        self.extracted = counted.files
        return dataset

    def done(self) -> tuple[int, int]:
        """Return how many files the last ingest read and extracted."""
        return self.raw.files_read, self.extracted

    def published(self) -> dict[str, bytes]:
        """Return every published and staged file."""
        return bytes_of(self.root)

    def from_nothing(self, **changes: Any) -> dict[str, bytes]:
        """Return what an ingest into an empty root publishes."""
        root = Root.open(str(self.place / "new root"))
        done = self.raw, self.plan, self.extracted
        self.ingest(root, **changes)
        self.raw, self.plan, self.extracted = done
        found = bytes_of(root)
        shutil.rmtree(root.base)
        return found


def bytes_of(root: Root) -> dict[str, bytes]:
    """Return every published and staged file of a root."""
    paths = [path for kind in KINDS for path in root.files(kind, recursive=True)]
    return {path: root.read_bytes(path) for path in paths}


def rewrite_in_place(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file's bytes and set its time of modification back, as some tools do."""
    facts = path.stat()
    path.write_bytes(change(path.read_bytes()))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
