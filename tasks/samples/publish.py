"""Publish a run whose batches are made: manifest, notes, run.json, gallery; index.html last."""

import io
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import GeneratedRun, SampleRun
from nocturne.tasks.pages.gallery import page_name, page_names, pages
from nocturne.tasks.pages.page_links import links_of_gallery
from nocturne.tasks.pages.player.excerpts import held_out_excerpts
from nocturne.tasks.samples.batches import batch_rows, batches_of
from nocturne.tasks.samples.check import RunFolder, files_of_pieces, read_run, read_run_folder
from nocturne.tasks.samples.manifest import joined_manifests
from nocturne.tasks.samples.page_notes import notes_of_run, publish_notes
from nocturne.tasks.samples.writers import WRITERS
from nocturne.tasks.samples.writers.writer import Writer
from nocturne.tasks.storage.layout import (
    INDEX_PAGE,
    MANIFEST_FILE,
    NOTES_FILE,
    PARTS,
    REQUEST_FILE,
    RUN_FILE,
    piece_file,
    run_path,
)
from nocturne.tasks.storage.root import COMPRESSION, Root


def piece_pattern(writers: Sequence[Writer]) -> re.Pattern[str]:
    """Return the pattern of the paths, in a run's folder, of all files of samples."""
    suffixes = "|".join(re.escape(writer.suffix) for writer in writers)
    return re.compile(rf"(\d{{2,4}}/)?\d{{5,7}}\.({suffixes})")


PIECE_FILE = piece_pattern(WRITERS)
PAGE_FILE = re.compile(r"page-\d+\.html")


def publish_run(root: Root, run: SampleRun, card: ModelCard, caution: str = "") -> None:
    """Join the batches' rows into the manifest and write the gallery; index.html comes last.

    The pages begin with `caution`, if there is one. Files that are there with the same content
    are not written again. SamplesError if files of a batch have been deleted since it was made.
    """
    folder = read_run_folder(root, run.run_id)
    rows = [batch_rows(root, run, folder, *batch) for batch in batches_of(run)]
    if any(part is None for part in rows):
        raise SamplesError(
            f"files of {root.display_path(run_path(run.run_id))} were deleted while it was made: "
            "run this again"
        )
    publish_pages(root, run, card, joined_manifests(rows), caution)


def publish_pages(
    root: Root, run: SampleRun, card: ModelCard, manifest: pa.Table, caution: str = ""
) -> None:
    """Write a whole manifest, the table of notes and the gallery; index.html comes last."""
    folder = read_run_folder(root, run.run_id)
    table = io.BytesIO()
    pq.write_table(manifest, table, compression=COMPRESSION)
    _write_changed(root, run, folder, MANIFEST_FILE, table.getvalue())
    page_bytes = {NOTES_FILE: publish_notes(root, run, folder.sizes, batches_of(run), manifest)}
    notes = notes_of_run(root, run)
    links = links_of_gallery(root, card.model_id, card.corpus)
    length = int(np.median(manifest["notes"].to_numpy()))
    held_out = held_out_excerpts(root, card, run, length)
    for name, html in pages(run, card, manifest, caution, links, notes, held_out):
        page_bytes[name] = len(html)
        if name == page_name(1):  # the last one
            published = run.model_copy(update={"page_bytes": page_bytes})
            content = published.model_dump_json(indent=2).encode()
            _write_changed(root, run, folder, RUN_FILE, content)
        _write_changed(root, run, folder, name, html)
    clear_leftovers(root, run)


def clear_leftovers(root: Root, run: SampleRun) -> None:
    """Delete the files that interrupted tries left in the folder of a published run.

    Keeps the files of an unfinished extension, which the next extension continues.
    """
    request = read_run(root, run.run_id, REQUEST_FILE)
    if request is not None and request.config.samples > run.config.samples:
        return
    folder = read_run_folder(root, run.run_id)
    if folder.manifest is None:
        return
    pages = folder.run.page_bytes if folder.run else ()  # an earlier version had more pages
    kept = files_of_pieces(folder.manifest) | {*page_names(run.config.samples), *pages}
    for name in folder.sizes.keys() - kept:
        if PIECE_FILE.fullmatch(name) or PAGE_FILE.fullmatch(name):
            root.delete(run_path(run.run_id, name))
    root.delete(run_path(run.run_id, PARTS))


def generated_run(root: Root, run: SampleRun, *, reused: bool, caution: str = "") -> GeneratedRun:
    """Return where a published run lies."""
    return GeneratedRun(
        run_id=run.run_id,
        model_id=run.model_id,
        samples=run.config.samples,
        seed=run.seed,
        folder=root.display_path(run_path(run.run_id)),
        gallery=root.display_path(run_path(run.run_id, INDEX_PAGE)),
        manifest=root.display_path(run_path(run.run_id, MANIFEST_FILE)),
        reused=reused,
        caution=caution,
    )


def first_pictures(root: Root, run: SampleRun, count: int) -> list[bytes]:
    """Return the piano rolls (PNG) of the first `count` samples, as far as there are any."""
    names = [piece_file(i, "png") for i in run.config.numbers[:count]]
    sizes = root.sizes(run_path(run.run_id))
    return [root.read_bytes(run_path(run.run_id, name)) for name in names if name in sizes]


def _write_changed(
    root: Root, run: SampleRun, folder: RunFolder, name: str, content: bytes
) -> None:
    """Write a file of the run, unless it is there with just that content."""
    path = run_path(run.run_id, name)
    if folder.sizes.get(name) != len(content) or root.read_bytes(path) != content:
        root.write_bytes(path, content)
