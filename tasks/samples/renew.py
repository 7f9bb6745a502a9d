"""Make the page and the missing audio of a published run again, as this version makes them."""

from collections.abc import Iterator

import pyarrow as pa

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.samples import RENDERER, GeneratedRun, SampleRun
from nocturne.tasks.model.registry.models import read_card
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.samples.audio import render
from nocturne.tasks.samples.check import RunFolder, read_run_folder
from nocturne.tasks.samples.manifest import joined_manifests
from nocturne.tasks.samples.publish import generated_run, publish_pages
from nocturne.tasks.samples.request import caution_about
from nocturne.tasks.samples.writers.writer import Row
from nocturne.tasks.storage.layout import MANIFEST_FILE, SAMPLES, run_path
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root

ROWS = 256  # of the manifest that are held as Python values at a time


def renew_gallery(root: Root, run_id: str, progress: Progress = silent) -> GeneratedRun:
    """Write the page of a published run again, and the audio that it lacks.

    Audio is made where the run had some that is gone, cut or of another synthesizer than this
    version's, from the MIDI file. `progress` counts samples. SamplesError if there is no such
    run, ModelError if its model is gone, BusyError if another process writes the run.
    """
    run = _published(root, run_id)
    card = read_card(root, run.model_id)
    caution = caution_about(root, card)
    with run_writer(root, run_id, run.model_id):
        folder = read_run_folder(root, run_id)
        manifest = folder.manifest
        if manifest is None:
            raise SamplesError(f"run {run_id} has no {MANIFEST_FILE} that reads: generate it again")
        parts = list(_with_audio(root, run, folder, manifest, progress))
        publish_pages(root, run, card, joined_manifests(parts), caution)
    write_index_pages(root)
    return generated_run(root, run, reused=False, caution=caution)


def _published(root: Root, run_id: str) -> SampleRun:
    run = read_run_folder(root, run_id).run
    if run is None:
        raise SamplesError(
            f"no finished run {run_id} under {root.display_path(SAMPLES)}: nocturne runs lists them"
        )
    return run.model_copy(update={"config": run.config.copy_with(root=root.uri), "page_bytes": {}})


def _with_audio(
    root: Root, run: SampleRun, folder: RunFolder, manifest: pa.Table, progress: Progress
) -> Iterator[pa.Table]:
    """Yield the rows of a manifest, batch by batch, with the audio that was made again."""
    for start in range(0, manifest.num_rows, ROWS):
        part = manifest.slice(start, ROWS)
        rows = part.to_pylist()
        made = {i: _rendered(root, run, row) for i, row in enumerate(rows) if _lacks(folder, row)}
        progress(min(start + ROWS, manifest.num_rows), manifest.num_rows)
        rows = [row | made.get(i, {}) for i, row in enumerate(rows)]
        yield pa.Table.from_pylist(rows, schema=part.schema) if made else part


def _lacks(folder: RunFolder, row: Row) -> bool:
    """Whether a sample has audio that is to be made again."""
    if row["audio"] is None:
        return False
    size = folder.sizes.get(row["audio"], 0)
    whole = size > 0 if row["audio_bytes"] is None else size == row["audio_bytes"]
    return not whole or row["audio_renderer"] != RENDERER


def _rendered(root: Root, run: SampleRun, row: Row) -> Row:
    """Render a sample from its MIDI file; return what changes in its row."""
    read = extract(root.read_bytes(run_path(run.run_id, row["file"])))
    if not isinstance(read, Extracted):
        path = root.display_path(run_path(run.run_id, row["file"]))
        raise SamplesError(f"{path} is damaged: generate the run again")
    made = render(read.notes, tempo=row["tempo"], program=row["program"])
    root.write_bytes(run_path(run.run_id, row["audio"]), made.ogg)
    return {
        "audio_bytes": len(made.ogg),
        "audio_seconds": made.seconds,
        "audio_renderer": made.renderer,
    }
