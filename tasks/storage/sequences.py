"""Reading the category sequences that prepare published.

A split is read through a local copy, one memory-mapped array of ids, so that training holds
only the windows it is looking at. Copies are named by the dataset's fingerprint: a changed
dataset gets a new one.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import ValidationError

from schemas.config import SchemeName
from schemas.errors import CorpusError, StorageError
from schemas.sequences import SequenceDataset, Split, Vocabulary
from tasks.storage.root import Root
from tasks.storage.temporary import clear_unheld, unfinished_file

READ_ROWS = 1 << 20


@dataclass(frozen=True)
class SplitIds:
    """Category ids of one split, songs back to back.

    `ids` is int16 [notes, attributes], in memory or memory-mapped; song s is
    ids[song_offsets[s]:song_offsets[s + 1]], with song_offsets int64 [songs + 1].
    """

    ids: NDArray[np.int16]
    song_offsets: NDArray[np.int64]


def sequences_folder(corpus: str, scheme: SchemeName) -> str:
    """Return the folder of a corpus's sequences, relative to the root."""
    return f"sequences/{corpus}/{scheme}"


def load_dataset(root: Root, corpus: str, scheme: SchemeName) -> SequenceDataset:
    """Return what is known of a complete sequence dataset; CorpusError if there is none."""
    path = f"{sequences_folder(corpus, scheme)}/dataset.json"
    try:
        return SequenceDataset.model_validate_json(root.read_bytes(path))
    except FileNotFoundError as error:
        raise CorpusError(
            f"corpus {corpus} is not prepared as {scheme} under {root.uri}: "
            f"run `nocturne prepare --root {root.uri} --corpus {corpus} --scheme {scheme}` first"
        ) from error
    except ValidationError as error:
        raise CorpusError(f"{root.shown(path)} is damaged: delete it and prepare again") from error


def load_vocabulary(root: Root, corpus: str, scheme: SchemeName) -> Vocabulary:
    """Return the vocabulary of a complete dataset; CorpusError unless it is the one it names."""
    dataset = load_dataset(root, corpus, scheme)
    path = f"{sequences_folder(corpus, scheme)}/vocabulary.json"
    try:
        vocabulary = Vocabulary.model_validate_json(root.read_bytes(path))
    except (FileNotFoundError, ValidationError) as error:
        raise CorpusError(f"{root.shown(path)} is missing or damaged: prepare again") from error
    if vocabulary.vocabulary_id != dataset.vocabulary_id:
        raise CorpusError(
            f"{root.shown(path)} is not the vocabulary {dataset.vocabulary_id} that its dataset "
            "was made with: delete dataset.json beside it and prepare again"
        )
    return vocabulary


def load_split(root: Root, corpus: str, scheme: SchemeName, split: Split, cache: Path) -> SplitIds:
    """Return one split, memory-mapped from a copy in the local folder `cache`.

    The copy is made on first use, a part at a time, and appears there at once or not at all.
    """
    dataset = load_dataset(root, corpus, scheme)
    names = load_vocabulary(root, corpus, scheme).names
    folder = sequences_folder(corpus, scheme)
    offsets = _song_offsets(root, folder, split)
    expected = (dataset.notes[split], len(names))
    copy = cache / f"{dataset.fingerprint}-{split}.npy"
    if not _is_whole(copy, expected):
        with _explained(cache):
            _copy_ids(root, f"{folder}/{split}.parquet", names, copy, expected)
    if offsets[-1] != expected[0] or len(offsets) != dataset.songs[split] + 1:
        raise CorpusError(f"{root.shown(folder)}/songs.parquet is damaged: prepare again")
    return SplitIds(np.load(copy, mmap_mode="r"), offsets)


def _song_offsets(root: Root, folder: str, split: Split) -> NDArray[np.int64]:
    songs = root.read_table(f"{folder}/songs.parquet", columns=["split", "notes"])
    lengths = songs.filter(pc.equal(songs["split"], split))["notes"].to_numpy()
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def _is_whole(copy: Path, expected: tuple[int, int]) -> bool:
    try:
        found = np.load(copy, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return bool(found.shape == expected and found.dtype == np.int16)


def _copy_ids(
    root: Root, path: str, names: tuple[str, ...], copy: Path, shape: tuple[int, int]
) -> None:
    """Write the columns `names` of a Parquet file as one int16 array file."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    clear_unheld(copy.parent, ".tmp-*")
    aside = copy.with_name(f".tmp-{uuid.uuid4().hex}.npy")
    try:
        header = {"descr": "<i2", "fortran_order": False, "shape": shape}
        with unfinished_file(aside) as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            for rows in _batches(root, path, names):
                stream.write(rows.tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        if not _is_whole(aside, shape):
            raise CorpusError(f"{root.shown(path)} is damaged: prepare again")
        aside.replace(copy)
    finally:
        aside.unlink(missing_ok=True)


def _batches(root: Root, path: str, names: tuple[str, ...]) -> Iterator[NDArray[np.int16]]:
    with root.reading(path) as stream:
        for batch in pq.ParquetFile(stream).iter_batches(READ_ROWS, columns=list(names)):
            columns = [batch.column(name).to_numpy() for name in names]
            yield np.ascontiguousarray(np.stack(columns, axis=1), dtype="<i2")


@contextmanager
def _explained(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot copy the training data to {cache}: {error.strerror or error}; "
            "check that the folder is writable and has free space"
        ) from error
