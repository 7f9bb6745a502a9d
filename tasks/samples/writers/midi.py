"""MIDI files, which every run has."""

import hashlib

import pyarrow as pa

from nocturne.tasks.music.midi.writer import to_midi
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer


class MidiWriter(Writer):
    """Write a piece as MIDI."""

    suffix = "mid"
    file_column, size_column = "file", "midi_bytes"
    fact_columns = (pa.field("midi_sha256", pa.string()),)

    def make(self, piece: Piece) -> SampleFile:
        """Return the MIDI file of a piece."""
        run = piece.run
        name = f"Nocturne no. {piece.index}, seed {run.seed}, {run.model_id}"
        midi = to_midi(piece.notes, tempo=run.config.tempo, program=run.program, name=name)
        return SampleFile(midi, {"midi_sha256": hashlib.sha256(midi).hexdigest()})
