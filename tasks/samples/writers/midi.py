"""MIDI files, which every run has."""

import hashlib

import pyarrow as pa

from nocturne.tasks.music.midi.writer import Heading, to_midi
from nocturne.tasks.samples.writers.texts import texts_of
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer


def name_of(piece: Piece) -> str:
    """Return the name of a piece's track."""
    return f"Nocturne no. {piece.index}, seed {piece.run.seed}, {piece.run.model_id}"


def heading_of(piece: Piece) -> Heading:
    """Return what the MIDI file of a piece says before its first note."""
    return Heading(
        metre=piece.run.config.metre,
        key=piece.facts.get("sounding_key"),
        texts=texts_of(piece.run, piece.index),
    )


class MidiWriter(Writer):
    """Write a piece as MIDI."""

    suffix = "mid"
    file_column, size_column = "file", "midi_bytes"
    fact_columns = (pa.field("midi_sha256", pa.string()),)

    def make(self, piece: Piece) -> SampleFile:
        """Return the MIDI file of a piece."""
        run = piece.run
        midi = to_midi(
            piece.notes,
            tempo=run.config.tempo,
            program=run.program,
            name=name_of(piece),
            heading=heading_of(piece),
        )
        return SampleFile(midi, {"midi_sha256": hashlib.sha256(midi).hexdigest()})
