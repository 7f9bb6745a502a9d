"""What an ingest has to extract: the raw shards, and which of them are published already.

    staging/<corpus>/notes-<fingerprint>/shard-NNNNN.parquet      NoteTable
    staging/<corpus>/extracted-<fingerprint>/shard-NNNNN.parquet  FileManifest before duplicates
                            are known across shards: its presence says that the shard is extracted

Publishing (see publish_notes) turns these into notes/<corpus>, files/<corpus> and
families/<corpus>. Every write is atomic and every step can be repeated: an ingest that was killed
continues where it stopped and ends in the same bytes. A published shard that lost a file is
extracted again, alone.
"""

import hashlib
import json
from dataclasses import dataclass

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.notes.note_marker import (
    KINDS,
    implied_facts,
    lost_files,
    published_notes,
    put_notes_in_place,
)
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.music.midi.extraction import EXTRACTOR_VERSION
from nocturne.tasks.storage.data_files import lacking
from nocturne.tasks.storage.data_folders import clear_staging
from nocturne.tasks.storage.layout import (
    EXTRACTED,
    FAMILIES,
    FILES,
    NOTES,
    PARQUET,
    DataFolder,
    markers_of,
    shard_name,
)
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class NotePlan:
    """The raw shards to extract; the shards numbered in `done` are published whole."""

    corpus: str
    fingerprint: str
    raw: RawDataset
    done: frozenset[int] = frozenset()

    @property
    def notes(self) -> DataFolder:
        """Folder of the notes."""
        return DataFolder(NOTES, self.corpus)

    @property
    def files(self) -> DataFolder:
        """Folder of the file manifests."""
        return DataFolder(FILES, self.corpus)

    @property
    def families(self) -> DataFolder:
        """Folder of the near-duplicate families."""
        return DataFolder(FAMILIES, self.corpus)

    @property
    def extracted(self) -> str:
        """Folder of the manifests of extracted shards."""
        return DataFolder(EXTRACTED, self.corpus).staging(self.fingerprint)


def plan_notes(root: Root, config: IngestConfig, raw: RawDataset | None = None) -> NotePlan:
    """Return what to extract of `raw`, or of the published raw shards.

    Raises CorpusError if these are not complete, or if the marker of the notes is damaged.
    """
    raw = raw or load_raw(root, config.corpus)
    shaping = config.fingerprint_fields("notes")
    what = json.dumps([raw.fingerprint, shaping, EXTRACTOR_VERSION], sort_keys=True)
    fingerprint = hashlib.sha256(what.encode()).hexdigest()[:16]
    done = _whole_shards(root, config.corpus, fingerprint)
    return NotePlan(config.corpus, fingerprint, raw, done)


def _whole_shards(root: Root, corpus: str, fingerprint: str) -> frozenset[int]:
    """Return the published shards of this plan whose notes and manifest are both whole."""
    dataset = published_notes(root, corpus)
    if dataset is None or dataset.fingerprint != fingerprint:
        return frozenset()
    facts = dataset.facts or implied_facts(root, corpus, dataset)
    lost = {
        name
        for kind in (NOTES, FILES)
        for name in lacking(root, DataFolder(kind, corpus), fingerprint, facts[kind])
    }
    return frozenset(i for i, name in enumerate(facts[NOTES]) if name not in lost)


def notes_of_plan(root: Root, plan: NotePlan) -> NoteDataset | None:
    """Return the published dataset if it is the one of this plan, with all its files."""
    dataset = published_notes(root, plan.corpus)
    if dataset is None or dataset.fingerprint != plan.fingerprint:
        return None
    return None if lost_files(root, plan.corpus, dataset) else dataset


def clear_other_plans(root: Root, plan: NotePlan) -> None:
    """Remove what other plans and killed runs left in staging; nothing that is published.

    Published files that a killed run left in staging are moved into place.
    """
    dataset = published_notes(root, plan.corpus)
    if dataset and dataset.facts and dataset.fingerprint != plan.fingerprint:
        put_notes_in_place(root, plan.corpus, dataset)
    root.clear_unfinished(markers_of(plan.corpus))
    folders = [DataFolder(kind, plan.corpus) for kind in (*KINDS, EXTRACTED)]
    clear_staging(root, folders, plan.fingerprint)


def extracted_shards(root: Root, plan: NotePlan) -> int:
    """Return how many shards of this plan are extracted or published."""
    names = root.files(plan.extracted, PARQUET)
    extracted = {name.rpartition("/")[2] for name in names}
    return len(extracted | {shard_name(index) for index in plan.done})
