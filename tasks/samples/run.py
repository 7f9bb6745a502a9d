"""A generation run in the storage root: written a batch at a time, resumed, published last.

Under samples/<run_id>/ (see schemas/samples.py); while under way, parts/request.json says what
it is to become, and parts/part-NNNNN.parquet holds the manifest rows of each finished batch.
A run that is extended or made whole again stays published while that goes on.
"""

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.samples import SAMPLE_SCHEMA, GeneratedRun, SampleRun, checked
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.pages.gallery import page_name, page_names, pages
from nocturne.tasks.pages.links import links_of_gallery
from nocturne.tasks.samples.check import (
    COUNTED,
    Published,
    intact,
    is_whole,
    published,
    read_rows,
    read_run,
)
from nocturne.tasks.samples.files import make_files
from nocturne.tasks.storage.layout import (
    INDEX_PAGE,
    MANIFEST_FILE,
    PARTS,
    REQUEST_FILE,
    RUN_FILE,
    part_file,
    piece_file,
    run_path,
)
from nocturne.tasks.storage.root import COMPRESSION, Root

BATCH_SAMPLES = 256
FORMAT_VERSION = 1  # raise it when the same model and seed would give other MIDI bytes
MAX_THREADS = 4  # of encoding and writing; each may take 80 MB for the longest pieces
SEEDS = 2**31
OWN_FILES = re.compile(r"\d{5,7}\.(mid|png|ogg)|page-\d+\.html")


def plan(config: GenerateConfig, card: ModelCard) -> SampleRun:
    """Return the run that `config` asks of the model; the same request has the same run_id.

    An empty seed is drawn by the operating system.
    """
    drawn = config.seed is None
    if drawn:
        config = config.copy_with(seed=secrets.randbelow(SEEDS))
    program = card.program if config.program is None else int(config.program)
    asked = {name: getattr(config, name) for name in COUNTED}
    facts = [FORMAT_VERSION, card.model_id, card.weights_sha256, card.vocabulary_id, program, asked]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]
    return SampleRun(
        run_id=f"{card.model_id}-seed{config.seed}-{digest}",
        model_id=card.model_id,
        vocabulary_id=card.vocabulary_id,
        program=program,
        config=config.copy_with(run=None, more=None),
        drawn_seed=drawn,
    )


def batches(run: SampleRun) -> list[tuple[int, int]]:
    """Return (first index, count) of every batch."""
    total = run.config.samples
    return [(i, min(BATCH_SAMPLES, total - i)) for i in range(0, total, BATCH_SAMPLES)]


def folder_of(run: SampleRun) -> str:
    """Return the run's folder in the storage root."""
    return run_path(run.run_id)


def is_finished(root: Root, run: SampleRun) -> bool:
    """Whether the run is published and every file of it is there, as large as it was."""
    return is_whole(published(root, run.run_id), run)


def begin(root: Root, run: SampleRun) -> list[tuple[int, int]]:
    """Note in the run's folder what it is to become; return the batches still to be made.

    A batch is made if its rows are known, from the manifest or from a try that was cut off, and
    all its files are there.
    """
    request = run.model_copy(update={"page_bytes": {}})
    root.write_bytes(f"{folder_of(run)}/{REQUEST_FILE}", _json(request))
    found = published(root, run.run_id)
    return [batch for batch in batches(run) if _rows(root, run, found, *batch) is None]


def pictures(root: Root, run: SampleRun, count: int) -> list[bytes]:
    """Return the piano rolls (PNG) of the first `count` samples."""
    shown = range(min(count, run.config.samples))
    return [root.read_bytes(run_path(run.run_id, piece_file(i, "png"))) for i in shown]


def write_batch(
    root: Root,
    run: SampleRun,
    first_index: int,
    pieces: Sequence[Notes],
    progress: Progress = silent,
) -> None:
    """Write the files of consecutive samples, then the batch's manifest rows.

    Files that an interrupted run left are kept. StorageError if the root cannot be written.
    """
    there = set(root.files(folder_of(run)))
    numbered = enumerate(pieces, start=first_index)
    jobs = [_threads().submit(_write_sample, root, run, *piece, there) for piece in numbered]
    rows = []
    try:
        for done, job in enumerate(jobs, start=1):
            rows.append(job.result())
            progress(done, len(pieces))
    finally:
        for job in jobs:
            job.cancel()
        wait(jobs)
    table = pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)
    root.write_table(f"{folder_of(run)}/{_part(first_index)}", checked(table))


def publish(root: Root, run: SampleRun, card: ModelCard, caution: str = "") -> None:
    """Join the batches' rows into the manifest and write the gallery; index.html comes last.

    The pages begin with `caution`, if there is one. Files that are there with the same content
    are left as they are. SamplesError if a batch has lost files since it was made.
    """
    found = published(root, run.run_id)
    rows = [_rows(root, run, found, *batch) for batch in batches(run)]
    if any(part is None for part in rows):
        raise SamplesError(
            f"files of {root.display_path(folder_of(run))} have gone while it was made: "
            "run this again"
        )
    manifest = checked(pa.concat_tables(rows))
    table = io.BytesIO()
    pq.write_table(manifest, table, compression=COMPRESSION)
    _put(root, run, found, MANIFEST_FILE, table.getvalue())
    page_bytes = {}
    links = links_of_gallery(root, card.model_id, card.corpus)
    for name, html in pages(run, card, manifest, caution, links):
        page_bytes[name] = len(html)
        if name == page_name(1):  # the last one
            told = run.model_copy(update={"page_bytes": page_bytes})
            _put(root, run, found, RUN_FILE, _json(told))
        _put(root, run, found, name, html)
    tidy(root, run)


def tidy(root: Root, run: SampleRun) -> None:
    """Delete what tries that were cut off left in the folder of a published run.

    What an unfinished extension has made stays: the next one goes on with it.
    """
    begun = read_run(root, run.run_id, REQUEST_FILE)
    if begun is not None and begun.config.samples > run.config.samples:
        return
    folder = folder_of(run)
    own = {f"{i:05d}" for i in range(run.config.samples)} | set(page_names(run.config.samples))
    for name in root.sizes(folder):
        if OWN_FILES.fullmatch(name) and not {name, name.partition(".")[0]} & own:
            root.delete(f"{folder}/{name}")
    root.delete(f"{folder}/{PARTS}")


def summary(root: Root, run: SampleRun, *, reused: bool, caution: str = "") -> GeneratedRun:
    """Say where a published run lies."""
    folder = folder_of(run)
    return GeneratedRun(
        run_id=run.run_id,
        model_id=run.model_id,
        samples=run.config.samples,
        seed=run.seed,
        folder=root.display_path(folder),
        gallery=root.display_path(f"{folder}/{INDEX_PAGE}"),
        manifest=root.display_path(f"{folder}/{MANIFEST_FILE}"),
        reused=reused,
        caution=caution,
    )


def _part(first_index: int) -> str:
    return part_file(first_index // BATCH_SAMPLES)


def _rows(
    root: Root, run: SampleRun, found: Published, first_index: int, count: int
) -> pa.Table | None:
    """Return a batch's manifest rows if they are known and its files are there, else None."""
    name = _part(first_index)
    part = read_rows(root, run.run_id, name) if name in found.sizes else None
    if intact(part, first_index, count, found.sizes):
        return part
    told = None if found.manifest is None else found.manifest.slice(first_index, count)
    return told if intact(told, first_index, count, found.sizes) else None


def _json(run: SampleRun) -> bytes:
    return run.model_dump_json(indent=2).encode()


def _put(root: Root, run: SampleRun, found: Published, name: str, content: bytes) -> None:
    """Write a file of the run, unless it is there with just that content."""
    path = f"{folder_of(run)}/{name}"
    if found.sizes.get(name) != len(content) or root.read_bytes(path) != content:
        root.write_bytes(path, content)


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads that write samples, the same for all batches of a process.

    The C library gives threads memory pools of their own and keeps what was freed in them, 40 MB
    after drawing pictures: with new threads for each batch they became ever more.
    """
    return ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1), "samples")


def _write_sample(
    root: Root, run: SampleRun, index: int, notes: Notes, there: set[str]
) -> dict[str, object]:
    """Write one sample's missing files and return its manifest row."""
    folder = folder_of(run)

    def kept(name: str) -> bytes | None:
        path = f"{folder}/{name}"
        return root.read_bytes(path) if path in there else None

    files, row = make_files(run, index, notes, kept)
    for name, content in files.items():
        root.write_bytes(f"{folder}/{name}", content)
    return row
