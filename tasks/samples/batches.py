"""Write a run in batches: list the batches to be made, and write the files of one batch.

While a run is under way, parts/request.json holds the run that it is to become,
parts/part-NNNNN.parquet the manifest rows of each batch that was made, and
parts/notes-NNNNN.parquet its notes. A run that is extended or
made whole again stays published meanwhile.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

import pyarrow as pa

from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.samples.check import RunFolder, holds_samples, read_run_folder
from nocturne.tasks.samples.manifest import manifest_of, read_manifest
from nocturne.tasks.samples.page_notes import write_batch_notes
from nocturne.tasks.samples.sample_files import make_files
from nocturne.tasks.samples.writers.writer import Row
from nocturne.tasks.storage.layout import REQUEST_FILE, part_file, piece_file, run_path
from nocturne.tasks.storage.root import Root

BATCH_SAMPLES = 256
MAX_THREADS = 4  # of encoding and writing; each may take 80 MB for the longest pieces


def batches_of(run: SampleRun) -> list[tuple[int, int]]:
    """Return (first index, count) of every batch."""
    numbers = run.config.numbers
    return [
        (part.start, len(part))
        for part in (numbers[i : i + BATCH_SAMPLES] for i in range(0, len(numbers), BATCH_SAMPLES))
    ]


def begin_run(root: Root, run: SampleRun) -> list[tuple[int, int]]:
    """Record the run in its folder as being under way; return the batches still to be made.

    A batch is made if its rows are known, from the manifest or from a try that was interrupted, and
    all its files are there.
    """
    request = run.model_copy(update={"page_bytes": {}})
    content = request.model_dump_json(indent=2).encode()
    root.write_bytes(run_path(run.run_id, REQUEST_FILE), content)
    folder = read_run_folder(root, run.run_id)
    return [batch for batch in batches_of(run) if batch_rows(root, run, folder, *batch) is None]


def batch_rows(
    root: Root, run: SampleRun, folder: RunFolder, first_index: int, count: int
) -> pa.Table | None:
    """Return a batch's manifest rows if they are known and its files are there, else None."""
    name = _part(first_index)
    part = read_manifest(root, run.run_id, name) if name in folder.sizes else None
    if holds_samples(folder.sizes, part, first_index, count):
        return part
    offset = first_index - run.config.first_index
    published = None if folder.manifest is None else folder.manifest.slice(offset, count)
    return published if holds_samples(folder.sizes, published, first_index, count) else None


def write_batch(
    root: Root,
    run: SampleRun,
    first_index: int,
    pieces: Sequence[Composition],
    progress: Progress = silent,
) -> None:
    """Write the files of consecutive samples, then the batch's notes and manifest rows.

    Files that an interrupted try left are kept. StorageError if the root cannot be written.
    """
    existing = _existing_files(root, run, first_index, len(pieces))
    numbered = enumerate(pieces, start=first_index)
    jobs = [_threads().submit(_write_sample, root, run, *piece, existing) for piece in numbered]
    rows = []
    try:
        for done, job in enumerate(jobs, start=1):
            rows.append(job.result())
            progress(done, len(pieces))
    finally:
        for job in jobs:
            job.cancel()
        wait(jobs)
    write_batch_notes(root, run, first_index, pieces)
    root.write_table(run_path(run.run_id, _part(first_index)), manifest_of(rows))


def _existing_files(root: Root, run: SampleRun, first_index: int, count: int) -> set[str]:
    """Return the paths of the files in the folders of some samples."""
    ends = (first_index, first_index + count - 1)
    folders = {run_path(run.run_id, piece_file(i, "")).rpartition("/")[0] for i in ends}
    return {path for folder in folders for path in root.files(folder)}


def _part(first_index: int) -> str:
    return part_file(first_index // BATCH_SAMPLES)


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads that write samples, the same for all batches of a process.

    The C library gives threads memory pools of their own and keeps freed memory in them, 40 MB
    after drawing pictures: new threads for each batch would take ever more.
    """
    return ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1), "samples")


def _write_sample(
    root: Root, run: SampleRun, index: int, piece: Composition, existing: set[str]
) -> Row:
    """Write one sample's missing files and return its manifest row."""

    def read_existing(name: str) -> bytes | None:
        path = run_path(run.run_id, name)
        return root.read_bytes(path) if path in existing else None

    files, row = make_files(run, index, piece, read_existing)
    for name, content in files.items():
        root.write_bytes(run_path(run.run_id, name), content)
    return row
