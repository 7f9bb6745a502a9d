"""The manifests as they are published: with the duplicates of the whole corpus marked."""

from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.manifest import MANIFEST_SCHEMA, FileManifest
from nocturne.schemas.progress import Progress
from nocturne.schemas.reasons import Outcome
from nocturne.tasks.corpus.notes.exact_duplicates import Duplicates
from nocturne.tasks.corpus.notes.families import ShardSongs
from nocturne.tasks.corpus.notes.note_plan import NotePlan
from nocturne.tasks.corpus.notes.stage_shard import with_known_notes, without_songs, write_notes
from nocturne.tasks.corpus.reuse.known_songs import known_songs
from nocturne.tasks.storage.data_files import find, read_rows
from nocturne.tasks.storage.layout import shard_name
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.validation import check

MEND = "run nocturne ingest again"


def stage_manifests(
    root: Root, plan: NotePlan, progress: Progress
) -> tuple[list[pa.Table], list[ShardSongs]]:
    """Stage the final manifests; return what each says of its files, and its songs.

    A shard that is published with the same manifest has the same notes: neither is staged.
    """
    duplicates = Duplicates()
    manifests: list[pa.Table] = []
    songs: list[ShardSongs] = []
    staged = [MANIFEST_SCHEMA.empty_table()]
    with ThreadPoolExecutor(2) as threads:
        writes: list[Future[None]] = []
        for index in range(plan.raw.shards):
            manifest, is_staged = _manifest(root, plan, index)
            files, repeated = duplicates.mark(manifest)
            is_published = not is_staged or _is_published(root, plan, index, files)
            if not is_published:
                staged.append(files)
                writes.append(threads.submit(_stage_manifest, root, plan, index, files, repeated))
            manifests.append(files.select(["path", "song_id", "outcome", "reason", "notes"]))
            songs.append(_songs(root, plan, index, files, is_published=is_published))
        for done, write in enumerate(writes, 1):
            write.result()
            progress(done, len(writes))
    check(FileManifest, pa.concat_tables(staged))  # all at once: a call costs as much as 1,000 rows
    return manifests, songs


def _manifest(root: Root, plan: NotePlan, index: int) -> tuple[pa.Table, bool]:
    """Return the manifest of a shard as extracted, or else as published, and whether it is staged.

    Versions up to 0.1 staged a column more.
    """
    name = shard_name(index)
    path = f"{plan.extracted}/{name}"
    is_staged = index not in plan.done or root.exists(path)
    if not is_staged:
        path = find(root, plan.files, plan.fingerprint, name)
    return read_rows(root, path, MEND).select(MANIFEST_SCHEMA.names), is_staged


def _is_published(root: Root, plan: NotePlan, index: int, files: pa.Table) -> bool:
    """Whether the published corpus has this shard with this manifest, and so with these notes."""
    if plan.base is None:
        return False
    return known_songs(root, plan.corpus, plan.base).has_manifest(index, files)


def staged_notes(plan: NotePlan, index: int) -> str:
    """Return the path of the notes of a shard until they are in place."""
    return f"{plan.notes.staging(plan.fingerprint)}/{shard_name(index)}"


def _stage_manifest(
    root: Root, plan: NotePlan, index: int, files: pa.Table, repeated: list[str]
) -> None:
    """Stage one manifest, and its notes without the songs that repeat those of earlier shards."""
    path = staged_notes(plan, index)
    if plan.base:
        write_notes(root, path, with_known_notes(root, plan, files, read_rows(root, path, MEND)))
    elif repeated:
        write_notes(root, path, without_songs(read_rows(root, path, MEND), repeated))
    root.write_table(f"{plan.files.staging(plan.fingerprint)}/{shard_name(index)}", files)


def _songs(
    root: Root, plan: NotePlan, index: int, files: pa.Table, *, is_published: bool
) -> ShardSongs:
    """Return the accepted songs of one shard as its note table has them: by song_id."""
    accepted = files.filter(pc.equal(files["outcome"], Outcome.ACCEPTED)).sort_by("song_id")
    path = staged_notes(plan, index)
    if is_published:
        published = plan.base.fingerprint if plan.base else plan.fingerprint
        path = find(root, plan.notes, published, shard_name(index))
    return ShardSongs(path, accepted["song_id"].to_pylist(), accepted["notes"].to_pylist())
