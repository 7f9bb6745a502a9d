"""Extract one raw shard into staging, or find that done."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.reasons import Outcome
from nocturne.tasks.corpus.notes.exact_duplicates import Duplicates
from nocturne.tasks.corpus.notes.extract_shard import extract_shard
from nocturne.tasks.corpus.notes.note_marker import ingest_command
from nocturne.tasks.corpus.notes.note_plan import NotePlan
from nocturne.tasks.corpus.raw import raw_shard
from nocturne.tasks.corpus.reuse.known_songs import known_songs
from nocturne.tasks.corpus.reuse.note_tables import merged_notes
from nocturne.tasks.storage.data_files import read_rows, require_whole
from nocturne.tasks.storage.layout import shard_name
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers

TIME_COLUMNS = ["onset_seconds", "offset_seconds", "onset_beats", "offset_beats"]


def stage_shard(
    root: Root, plan: NotePlan, index: int, config: IngestConfig, workers: Workers
) -> bool:
    """Extract raw shard `index` unless it is done; return whether it had to be extracted.

    Songs whose notes repeat earlier ones of the shard are left out of the notes; publishing
    finds those that repeat other shards, and adds the notes that the published corpus has.
    """
    manifest_path = f"{plan.extracted}/{shard_name(index)}"
    notes_path = f"{plan.notes.staging(plan.fingerprint)}/{shard_name(index)}"
    if index in plan.done or (root.exists(manifest_path) and root.exists(notes_path)):
        return False
    stage = _new_alone if plan.base else _extracted
    files, notes = stage(root, plan, index, config, workers)
    write_notes(root, notes_path, notes)
    root.write_table(manifest_path, files)  # last: it completes the shard
    return True


def _extracted(
    root: Root, plan: NotePlan, index: int, config: IngestConfig, workers: Workers
) -> tuple[pa.Table, pa.Table]:
    """Extract every file of a raw shard; return its manifest and its notes."""
    raw = row_groups(root, raw_shard(root, plan.corpus, plan.raw, index), mend_of(root, plan))
    shard = extract_shard(raw, config, workers)
    files, repeated = Duplicates().mark(shard.files)
    return files, without_songs(shard.notes, repeated)


def _new_alone(
    root: Root, plan: NotePlan, index: int, config: IngestConfig, workers: Workers
) -> tuple[pa.Table, pa.Table]:
    """Extract the files that the published corpus does not know; return manifest and new notes."""
    path, mend = raw_shard(root, plan.corpus, plan.raw, index), mend_of(root, plan)
    rows = read_rows(root, path, mend, ["path", "md5", "bytes"])
    published = known_songs(root, plan.corpus, plan.base)
    known = published.results(first_paths(rows["md5"], rows["path"]))
    all_known = known.keys() >= set(rows["md5"].to_pylist())
    groups = [rows] if all_known else row_groups(root, path, mend)
    shard = extract_shard(groups, config, workers, known)
    files, repeated = Duplicates().mark(shard.files)
    return files, without_songs(shard.notes, repeated)


def with_known_notes(root: Root, plan: NotePlan, files: pa.Table, new: pa.Table) -> pa.Table:
    """Return the note table of a manifest: of new notes, and of what the published corpus knows."""
    published = known_songs(root, plan.corpus, plan.base)
    known = published.results(first_paths(files["song_id"], files["path"]))
    return merged_notes(songs_of(files), new, known, published)


def mend_of(root: Root, plan: NotePlan) -> str:
    """Return the advice that makes a corpus whole again."""
    return ingest_command(root, plan.corpus, plan.raw.source)


def first_paths(song_ids: pa.ChunkedArray, paths: pa.ChunkedArray) -> dict[str, str]:
    """Return the path of the first file of each song, by song id."""
    backwards = zip(song_ids.to_pylist()[::-1], paths.to_pylist()[::-1], strict=True)
    return dict(backwards)


def songs_of(files: pa.Table) -> list[str]:
    """Return the ids of the accepted songs of a manifest, as a note table has them: sorted."""
    accepted = files.filter(pc.equal(files["outcome"], str(Outcome.ACCEPTED)))
    return sorted(accepted["song_id"].to_pylist())


def without_songs(notes: pa.Table, song_ids: Sequence[str]) -> pa.Table:
    """Return a note table without these songs."""
    if not song_ids:
        return notes
    return notes.filter(pc.invert(pc.is_in(notes["song_id"], value_set=pa.array(song_ids))))


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
