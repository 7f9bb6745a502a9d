"""Corpora: markers, sizes, rows, digests of the raw files, files that are not in their place."""

import hashlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TypeVar, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError, one_line
from nocturne.schemas.facts import Facts
from nocturne.tasks.corpus.notes.note_marker import ingest_command, published_notes
from nocturne.tasks.corpus.raw_datasets import published_raw
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.corpus.sequences.sequence_marker import prepare_command, published_sequences
from nocturne.tasks.storage.data_files import file_sizes, find, published_sizes
from nocturne.tasks.storage.data_folders import drop_staging, put_in_place
from nocturne.tasks.storage.layout import (
    CORPORA,
    NOTES,
    PARQUET,
    RAW,
    VOCABULARIES,
    DataFolder,
    markers_of,
)
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.verify.found import Found, found

Dataset = TypeVar("Dataset")


def corpus_names(root: Root) -> list[str]:
    """Return the names of all corpora of which there is a marker or a note table."""
    return sorted({*root.folders(CORPORA), *root.folders(NOTES)})


def check_corpus(root: Root, corpus: str) -> Iterator[Found]:
    """Yield what is wrong with a corpus. Every raw file is hashed, every table decoded."""
    ingest = ingest_command(root, corpus)
    raw = yield from _marker(corpus, lambda: published_raw(root, corpus))
    notes = yield from _marker(corpus, lambda: published_notes(root, corpus))
    if notes is None:
        yield found("corpus", markers_of(corpus), "its notes have no marker", ingest)
    for dataset in (raw, notes):
        if dataset:
            yield from _check_files(root, corpus, "", dataset.fingerprint, dataset.facts, ingest)
    for scheme in get_args(SchemeName):
        read = partial(published_sequences, root, corpus, scheme)
        sequences = yield from _marker(corpus, read)
        if sequences:
            mend = prepare_command(root, corpus, scheme)
            facts, generation = sequences.facts, sequences.fingerprint
            yield from _check_files(root, corpus, scheme, generation, facts, mend)
            yield from _check_vocabulary(root, corpus, scheme)


def _marker(
    corpus: str, read: Callable[[], Dataset | None]
) -> Generator[Found, None, Dataset | None]:
    try:
        return read()
    except CorpusError as error:
        yield found("corpus", markers_of(corpus), str(error), "see the problem")
        return None


def _check_vocabulary(root: Root, corpus: str, scheme: SchemeName) -> Iterator[Found]:
    try:
        _ = PreparedCorpus(root, corpus, scheme).vocabulary
    except CorpusError as error:
        path = DataFolder(VOCABULARIES, corpus, scheme).path
        yield found("corpus", path, str(error), prepare_command(root, corpus, scheme))


def _check_files(
    root: Root, corpus: str, scheme: str, generation: str, facts: Facts, mend: str
) -> Iterator[Found]:
    """Yield the files of a generation that are lost, damaged or not in their place."""
    for kind, names in facts.items():
        folder = DataFolder(kind, corpus, scheme)
        sizes = published_sizes(root, folder, generation)
        for name, fact in names.items():
            path = find(root, folder, generation, name)
            if name not in sizes:
                yield found("corpus", path, "is missing", mend)
            elif sizes[name] != fact.bytes:
                problem = f"has {sizes[name]:,} bytes, not {fact.bytes:,}"
                yield found("corpus", path, problem, mend)
            elif name.endswith(PARQUET) and (problem := _damage(root, path, fact.rows, kind)):
                yield found("corpus", path, problem, mend)
        in_place = file_sizes(root, folder.path)
        if root.entries(folder.staging(generation)) or set(in_place) - set(names):
            yield found(
                "corpus",
                folder.path,
                "not all files are in their place, or files of before are left",
                "moves the published files into place and deletes others there",
                partial(_put_in_place, root, folder, generation, list(names)),
            )


def _put_in_place(root: Root, folder: DataFolder, generation: str, names: list[str]) -> None:
    with deleting(root, markers_of(folder.corpus)):
        put_in_place(root, folder, generation, names)
        drop_staging(root, folder.corpus)


def _damage(root: Root, path: str, rows: int | None, kind: str) -> str:
    """Return what is wrong with a table, empty if nothing; raw files are hashed."""
    try:
        with root.reading(path) as stream:
            table = pq.ParquetFile(stream)
            if rows is not None and table.metadata.num_rows != rows:
                return f"has {table.metadata.num_rows:,} rows, not {rows:,}"
            for number in range(table.num_row_groups):
                group = table.read_row_group(number)
                if kind == RAW and (wrong := _wrong_digests(group)):
                    return f"{len(wrong)} files are not what was read, the first {wrong[0]}"
    except (pa.ArrowException, OSError) as error:
        return f"cannot be decoded: {one_line(error)[:200]}"
    return ""


def _wrong_digests(group: pa.Table) -> list[str]:
    """Return the paths of the raw files whose MD5 is not that of their content."""
    columns = (group[name].to_pylist() for name in ("path", "md5", "content"))
    return [
        path
        for path, md5, content in zip(*columns, strict=True)
        if content is not None and hashlib.md5(content, usedforsecurity=False).hexdigest() != md5
    ]
