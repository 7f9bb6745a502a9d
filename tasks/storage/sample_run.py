"""A generation run in the storage root: written a batch at a time, resumed, published last.

Under samples/<run_id>/ (see schemas/samples.py); while under way, parts/part-NNNNN.parquet
holds the manifest rows of each finished batch, and is that batch's completion marker.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from schemas.config import GenerateConfig
from schemas.model_card import ModelCard
from schemas.samples import SAMPLE_SCHEMA, GeneratedRun, SampleRun, checked, completed
from tasks.music.gallery import pages
from tasks.music.notes import Notes
from tasks.music.sample_files import make_files
from tasks.progress import Progress, silent
from tasks.storage.page_links import links_of_gallery
from tasks.storage.root import Root

BATCH_SAMPLES = 256
FORMAT_VERSION = 1  # raise it when the same model and seed would give other MIDI bytes
MAX_THREADS = 4  # of FluidSynth and encoding; each may take 250 MB for the longest pieces


def plan(config: GenerateConfig, card: ModelCard) -> SampleRun:
    """Return the run that `config` asks of the model; the same request has the same run_id."""
    program = card.program if config.program is None else config.program
    asked = config.model_dump(exclude={"root", "model", "program"})
    facts = [FORMAT_VERSION, card.model_id, card.weights_sha256, card.vocabulary_id, program, asked]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]
    return SampleRun(
        run_id=f"{card.model_id}-seed{config.seed}-{digest}",
        model_id=card.model_id,
        vocabulary_id=card.vocabulary_id,
        program=program,
        config=config,
    )


def batches(run: SampleRun) -> list[tuple[int, int]]:
    """Return (first index, count) of every batch."""
    total = run.config.samples
    return [(i, min(BATCH_SAMPLES, total - i)) for i in range(0, total, BATCH_SAMPLES)]


def folder_of(run: SampleRun) -> str:
    """Return the run's folder in the storage root."""
    return f"samples/{run.run_id}"


def is_batch_done(root: Root, run: SampleRun, first_index: int) -> bool:
    """Whether the batch that starts at `first_index` has all its files."""
    return root.exists(_part(run, first_index))


def is_finished(root: Root, run: SampleRun) -> bool:
    """Whether the run is published and every MIDI file is still there."""
    folder = folder_of(run)
    if not root.exists(f"{folder}/index.html"):
        return False
    there = set(root.files(folder, ".mid"))
    return all(f"{folder}/{i:05d}.mid" in there for i in range(run.config.samples))


def pictures(root: Root, run: SampleRun, count: int) -> list[bytes]:
    """Return the piano rolls (PNG) of the first `count` samples."""
    shown = range(min(count, run.config.samples))
    return [root.read_bytes(f"{folder_of(run)}/{i:05d}.png") for i in shown]


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
    threads = min(MAX_THREADS, os.cpu_count() or 1)
    rows = []
    with ThreadPoolExecutor(threads) as pool:
        numbered = enumerate(pieces, start=first_index)
        jobs = [pool.submit(_write_sample, root, run, *piece, there) for piece in numbered]
        try:
            for done, job in enumerate(jobs, start=1):
                rows.append(job.result())
                progress(done, len(pieces))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    table = pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)
    root.write_table(_part(run, first_index), checked(table))


def publish(root: Root, run: SampleRun, card: ModelCard) -> None:
    """Join the batches' rows into the manifest and write the gallery; index.html comes last."""
    parts = [completed(root.read_table(_part(run, first))) for first, _ in batches(run)]
    manifest = checked(pa.concat_tables(parts))
    folder = folder_of(run)
    root.write_table(f"{folder}/manifest.parquet", manifest)
    root.write_bytes(f"{folder}/run.json", run.model_dump_json(indent=2).encode())
    links = links_of_gallery(root, card.model_id, card.corpus)
    for name, html in pages(run, card, manifest, links=links):
        root.write_bytes(f"{folder}/{name}", html)
    root.delete(f"{folder}/parts")


def summary(root: Root, run: SampleRun, *, reused: bool) -> GeneratedRun:
    """Say where a published run lies."""
    folder = folder_of(run)
    return GeneratedRun(
        run_id=run.run_id,
        model_id=run.model_id,
        samples=run.config.samples,
        folder=root.shown(folder),
        gallery=root.shown(f"{folder}/index.html"),
        manifest=root.shown(f"{folder}/manifest.parquet"),
        reused=reused,
    )


def _part(run: SampleRun, first_index: int) -> str:
    return f"{folder_of(run)}/parts/part-{first_index // BATCH_SAMPLES:05d}.parquet"


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
