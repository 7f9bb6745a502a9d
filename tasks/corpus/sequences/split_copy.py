"""A local copy of a split: one memory-mapped array of ids.

Training then holds only the windows that it reads. Copies are named by the dataset's fingerprint:
a changed dataset gets a new copy.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.tasks.storage.data_files import damaged, require_whole
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.temporary import clear_unheld, unfinished_file

READ_ROWS = 1 << 20
STOPPED_SECONDS = 3600.0  # a copy that has not grown for so long is a killed run's


def is_whole_copy(copy: Path, shape: tuple[int, int]) -> bool:
    """Whether `copy` is an int16 array of this shape."""
    try:
        ids = np.load(copy, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return bool(ids.shape == shape and ids.dtype == np.int16)


def clear_stopped_copies(cache: Path) -> None:
    """Delete the unfinished copies of killed runs: a copy under way still grows."""
    for path in cache.glob(".tmp-*.npy"):
        if time.time() - path.stat().st_mtime > STOPPED_SECONDS:
            path.unlink(missing_ok=True)


def copy_ids(
    root: Root,
    path: str,
    names: tuple[str, ...],
    copy: Path,
    shape: tuple[int, int],
    mend: str,
) -> None:
    """Write the columns `names` of a Parquet file as one int16 array file, atomically."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    clear_unheld(copy.parent, ".tmp-*")
    tmp_path = copy.with_name(f".tmp-{uuid.uuid4().hex}.npy")
    try:
        header = {"descr": "<i2", "fortran_order": False, "shape": shape}
        with unfinished_file(tmp_path) as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            for rows in _id_batches(root, path, names, mend):
                stream.write(rows.tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        if not is_whole_copy(tmp_path, shape):
            raise CorpusError(f"{root.display_path(path)} is damaged: delete it, then {mend}")
        tmp_path.replace(copy)
    finally:
        tmp_path.unlink(missing_ok=True)


def _id_batches(
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
def copy_errors(cache: Path) -> Iterator[None]:
    """Turn errors of the local disk into a StorageError of one line."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot copy the training data to {cache}: {error.strerror or error}; "
            "check that the folder is writable and has free space"
        ) from error
