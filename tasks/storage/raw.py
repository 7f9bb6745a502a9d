"""Any source into raw shards, with bounded memory, published at once."""

import hashlib
import json

from pydantic import ValidationError

from schemas.config import IngestConfig
from schemas.errors import CorpusError, SourceError
from schemas.raw import RawDataset
from tasks.progress import Progress, silent
from tasks.storage.raw_shards import SCHEMA, Tally, write_shards
from tasks.storage.root import Root
from tasks.storage.sources import Source, resolve

__all__ = ["SCHEMA", "build_raw", "load_raw", "marker_path", "shard_path"]

VERSION = 1  # of the shards' form: a change redoes them


def marker_path(corpus: str) -> str:
    """Path of the completion marker."""
    return f"raw/{corpus}/dataset.json"


def shard_path(corpus: str, number: int) -> str:
    """Path of a raw shard."""
    return f"raw/{corpus}/shard-{number:05d}.parquet"


def load_raw(root: Root, corpus: str) -> RawDataset:
    """Return what is known of a corpus's raw shards; CorpusError if they are not complete."""
    try:
        return RawDataset.model_validate(root.read_json(marker_path(corpus)))
    except FileNotFoundError as error:
        raise CorpusError(
            f"corpus {corpus} has no finished raw shards in {root.shown('raw')}; ingest it first"
        ) from error
    except (ValidationError, ValueError) as error:
        raise CorpusError(
            f"{root.shown(marker_path(corpus))} is damaged; delete it and ingest again"
        ) from error


def build_raw(root: Root, config: IngestConfig, progress: Progress = silent) -> RawDataset:
    """Turn the source into raw shards, or find them done (`reused`).

    The shards are written aside and take the place of older ones only when the whole source has
    been read: a bad source costs nothing that was there. Raises SourceError or StorageError.
    """
    source = resolve(root, config, progress)
    fingerprint = _fingerprint(source, config)
    if found := _unchanged(root, config.corpus, fingerprint):
        return found.model_copy(update={"reused": True})
    aside = f"raw/{config.corpus}/.tmp-shards"
    root.delete(aside)
    try:
        items = source.read(config.max_file_bytes, progress)
        tally = write_shards(root, aside, items, config.shard_files)
        _require_midi(source, tally)
        dataset = _dataset(source, fingerprint, tally)
        _publish(root, config.corpus, aside, dataset)
    finally:
        root.delete(aside)
    return dataset


def _fingerprint(source: Source, config: IngestConfig) -> str:
    facts = [VERSION, source.shown, source.identity, config.shard_files, config.max_file_bytes]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _unchanged(root: Root, corpus: str, fingerprint: str) -> RawDataset | None:
    """Return the finished dataset with this fingerprint, if all its shards are there."""
    try:
        found = load_raw(root, corpus)
    except CorpusError:
        return None
    there = root.files(f"raw/{corpus}", ".parquet")
    whole = there == [shard_path(corpus, number) for number in range(found.shards)]
    return found if whole and found.fingerprint == fingerprint else None


def _require_midi(source: Source, tally: Tally) -> None:
    if not tally.midi:
        unread = f", {tally.skipped} of them unreadable" if tally.skipped else ""
        raise SourceError(
            f"{source.shown} holds no MIDI among its {tally.files + tally.skipped} files{unread}; "
            "name a folder or archive of .mid files"
        )


def _dataset(source: Source, fingerprint: str, tally: Tally) -> RawDataset:
    return RawDataset(
        fingerprint=fingerprint,
        source=source.shown,
        files=tally.files,
        midi=tally.midi,
        bytes=tally.size,
        shards=tally.shards,
        skipped=tally.skipped,
        skipped_files=tuple(tally.named),
        licence=source.licence,
        attribution=source.attribution,
    )


def _publish(root: Root, corpus: str, aside: str, dataset: RawDataset) -> None:
    """Put finished shards in the place of older ones; without a marker nothing counts as there."""
    root.delete(marker_path(corpus))
    for old in root.files(f"raw/{corpus}", ".parquet"):
        root.delete(old)
    for number in range(dataset.shards):
        root.move(f"{aside}/{number}", shard_path(corpus, number))
    root.write_json(marker_path(corpus), dataset.model_dump(mode="json"))
