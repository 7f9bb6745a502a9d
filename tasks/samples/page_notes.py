"""The notes of a run in one table, from which its pages draw piano rolls and play.

notes.parquet has a row for every sample: `index`, and `page_notes`, JSON text of
[[onset, duration, pitch, velocity], ...] sorted by (onset, pitch), in ticks of 1/480 quarter: the
notes of the MIDI file. While a run is under way, parts/notes-NNNNN.parquet has those of a batch.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.pages.gallery import NotesOfRows
from nocturne.tasks.pages.player.notes import to_page_notes
from nocturne.tasks.storage.layout import NOTES_FILE, notes_part, run_path
from nocturne.tasks.storage.root import COMPRESSION, Root

SCHEMA = pa.schema(
    [pa.field("index", pa.int64(), nullable=False), pa.field("page_notes", pa.string())]
)
Texts = list[str | None]


page_notes_of = to_page_notes


def write_batch_notes(
    root: Root, run: SampleRun, first_index: int, pieces: Sequence[Composition]
) -> None:
    """Write the notes of a batch, unless the published table has the same."""
    texts: Texts = [page_notes_of(piece.notes) for piece in pieces]
    if _rows_in(root, run, NOTES_FILE, first_index, len(texts)) != texts:
        root.write_table(run_path(run.run_id, notes_part(first_index)), _table(first_index, texts))


def publish_notes(
    root: Root,
    run: SampleRun,
    sizes: dict[str, int],
    batches: Sequence[tuple[int, int]],
    manifest: pa.Table,
) -> int:
    """Join the notes of all batches into notes.parquet, batch by batch; return its bytes.

    `sizes` are those of the files in the run's folder: where no part is new, the table stays.
    Notes that no table has are read from the MIDI files that the manifest names.
    """
    path = run_path(run.run_id, NOTES_FILE)
    parts = [notes_part(first) for first, _ in batches]
    if any(part in sizes for part in parts) or _count(root, path, sizes) != run.config.samples:
        with root.writing(path) as stream, _writer(stream) as writer:
            for part, (first, count) in zip(parts, batches, strict=True):
                texts = _batch(root, run, part, first, count)
                if texts is None:
                    place = first - run.config.first_index
                    texts = list(_from_midi(root, run, manifest["file"][place : place + count]))
                writer.write_table(_table(first, texts))
    return root.size(path)


def notes_of_run(root: Root, run: SampleRun) -> NotesOfRows:
    """Return a function that reads the notes of some samples from the published table."""

    @lru_cache(maxsize=1)
    def texts(first: int, count: int) -> Texts:
        return _rows_in(root, run, NOTES_FILE, first, count) or [None] * count

    return texts


def _batch(root: Root, run: SampleRun, part: str, first: int, count: int) -> Texts | None:
    """Return the notes of a batch: of its part, or of the published table; None without both."""
    for name in (part, NOTES_FILE):
        if texts := _rows_in(root, run, name, first, count):
            return texts
    return None


def _from_midi(root: Root, run: SampleRun, files: pa.ChunkedArray) -> Iterator[str | None]:
    """Yield the notes of MIDI files of a run that has no table of notes."""
    for name in files.to_pylist():
        read = extract(root.read_bytes(run_path(run.run_id, name)))
        yield page_notes_of(read.notes) if isinstance(read, Extracted) else None


def _rows_in(root: Root, run: SampleRun, name: str, first: int, count: int) -> Texts | None:
    """Return the notes in a table; None if it is missing or damaged, or lacks one of the rows."""
    wanted = [("index", ">=", first), ("index", "<", first + count)]
    try:
        with root.reading(run_path(run.run_id, name)) as stream:
            rows = pq.read_table(stream, schema=SCHEMA, filters=wanted)
    except (pa.ArrowException, OSError, ValueError):
        return None
    indices = rows["index"].to_pylist()
    found: Texts = rows["page_notes"].to_pylist()
    return found if indices == list(range(first, first + count)) and None not in found else None


def _count(root: Root, path: str, sizes: dict[str, int]) -> int:
    """Return the number of rows in the published table; -1 if there is none that reads."""
    if NOTES_FILE not in sizes:
        return -1
    try:
        with root.reading(path) as stream:
            return int(pq.ParquetFile(stream).metadata.num_rows)
    except (pa.ArrowException, OSError):
        return -1


def _writer(stream: IO[bytes]) -> pq.ParquetWriter:
    return pq.ParquetWriter(stream, SCHEMA, compression=COMPRESSION)


def _table(first: int, texts: Texts) -> pa.Table:
    indices = list(range(first, first + len(texts)))
    return pa.table({"index": indices, "page_notes": texts}, schema=SCHEMA)
