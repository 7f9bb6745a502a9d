"""Write a source as raw shards, in bounded memory, staged until its notes are published."""

import hashlib
import json
from contextlib import suppress

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError, SourceError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.raw_shards import SourceCounts, write_shards
from nocturne.tasks.corpus.replacement import (
    require_no_shrink,
    require_replaceable,
    require_same_music,
)
from nocturne.tasks.sources.downloads.download import move_old_downloads
from nocturne.tasks.sources.source import Source, resolve
from nocturne.tasks.storage.data_files import facts_of, find, lacking, measured_facts
from nocturne.tasks.storage.data_folders import clear_staging, drop_staging, put_in_place
from nocturne.tasks.storage.layout import (
    RAW,
    DataFolder,
    old_marker,
    raw_marker,
    shard_name,
    staged_raw_marker,
)
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

VERSION = 1  # of the shards' format: raise it when that changes, and they are written again


def load_raw(root: Root, corpus: str) -> RawDataset:
    """Return the marker of a corpus's raw shards; CorpusError if they are not complete."""
    if dataset := _published_raw(root, corpus):
        return dataset
    raise CorpusError(
        f"corpus {corpus} has no finished raw shards in {root.display_path(RAW)}; ingest it first"
    )


def raw_shard(root: Root, corpus: str, raw: RawDataset, number: int) -> str:
    """Return the path of a raw shard, staged or published."""
    return find(root, DataFolder(RAW, corpus), raw.fingerprint, shard_name(number))


def stage_raw(root: Root, config: IngestConfig, progress: Progress = silent) -> RawDataset:
    """Write the source as raw shards beside the published ones; `reused` if that was done before.

    No published file changes. Raises SourceError or StorageError, and CorpusError if the corpus
    was made from another source, or would lose too many songs.
    """
    require_replaceable(root, config)
    source = resolve(root, config, progress)
    fingerprint = source_fingerprint(source, config)
    _clear_other_sources(root, config.corpus, fingerprint)
    if finished_raw := _finished_raw(root, config.corpus, fingerprint):
        return finished_raw.model_copy(update={"reused": True})
    staging = DataFolder(RAW, config.corpus).staging(fingerprint)
    root.delete(staging)
    try:
        items = source.read(config.max_file_bytes, progress)
        counts = write_shards(root, staging, items, config.shard_files)
        _require_midi(source, counts)
        require_same_music(root, config, counts.digests)
        require_no_shrink(root, config, counts.midi)
    except BaseException:
        root.delete(staging)
        drop_staging(root, config.corpus)
        raise
    dataset = _raw_dataset(root, config.corpus, source, fingerprint, counts)
    root.write_json(staged_raw_marker(config.corpus, fingerprint), dataset.model_dump(mode="json"))
    return dataset


def publish_raw(root: Root, corpus: str, dataset: RawDataset) -> None:
    """Publish staged raw shards, and clear the raw shards that they replace."""
    folder = DataFolder(RAW, corpus)
    names = _names(dataset)
    if not dataset.facts:
        facts = measured_facts(root, folder, dataset.fingerprint, names)
        dataset = dataset.model_copy(update={"facts": {RAW: dict(sorted(facts.items()))}})
    move_old_downloads(root, corpus)
    if _read(root, raw_marker(corpus)) != dataset.model_copy(update={"reused": False}):
        root.write_json(raw_marker(corpus), dataset.model_dump(mode="json"))
    put_in_place(root, folder, dataset.fingerprint, names)
    root.delete(staged_raw_marker(corpus, dataset.fingerprint))
    drop_staging(root, corpus)


def _clear_other_sources(root: Root, corpus: str, fingerprint: str) -> None:
    """Clear staging of other fingerprints; published shards in it are moved into place."""
    folder, dataset = DataFolder(RAW, corpus), _published_raw(root, corpus)
    if dataset and dataset.facts and dataset.fingerprint != fingerprint:
        put_in_place(root, folder, dataset.fingerprint, _names(dataset))
    clear_staging(root, [folder], fingerprint)


def _names(dataset: RawDataset) -> list[str]:
    return [shard_name(number) for number in range(dataset.shards)]


def _read(root: Root, *paths: str) -> RawDataset | None:
    """Return the first marker of `paths`, None if there is none; CorpusError if it is damaged."""
    return find_marker(root, paths, RawDataset, CorpusError, "delete it, then ingest again")


def _published_raw(root: Root, corpus: str) -> RawDataset | None:
    old = old_marker(DataFolder(RAW, corpus))
    return _read(root, raw_marker(corpus), old)


def _staged_raw(root: Root, corpus: str, fingerprint: str) -> RawDataset | None:
    with suppress(CorpusError):  # a damaged marker is written again
        return _read(root, staged_raw_marker(corpus, fingerprint))
    return None


def _finished_raw(root: Root, corpus: str, fingerprint: str) -> RawDataset | None:
    """Return the published or staged shards with this fingerprint, if they are all whole."""
    for dataset in (_published_raw(root, corpus), _staged_raw(root, corpus, fingerprint)):
        if dataset and dataset.fingerprint == fingerprint and _is_whole(root, corpus, dataset):
            return dataset
    return None


def _is_whole(root: Root, corpus: str, dataset: RawDataset) -> bool:
    folder, names = DataFolder(RAW, corpus), _names(dataset)
    if not dataset.facts:
        return len(measured_facts(root, folder, dataset.fingerprint, names)) == len(names)
    return not lacking(root, folder, dataset.fingerprint, dataset.facts[RAW])


def source_fingerprint(source: Source, config: IngestConfig) -> str:
    """Return the fingerprint of the raw shards that the source gives with this config."""
    shaping = config.fingerprint_fields("raw").values()
    facts = [VERSION, source.display_name, source.identity, *shaping]
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
    )
