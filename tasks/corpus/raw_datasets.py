"""Raw datasets that are staged or published: their markers, and whether all shards are whole."""

from contextlib import suppress

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.storage.data_files import find, lacking, measured_facts
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


def load_raw(root: Root, corpus: str) -> RawDataset:
    """Return the marker of a corpus's raw shards; CorpusError if they are not complete."""
    if dataset := published_raw(root, corpus):
        return dataset
    raise CorpusError(
        f"corpus {corpus} has no finished raw shards in {root.display_path(RAW)}; ingest it first"
    )


def raw_shard(root: Root, corpus: str, raw: RawDataset, number: int) -> str:
    """Return the path of a raw shard, staged or published."""
    return find(root, DataFolder(RAW, corpus), raw.fingerprint, shard_name(number))


def shard_names_of(dataset: RawDataset) -> list[str]:
    """Return the file names of the shards, in order."""
    return [shard_name(number) for number in range(dataset.shards)]


def read_raw_marker(root: Root, *paths: str) -> RawDataset | None:
    """Return the first marker of `paths`, None if there is none; CorpusError if it is damaged."""
    return find_marker(root, paths, RawDataset, CorpusError, "delete it, then ingest again")


def published_raw(root: Root, corpus: str) -> RawDataset | None:
    """Return the marker of the published shards, None if there is none."""
    old = old_marker(DataFolder(RAW, corpus))
    return read_raw_marker(root, raw_marker(corpus), old)


def _staged_raw(root: Root, corpus: str, fingerprint: str) -> RawDataset | None:
    with suppress(CorpusError):  # a damaged marker is written again
        return read_raw_marker(root, staged_raw_marker(corpus, fingerprint))
    return None


def finished_raw(root: Root, corpus: str, fingerprint: str) -> RawDataset | None:
    """Return the published or staged shards with this fingerprint, if they are all whole."""
    for dataset in (published_raw(root, corpus), _staged_raw(root, corpus, fingerprint)):
        if dataset and dataset.fingerprint == fingerprint and _is_whole(root, corpus, dataset):
            return dataset
    return None


def _is_whole(root: Root, corpus: str, dataset: RawDataset) -> bool:
    folder, names = DataFolder(RAW, corpus), shard_names_of(dataset)
    if not dataset.facts:
        return len(measured_facts(root, folder, dataset.fingerprint, names)) == len(names)
    return not lacking(root, folder, dataset.fingerprint, dataset.facts[RAW])
