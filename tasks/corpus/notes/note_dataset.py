"""A corpus's note dataset: extracted shard by shard beside the published one.

    staging/<corpus>/notes-<fingerprint>/shard-NNNNN.parquet      NoteTable
    staging/<corpus>/extracted-<fingerprint>/shard-NNNNN.parquet  FileManifest before duplicates
                            are known across shards: its presence says that the shard is extracted

Publishing (see publish_notes) turns these into notes/<corpus>, files/<corpus> and
families/<corpus>. Every write is atomic and every step can be done again, so whatever was killed
is taken up where it was and ends in the same bytes. A published shard that lost a file is
extracted again, alone.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.notes.extract_shard import extract_shard
from nocturne.tasks.corpus.notes.note_marker import (
    KINDS,
    implied_facts,
    ingest_command,
    lost_files,
    published_notes,
    put_notes_in_place,
)
from nocturne.tasks.corpus.notes.note_marker import note_dataset as load_marker
from nocturne.tasks.corpus.notes.seen_notes import seen_notes
from nocturne.tasks.corpus.raw import load_raw, raw_shard
from nocturne.tasks.music.midi.extraction import EXTRACTOR_VERSION
from nocturne.tasks.storage.data_files import find, lacking, read_rows, require_whole
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
from nocturne.tasks.workers.worker_pool import Workers

__all__ = [
    "LEFT_OUT",
    "Plan",
    "clear_other_plans",
    "load_marker",
    "manifest_path",
    "plan",
    "published",
    "row_groups",
    "shard_name",
    "stage_shard",
    "staged",
    "without",
    "write_notes",
]

LEFT_OUT = "left_out"  # bool column of a staged manifest: notes repeat earlier ones, not written
TIME_COLUMNS = ["onset_seconds", "offset_seconds", "onset_beats", "offset_beats"]


@dataclass(frozen=True)
class Plan:
    """What is to be extracted, how many shards of it there are, and which are published whole."""

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


def plan(root: Root, config: IngestConfig, raw: RawDataset | None = None) -> Plan:
    """Return what is to be extracted of `raw`, or of the published raw shards.

    Raises CorpusError if these are not complete, or if the marker of the notes is damaged.
    """
    raw = raw or load_raw(root, config.corpus)
    shaping = config.fingerprint_fields("notes")
    what = json.dumps([raw.fingerprint, shaping, EXTRACTOR_VERSION], sort_keys=True)
    fingerprint = hashlib.sha256(what.encode()).hexdigest()[:16]
    return Plan(config.corpus, fingerprint, raw, _whole_shards(root, config.corpus, fingerprint))


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


def published(root: Root, plan: Plan) -> NoteDataset | None:
    """Return the marker if exactly this plan is already published, with all its files."""
    dataset = published_notes(root, plan.corpus)
    if dataset is None or dataset.fingerprint != plan.fingerprint:
        return None
    return None if lost_files(root, plan.corpus, dataset) else dataset


def clear_other_plans(root: Root, plan: Plan) -> None:
    """Remove what other plans and killed runs left in staging; nothing that is published.

    What is published and not yet in place, as the run that did it was killed, is moved there.
    """
    dataset = published_notes(root, plan.corpus)
    if dataset and dataset.facts and dataset.fingerprint != plan.fingerprint:
        put_notes_in_place(root, plan.corpus, dataset)
    root.clear_unfinished(markers_of(plan.corpus))
    folders = [DataFolder(kind, plan.corpus) for kind in (*KINDS, "extracted")]
    clear_staging(root, folders, plan.fingerprint)


def manifest_path(root: Root, plan: Plan, index: int) -> str:
    """Return where the manifest of a shard lies: as extracted, or else as published."""
    name = shard_name(index)
    staged = f"{plan.extracted}/{name}"
    if index in plan.done and not root.exists(staged):
        return find(root, plan.files, plan.fingerprint, name)
    return staged


def stage_shard(root: Root, plan: Plan, index: int, config: IngestConfig, workers: Workers) -> bool:
    """Extract raw shard `index` unless it is done; returns whether there was anything to do."""
    path, name = f"{plan.extracted}/{shard_name(index)}", shard_name(index)
    notes_path = f"{plan.notes.staging(plan.fingerprint)}/{name}"
    seen = seen_notes(root.display_path(plan.extracted))
    mend = ingest_command(root, plan.corpus, plan.raw.source)
    if index in plan.done or (root.exists(path) and root.exists(notes_path)):
        known = manifest_path(root, plan, index)
        seen.tell(index, read_rows(root, known, mend, ["notes_digest"])["notes_digest"].to_pylist())
        return False
    with seen.under_way(index):
        raw = row_groups(root, raw_shard(root, plan.corpus, plan.raw, index), mend)
        shard = extract_shard(raw, config, workers)
        left_out = pa.array(seen.repeated(index, shard.files["notes_digest"].to_pylist()))
    notes = without(shard.notes, shard.files["song_id"].filter(left_out))
    write_notes(root, notes_path, notes)
    # Last: it completes the shard.
    root.write_table(path, shard.files.append_column(LEFT_OUT, left_out))
    return True


def without(notes: pa.Table, song_ids: pa.ChunkedArray) -> pa.Table:
    """Return a note table without these songs."""
    if not len(song_ids):
        return notes
    return notes.filter(pc.invert(pc.is_in(notes["song_id"], value_set=song_ids.unique())))


def write_notes(root: Root, path: str, notes: pa.Table) -> None:
    """Write a note table: times split by byte, which is smaller and quicker than a dictionary.

    LZ4 and plain pitches take two thirds of zstd's time, a third of it to read, and 10 % more room.
    """
    root.write_table(
        path,
        notes.combine_chunks(),  # the bytes follow from the values alone
        compression="lz4",
        use_dictionary=["song_id"],
        use_byte_stream_split=TIME_COLUMNS,
    )


def staged(root: Root, plan: Plan) -> int:
    """Return how many shards of this plan are extracted or published."""
    names = root.files(plan.extracted, PARQUET)
    found = {name.rpartition("/")[2] for name in names}
    return len(found | {shard_name(index) for index in plan.done})


def row_groups(root: Root, path: str, mend: str) -> Iterator[pa.Table]:
    """Yield the row groups of a Parquet file, one at a time; CorpusError if it is damaged."""
    try:
        with root.reading(path) as stream:
            file = pq.ParquetFile(stream)
            for group in range(file.num_row_groups):
                yield file.read_row_group(group)
    except FileNotFoundError as error:
        raise CorpusError(f"{root.display_path(path)} is missing: {mend}") from error
    except Exception:
        require_whole(root, path, mend)
        raise
