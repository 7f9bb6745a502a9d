"""A corpus's note dataset: staged shard by shard, duplicates removed, published with a marker.

    notes/<corpus>/shard-NNNNN.parquet                      NoteTable
    files/<corpus>/shard-NNNNN.parquet                      FileManifest
    files/<corpus>/staged-<fingerprint>/shard-NNNNN.parquet FileManifest before duplicates are
                            known across shards: its presence says that the shard is extracted
    notes/<corpus>/dataset.json                             NoteDataset, written last

Every write is atomic and every step can be done again, so whatever was killed is taken up where
it was and ends in the same bytes.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.config import IngestConfig
from schemas.errors import CorpusError
from schemas.manifest import NoteDataset
from schemas.raw import RawDataset
from tasks.music.extraction import EXTRACTOR_VERSION
from tasks.storage.note_shards import extract_shard
from tasks.storage.raw import load_raw, shard_path
from tasks.storage.root import Root
from tasks.storage.seen_notes import seen_notes
from tasks.storage.workers import Workers

LEFT_OUT = "left_out"  # bool column of a staged manifest: notes repeat earlier ones, not written
TIME_COLUMNS = ["onset_seconds", "offset_seconds", "onset_beats", "offset_beats"]
SHAPING_FIELDS = {  # of the config: they change what comes out
    "reader",
    "timeout_seconds",
    "worker_memory_mib",
    "max_file_bytes",
    "max_notes",
    "max_song_seconds",
}


@dataclass(frozen=True)
class Plan:
    """What is to be extracted, and how many shards of it there are."""

    corpus: str
    fingerprint: str
    raw: RawDataset

    @property
    def marker(self) -> str:
        """Path of the completion marker."""
        return f"notes/{self.corpus}/dataset.json"

    @property
    def staging(self) -> str:
        """Folder of the manifests of extracted shards."""
        return f"files/{self.corpus}/staged-{self.fingerprint}"


def shard_name(index: int) -> str:
    """Return the file name of one shard, the same in every folder."""
    return f"shard-{index:05d}.parquet"


def plan(root: Root, config: IngestConfig) -> Plan:
    """Read what the raw shards are; raises CorpusError if they are not complete."""
    raw = load_raw(root, config.corpus)
    shaping = config.model_dump(include=SHAPING_FIELDS)
    what = json.dumps([raw.fingerprint, shaping, EXTRACTOR_VERSION], sort_keys=True)
    return Plan(config.corpus, hashlib.sha256(what.encode()).hexdigest()[:16], raw)


def load_marker(root: Root, corpus: str) -> NoteDataset:
    """Return the marker of a complete note dataset; CorpusError if there is none."""
    path = f"notes/{corpus}/dataset.json"
    try:
        return NoteDataset.model_validate(root.read_json(path))
    except FileNotFoundError as error:
        raise CorpusError(
            f"no ingested corpus {corpus!r} in {root.shown('notes')}; run nocturne ingest first"
        ) from error


def published(root: Root, plan: Plan) -> NoteDataset | None:
    """Return the marker if exactly this plan is already published."""
    if not root.exists(plan.marker):
        return None
    dataset = load_marker(root, plan.corpus)
    return dataset if dataset.fingerprint == plan.fingerprint else None


def clear_other_plans(root: Root, plan: Plan) -> None:
    """Remove what another plan left: its marker first, then its staged and surplus shards."""
    if root.exists(plan.marker) and published(root, plan) is None:
        root.delete(plan.marker)
    for folder in root.folders(f"files/{plan.corpus}"):
        if folder.startswith("staged-") and not plan.staging.endswith(f"/{folder}"):
            root.delete(f"files/{plan.corpus}/{folder}")
    last = shard_name(plan.raw.shards - 1)
    for kind in ("notes", "files"):
        for path in root.files(f"{kind}/{plan.corpus}", ".parquet"):
            name = path.rpartition("/")[2]
            if name.startswith("shard-") and (len(name), name) > (len(last), last):
                root.delete(path)


def stage_shard(root: Root, plan: Plan, index: int, config: IngestConfig, workers: Workers) -> bool:
    """Extract raw shard `index` unless it is done; returns whether there was anything to do."""
    path = f"{plan.staging}/{shard_name(index)}"
    seen = seen_notes(root.shown(plan.staging))
    if root.exists(path):
        seen.tell(index, root.read_table(path, ["notes_digest"])["notes_digest"].to_pylist())
        return False
    with seen.under_way(index):
        raw = row_groups(root, shard_path(plan.corpus, index))
        shard = extract_shard(raw, config, workers)
        left_out = pa.array(seen.repeated(index, shard.files["notes_digest"].to_pylist()))
    notes = without(shard.notes, shard.files["song_id"].filter(left_out))
    write_notes(root, f"notes/{plan.corpus}/{shard_name(index)}", notes)
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
    """Return how many shards of this plan are extracted."""
    return len(root.files(plan.staging, ".parquet"))


def row_groups(root: Root, path: str) -> Iterator[pa.Table]:
    """Yield the row groups of a Parquet file, one at a time."""
    with root.reading(path) as stream:
        file = pq.ParquetFile(stream)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)
