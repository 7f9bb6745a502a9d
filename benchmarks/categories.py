"""How well each category scheme reproduces real music, on songs that it was not fitted on.

    python -m benchmarks.categories --midi FOLDER

Onset and duration errors are means over notes, in beats (quarter notes), against songs that
start at their first onset. `open_loop` codes the same intervals with the same codebook, each on
its own, to show the effect of closed-loop coding. song-max decodes with each song's own maxima
and tempo, its best case.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nocturne.schemas.config import SchemeName
from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music import categories
from nocturne.tasks.music.categories import factored, song_max
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.music.splits import split_songs

HELD_OUT_SHARE = 0.1  # for each of the validation and the test split, as prepare's default
Coder = Callable[[Notes, float], Notes]  # (song, tempo) -> the song, encoded and decoded


@dataclass(frozen=True)
class Song:
    """A song from its first onset on, and its first tempo."""

    notes: Notes
    tempo: float


def main() -> None:
    """Measure every scheme on the songs under --midi and print one JSON line last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    songs = read_songs(parser.parse_args().midi)
    splits = split_songs(songs, HELD_OUT_SHARE, HELD_OUT_SHARE)
    training = [song.notes for name, song in songs.items() if splits[name] == "train"]
    held_out = [song for name, song in songs.items() if splits[name] != "train"]
    print(f"{len(training)} training songs, {len(held_out)} held out")
    figures: dict[str, Any] = {
        "held_out_songs": len(held_out),
        "held_out_notes": sum(len(song.notes) for song in held_out),
    }
    for name, coder in coders(training).items():
        figures[name] = losses(coder, held_out)
        print(name, figures[name])
    figures["factored"] |= speed(training, "factored")
    print(json.dumps(figures))


def read_songs(folder: Path) -> dict[str, Song]:
    """Return every readable song under `folder`, by the md5 of its file."""
    songs = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        song = extract(content)
        if isinstance(song, Extracted):
            name = hashlib.md5(content, usedforsecurity=False).hexdigest()
            songs[name] = Song(categories.without_leading_silence(song.notes), song.tempo)
    return songs


def coders(training: list[Notes]) -> dict[str, Coder]:
    """Return each scheme, fitted, as a function that encodes and decodes a song."""
    fitted = categories.fit("factored", training, "benchmark")
    book = np.array(fitted.codebooks["inter_onset_interval"])

    def closed_loop(notes: Notes, tempo: float) -> Notes:
        return categories.decode(fitted, categories.encode(fitted, notes), tempo)

    def open_loop(notes: Notes, tempo: float) -> Notes:
        ids = categories.encode(fitted, notes)
        gaps = np.diff(notes.onset_beats, prepend=0.0) * TICKS_PER_QUARTER
        ids[:, 0] = np.abs(gaps[:, None] - book).argmin(axis=1)
        return factored.decode(fitted, ids, tempo)

    def maxima(notes: Notes, tempo: float) -> Notes:
        return song_max.decode(song_max.encode(notes), tempo, song_max.maxima_of(notes))

    return {"factored": closed_loop, "open_loop": open_loop, "song_max": maxima}


def losses(coder: Coder, songs: list[Song]) -> dict[str, float]:
    """Return mean errors over all notes of `songs`."""
    onset, duration, pitch, chord = [], [], [], []
    for song in songs:
        notes, decoded = song.notes, coder(song.notes, song.tempo)
        onset.append(np.abs(decoded.onset_beats - notes.onset_beats))
        lengths = [n.offset_beats - n.onset_beats for n in (decoded, notes)]
        duration.append(np.abs(lengths[0] - lengths[1]))
        pitch.append(decoded.pitch == notes.pitch)
        chord.append(np.diff(decoded.onset_beats)[np.diff(notes.onset_beats) == 0] == 0)
    per_song = [float(errors.mean()) for errors in onset]
    return {
        "onset_error_beats": _mean(onset),
        "median_song_onset_error_beats": round(float(np.median(per_song)), 5),
        "duration_error_beats": _mean(duration),
        "exact_pitch_share": _mean(pitch),
        "kept_chord_share": _mean(chord),
    }


def speed(songs: list[Notes], scheme: SchemeName) -> dict[str, float]:
    """Return notes per second of fitting, encoding and decoding on one core."""
    notes = sum(map(len, songs))
    start = time.perf_counter()
    vocabulary = categories.fit(scheme, songs, "benchmark")
    fitted = time.perf_counter()
    ids = [categories.encode_song(vocabulary, song) for song in songs]
    encoded = time.perf_counter()
    for song in ids:
        categories.decode(vocabulary, song, 120.0)
    decoded = time.perf_counter()
    times = {"fit": fitted - start, "encode": encoded - fitted, "decode": decoded - encoded}
    return {f"{step}_notes_per_second": round(notes / spent) for step, spent in times.items()}


def _mean(parts: list[Any]) -> float:
    return round(float(np.concatenate(parts).mean()), 5)


if __name__ == "__main__":
    main()
