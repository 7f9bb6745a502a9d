"""Write a source as raw shards, in bounded memory, staged until its notes are published."""

import hashlib
import json
from typing import Any

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.raw_datasets import (
    finished_raw,
    load_raw,
    published_raw,
    raw_shard,
    read_raw_marker,
    shard_names_of,
)
from nocturne.tasks.corpus.raw_shards import SourceCounts, write_shards
from nocturne.tasks.corpus.replacement import (
    require_no_shrink,
    require_replaceable,
    require_same_music,
)
from nocturne.tasks.corpus.reuse.reading_record import ReadingRecord, generation_of, write_record
from nocturne.tasks.corpus.reuse.starting_point import StartingPoint, starting_point
from nocturne.tasks.sources.downloads.download import move_old_downloads
from nocturne.tasks.sources.seen_files import SeenFile, SeenFiles
from nocturne.tasks.sources.source import Source, resolve
from nocturne.tasks.storage.data_files import facts_of, measured_facts
from nocturne.tasks.storage.data_folders import clear_staging, drop_staging, move_file, put_in_place
from nocturne.tasks.storage.layout import (
    RAW,
    DataFolder,
    raw_marker,
    shard_name,
    staged_raw_marker,
)
from nocturne.tasks.storage.root import Root

__all__ = ["load_raw", "publish_raw", "raw_shard", "stage_raw"]

VERSION = 1  # of the shards' format: raise it when that changes, and they are written again


def stage_raw(root: Root, config: IngestConfig, progress: Progress = silent) -> RawDataset:
    """Write the source as raw shards beside the published ones; `reused` if that was done before.

    Files that are surely unchanged are not read, and shards that are there with the same rows are
    not written again. No published file changes. Raises SourceError or StorageError, and
    CorpusError if the corpus was made from another source, or would lose too many songs.
    """
    require_replaceable(root, config)
    corpus, source = config.corpus, resolve(root, config, progress)
    identity = source_fingerprint(source, config)
    generation = generation_of(root, corpus, identity)
    _clear_other_sources(root, corpus, generation)
    done = finished_raw(root, corpus, generation)
    there = done or published_raw(root, corpus)
    start = starting_point(root, config, source, there, same=done is not None)
    if done and (source.examined is None or start.all_unchanged):
        return done.model_copy(update={"reused": True})
    if done:  # files may have changed under the same identity: these shards then get a new name
        generation = _digest([identity, done.fingerprint])
    began_ns = source.examined.began_ns if source.examined else 0
    target = ReadingRecord(generation, identity, SeenFiles(began_ns, config.max_file_bytes))
    return _staged(root, config, source, start, target, done, progress)


def _staged(
    root: Root,
    config: IngestConfig,
    source: Source,
    start: StartingPoint,
    target: ReadingRecord,
    done: RawDataset | None,
    progress: Progress,
) -> RawDataset:
    """Read the source and stage its shards; return `done`, if given, where it holds the same."""
    corpus, generation = config.corpus, target.generation
    staging = DataFolder(RAW, corpus).staging(generation)
    root.delete(staging)
    seen: list[SeenFile] = []
    try:
        items = start.read(source, config.max_file_bytes, progress, seen)
        counts = write_shards(root, staging, items, config.shard_files, start.rows)
        _require_midi(source, counts)
        require_same_music(root, config, counts.digests)
        require_no_shrink(root, config, counts.midi)
    except BaseException:
        root.delete(staging)
        drop_staging(root, corpus)
        raise
    if done and _is_same(done, counts):
        dataset = done.model_copy(update={"reused": True, "files_read": counts.read})
    else:
        _take_along(root, corpus, done, generation, counts)
        dataset = _raw_dataset(root, corpus, source, generation, counts)
    record = ReadingRecord(dataset.fingerprint, target.identity, target.seen.with_files(seen))
    published = published_raw(root, corpus)
    write_record(root, corpus, record, kept=[published.fingerprint] if published else [])
    if not dataset.reused:
        content = dataset.model_dump(mode="json")
        root.write_json(staged_raw_marker(corpus, generation), content)
    return dataset.model_copy(update={"read_because": start.reason})


def _is_same(done: RawDataset, counts: SourceCounts) -> bool:
    """Whether a source is as it was when the shards of `done` were made of it."""
    skipped = done.skipped, list(done.skipped_files)
    return counts.kept == list(range(done.shards)) and skipped == (counts.skipped, counts.named)


def _take_along(
    root: Root, corpus: str, done: RawDataset | None, generation: str, counts: SourceCounts
) -> None:
    """Move shards that are kept as they are from the staging of `done`, which is out of date."""
    if done is None:
        return
    folder = DataFolder(RAW, corpus)
    root.delete(staged_raw_marker(corpus, done.fingerprint))
    for name in map(shard_name, counts.kept):
        if root.exists(staged := f"{folder.staging(done.fingerprint)}/{name}"):
            move_file(root, staged, f"{folder.staging(generation)}/{name}")


def publish_raw(root: Root, corpus: str, dataset: RawDataset) -> None:
    """Publish staged raw shards, and clear the raw shards that they replace."""
    folder = DataFolder(RAW, corpus)
    names = shard_names_of(dataset)
    if not dataset.facts:
        facts = measured_facts(root, folder, dataset.fingerprint, names)
        dataset = dataset.model_copy(update={"facts": {RAW: dict(sorted(facts.items()))}})
    move_old_downloads(root, corpus)
    if read_raw_marker(root, raw_marker(corpus)) != dataset.as_marker():
        root.write_json(raw_marker(corpus), dataset.model_dump(mode="json"))
    put_in_place(root, folder, dataset.fingerprint, names)
    root.delete(staged_raw_marker(corpus, dataset.fingerprint))
    drop_staging(root, corpus)


def _clear_other_sources(root: Root, corpus: str, fingerprint: str) -> None:
    """Clear staging of other fingerprints; published shards in it are moved into place."""
    folder, dataset = DataFolder(RAW, corpus), published_raw(root, corpus)
    if dataset and dataset.facts:
        put_in_place(root, folder, dataset.fingerprint, shard_names_of(dataset))
    clear_staging(root, [folder], fingerprint)


def source_fingerprint(source: Source, config: IngestConfig) -> str:
    """Return the fingerprint of the raw shards that the source gives with this config."""
    shaping = config.fingerprint_fields("raw").values()
    return _digest([VERSION, source.display_name, source.identity, *shaping])


def _digest(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _require_midi(source: Source, counts: SourceCounts) -> None:
    if not counts.midi:
        files = counts.files + counts.skipped
        unread = f", {counts.skipped} of them unreadable" if counts.skipped else ""
        raise SourceError(
            f"{source.display_name} holds no MIDI among its {files} files{unread}; "
            "name a folder or archive of .mid files"
        )


def _raw_dataset(
    root: Root, corpus: str, source: Source, fingerprint: str, counts: SourceCounts
) -> RawDataset:
    folder = DataFolder(RAW, corpus)
    rows = {shard_name(number): count for number, count in enumerate(counts.rows)}
    return RawDataset(
        fingerprint=fingerprint,
        source=source.display_name,
        files=counts.files,
        midi=counts.midi,
        bytes=counts.size,
        shards=counts.shards,
        skipped=counts.skipped,
        skipped_files=tuple(counts.named),
        licence=source.licence,
        attribution=source.attribution,
        facts={RAW: facts_of(root, folder, fingerprint, rows)},
        files_read=counts.read,
        shards_written=counts.shards - len(counts.kept),
    )
