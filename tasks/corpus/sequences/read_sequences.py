"""Reading the category sequences that prepare published.

A split is read through a local copy, one memory-mapped array of ids, so that training holds
only the windows it is looking at. Copies are named by the dataset's fingerprint: a changed
dataset gets a new one.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.schemas.sequences import Split, SplitIds
from nocturne.tasks.corpus.sequences.sequence_marker import (
    load_dataset,
    load_vocabulary,
    prepare_command,
    published_sequences,
    require_same_sequences,
    sequences_folder,
)
from nocturne.tasks.storage.data_files import damaged, read_published, read_rows, require_whole
from nocturne.tasks.storage.layout import SEQUENCES, SONGS, SONGS_FILE, DataFolder, split_file
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.temporary import clear_unheld, unfinished_file

__all__ = [
    "load_dataset",
    "load_split",
    "load_vocabulary",
    "sequences_folder",
    "song_splits",
]

READ_ROWS = 1 << 20
STOPPED_SECONDS = 3600.0  # a copy that has not grown for so long is a killed run's


def song_splits(root: Root, corpus: str, scheme: SchemeName) -> dict[str, Split] | None:
    """Return the split of each song; None if the corpus is not prepared with this scheme."""
    if published_sequences(root, corpus, scheme) is None:
        return None
    songs = _songs(root, corpus, scheme, ["song_id", "split"])
    return dict(zip(songs["song_id"].to_pylist(), songs["split"].to_pylist(), strict=True))


def load_split(root: Root, corpus: str, scheme: SchemeName, split: Split, cache: Path) -> SplitIds:
    """Return one split, memory-mapped from a copy in the local folder `cache`.

    The copy is made on first use, a part at a time, and appears there at once or not at all.
    """
    dataset = load_dataset(root, corpus, scheme)
    names = load_vocabulary(root, corpus, scheme).names
    mend = prepare_command(root, corpus, scheme)
    offsets = _song_offsets(root, corpus, scheme, split)
    expected = (dataset.notes[split], len(names))
    copy = cache / f"{dataset.fingerprint}-{split}.npy"
    if not _is_whole(copy, expected):
        folder = DataFolder(SEQUENCES, corpus, scheme)
        with _explained(cache):
            _clear_stopped_copies(cache)
            try:
                read_published(
                    root,
                    folder,
                    dataset.fingerprint,
                    split_file(split),
                    lambda path: _copy_ids(root, path, names, copy, expected, mend),
                )
            except FileNotFoundError as error:
                require_same_sequences(root, corpus, scheme, dataset)
                path = f"{folder.path}/{split_file(split)}"
                raise CorpusError(f"{root.display_path(path)} is missing: {mend}") from error
    require_same_sequences(root, corpus, scheme, dataset)
    if offsets[-1] != expected[0] or len(offsets) != dataset.songs[split] + 1:
        songs = root.display_path(DataFolder(SONGS, corpus, scheme).path)
        raise CorpusError(f"{songs}/{SONGS_FILE} is damaged: delete it, then {mend}")
    return SplitIds(np.load(copy, mmap_mode="r"), offsets)


def _song_offsets(root: Root, corpus: str, scheme: SchemeName, split: Split) -> NDArray[np.int64]:
    songs = _songs(root, corpus, scheme, ["split", "notes"])
    lengths = songs.filter(pc.equal(songs["split"], split))["notes"].to_numpy()
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def _songs(root: Root, corpus: str, scheme: SchemeName, columns: list[str]) -> pa.Table:
    """Return columns of the table of songs; CorpusError if it is missing or damaged."""
    dataset = load_dataset(root, corpus, scheme)
    folder, mend = DataFolder(SONGS, corpus, scheme), prepare_command(root, corpus, scheme)
    try:
        return read_published(
            root,
            folder,
            dataset.fingerprint,
            SONGS_FILE,
            lambda path: read_rows(root, path, mend, columns),
        )
    except FileNotFoundError as error:
        require_same_sequences(root, corpus, scheme, dataset)
        path = f"{folder.path}/{SONGS_FILE}"
        raise CorpusError(f"{root.display_path(path)} is missing: {mend}") from error


def _is_whole(copy: Path, expected: tuple[int, int]) -> bool:
    try:
        found = np.load(copy, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return bool(found.shape == expected and found.dtype == np.int16)


def _clear_stopped_copies(cache: Path) -> None:
    """Delete what killed runs left of their copies; those of others still grow."""
    for path in cache.glob(".tmp-*.npy"):
        if time.time() - path.stat().st_mtime > STOPPED_SECONDS:
            path.unlink(missing_ok=True)


def _copy_ids(
    root: Root,
    path: str,
    names: tuple[str, ...],
    copy: Path,
    shape: tuple[int, int],
    mend: str,
) -> None:
    """Write the columns `names` of a Parquet file as one int16 array file."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    clear_unheld(copy.parent, ".tmp-*")
    aside = copy.with_name(f".tmp-{uuid.uuid4().hex}.npy")
    try:
        header = {"descr": "<i2", "fortran_order": False, "shape": shape}
        with unfinished_file(aside) as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            for rows in _batches(root, path, names, mend):
                stream.write(rows.tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        if not _is_whole(aside, shape):
            raise CorpusError(f"{root.display_path(path)} is damaged: delete it, then {mend}")
        aside.replace(copy)
    finally:
        aside.unlink(missing_ok=True)


def _batches(
    root: Root, path: str, names: tuple[str, ...], mend: str
) -> Iterator[NDArray[np.int16]]:
    try:
        with root.reading(path) as stream:
            for batch in pq.ParquetFile(stream).iter_batches(READ_ROWS, columns=list(names)):
                columns = [batch.column(name).to_numpy() for name in names]
                yield np.ascontiguousarray(np.stack(columns, axis=1), dtype="<i2")
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, KeyError, StorageError) as error:
        require_whole(root, path, mend)
        if isinstance(error, pa.ArrowException | KeyError):  # whole, but of other columns
            raise damaged(root, path, mend) from error
        raise


@contextmanager
def _explained(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot copy the training data to {cache}: {error.strerror or error}; "
            "check that the folder is writable and has free space"
        ) from error
