"""One generated piece: its files in every output format, and its row in the manifest."""

from collections.abc import Callable

import numpy as np

from nocturne.schemas.samples import PIECE_FACTS, SampleRun, parameter_row
from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.music.midi.writer import TickNotes, microseconds_per_quarter, to_ticks
from nocturne.tasks.samples.writers import WRITERS
from nocturne.tasks.samples.writers.writer import Piece, Row, SampleFile, Writer
from nocturne.tasks.storage.layout import piece_file

ExistingFile = Callable[[str], bytes | None]  # a file's name -> its content from an earlier try


def no_existing_file(name: str) -> None:
    """An ExistingFile that knows no earlier file."""


def make_files(
    run: SampleRun, index: int, composition: Composition, existing: ExistingFile = no_existing_file
) -> tuple[dict[str, bytes], Row]:
    """Return the files of sample `index` that are still to be written, and its manifest row.

    Files that `existing` returns are not written again if they are as good as new: see
    Writer.keep.
    """
    piece = Piece(run, index, composition.notes, composition.facts)
    files = {}
    row = {
        "index": index,
        **_shared_by_samples(run),
        **_content(to_ticks(piece.notes), run.config.tempo),
        **{column.name: composition.facts.get(column.name) for column in PIECE_FACTS},
    }
    for writer in WRITERS:
        name = piece_file(index, writer.suffix)
        file = None
        if writer.is_wanted(run.config, index - run.config.first_index):
            earlier = existing(name)
            file = _kept_or_made(writer, piece, earlier)
            if file.content != earlier:
                files[name] = file.content
        row |= writer.row(name, file)
    return files, row


def _kept_or_made(writer: Writer, piece: Piece, earlier: bytes | None) -> SampleFile:
    kept = None if earlier is None else writer.keep(piece, earlier)
    return writer.make(piece) if kept is None else kept


def _shared_by_samples(run: SampleRun) -> Row:
    """Return the columns that are the same for all samples of a run."""
    return {
        "run_id": run.run_id,
        "model_id": run.model_id,
        "vocabulary_id": run.vocabulary_id,
        "program": run.program,
        **parameter_row(run.config),
    }


def _content(ticks: TickNotes, tempo: float) -> Row:
    """Return the columns that describe the notes in the MIDI file."""
    end = int(ticks.offset.max())
    seconds_per_tick = microseconds_per_quarter(tempo) / 1e6 / TICKS_PER_QUARTER
    return {
        "notes": len(ticks.onset),
        "beats": end / TICKS_PER_QUARTER,
        "seconds": end * seconds_per_tick,
        "lowest_pitch": int(ticks.pitch.min()),
        "highest_pitch": int(ticks.pitch.max()),
        "distinct_pitches": len(np.unique(ticks.pitch)),
    }
