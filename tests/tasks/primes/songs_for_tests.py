"""MIDI files of songs to continue, made with pretty_midi."""

import io

import pretty_midi
from pretty_midi import Instrument, Note, TimeSignature

Row = tuple[float, float, int, int]  # onset and offset in quarters, pitch, velocity


def song(
    *tracks: tuple[int, bool, list[Row]],
    metres: tuple[tuple[int, int, float], ...] = (),
    tempo: float = 60.0,
) -> bytes:
    """A MIDI file of (program, is_drum, rows) tracks, with metres (3, 4, beat)."""
    midi = pretty_midi.PrettyMIDI(resolution=480, initial_tempo=tempo)
    second = 60.0 / tempo
    for program, is_drum, rows in tracks:
        instrument = Instrument(program, is_drum=is_drum)
        instrument.notes = [Note(v, p, a * second, b * second) for a, b, p, v in rows]
        midi.instruments.append(instrument)
    midi.time_signature_changes = [TimeSignature(n, d, beat * second) for n, d, beat in metres]
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


def quarters(count: int, first: float = 0.0, pitch: int = 60) -> list[Row]:
    """Rising quarter notes from beat `first` on."""
    return [(first + i, first + i + 0.75, pitch + i % 24, 50 + i % 60) for i in range(count)]
