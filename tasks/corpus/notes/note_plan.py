"""What an ingest has to extract: the raw shards, and which of them are published already.

    staging/<corpus>/notes-<fingerprint>/shard-NNNNN.parquet      NoteTable
    staging/<corpus>/extracted-<fingerprint>/shard-NNNNN.parquet  FileManifest before duplicates
                            are known across shards: its presence says that the shard is extracted

Publishing (see publish_notes) turns these into notes/<corpus>, files/<corpus> and
families/<corpus>. Every write is atomic and every step can be repeated: an ingest that was killed
continues where it stopped and ends in the same bytes. A published shard that lost a file is
extracted again, alone. Where the extractor and its config are those of the published corpus, the
result of each file whose bytes that knows is taken from there, and a shard that comes out as it is
published is not staged.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import FileChanges, NoteDataset
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.notes.note_marker import (
    KINDS,
    implied_facts,
    lost_files,
    published_notes,
    put_notes_in_place,
)
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.corpus.reuse.file_changes import file_changes
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

EXTRACTOR = "extractor version"


@dataclass(frozen=True)
class NotePlan:
    """The raw shards to extract; the shards numbered in `done` are published whole.

    `base` is the published note corpus whose results hold here too, if there is one; `redo` says
    why those of the published one do not, if there is one and all has to be extracted again.
    """

    corpus: str
    fingerprint: str
    raw: RawDataset
    done: frozenset[int] = frozenset()
    base: NoteDataset | None = None
    redo: str = ""
    changes: FileChanges = field(default_factory=FileChanges)

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
    old = published_notes(root, config.corpus)
    fingerprint = _fingerprint(raw.fingerprint, config)
    another = old if old and old.fingerprint != fingerprint else None
    base = _base(root, config, another) if another else None
    return NotePlan(
        config.corpus,
        fingerprint,
        raw,
        done=_whole_shards(root, config.corpus, fingerprint),
        base=base,
        redo=_why_all(another, config) if another and not base else "",
        changes=file_changes(root, config.corpus, raw, old),
    )


def _base(root: Root, config: IngestConfig, old: NoteDataset) -> NoteDataset | None:
    """Return a corpus, with facts, if the extractor and config that made it are those of now."""
    if old.fingerprint != _fingerprint(old.raw_fingerprint, config):
        return None
    facts = old.facts or implied_facts(root, config.corpus, old)
    return old.model_copy(update={"facts": facts})


def extraction_of(config: IngestConfig) -> dict[str, Any]:
    """Return what decides the results of extraction beside the bytes of a file."""
    return {EXTRACTOR: EXTRACTOR_VERSION, **config.fingerprint_fields("notes")}


def _fingerprint(raw_fingerprint: str, config: IngestConfig) -> str:
    shaping = config.fingerprint_fields("notes")
    what = json.dumps([raw_fingerprint, shaping, EXTRACTOR_VERSION], sort_keys=True)
    return hashlib.sha256(what.encode()).hexdigest()[:16]


def _why_all(old: NoteDataset, config: IngestConfig) -> str:
    """Return what was another when a corpus was extracted, as a sentence part."""
    now, before = extraction_of(config), old.extraction
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if not before or not names:
        return "the extractor or its config has changed; the corpus does not say which"
    parts = [f"{name} was {before.get(name)} and is {now.get(name)}" for name in names]
    return ", ".join(parts)


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
