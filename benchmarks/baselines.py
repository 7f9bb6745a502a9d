"""Bits per note of every baseline on a folder of MIDI files.

    python -m benchmarks.baselines --midi FOLDER [--scheme factored|song-max] [--max-order 8]

The songs are split 80/10/10 by a hash of their bytes. The last line is one JSON object:
the bits per note of each baseline, whole and by attribute, and the seconds that took.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np

from nocturne.schemas.sequences import Split, SplitIds, Vocabulary
from nocturne.tasks.model.evaluation.baselines import evaluate_baselines
from nocturne.tasks.music.categories import encode_song, fit
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.music.notes import Notes

FEWEST_NOTES = 16


def split_of(content: bytes) -> Split:
    """Return the split that a hash of the bytes falls in."""
    tenth = int(hashlib.sha256(content).hexdigest()[:8], 16) % 10
    if tenth > 1:
        return "train"
    return "valid" if tenth else "test"


def songs_in(folder: Path) -> dict[Split, list[Notes]]:
    """Read every distinct MIDI file under `folder` that holds enough notes."""
    contents = sorted({path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    songs: dict[Split, list[Notes]] = {"train": [], "valid": [], "test": []}
    for content in contents:
        found = extract(content)
        if isinstance(found, Extracted) and len(found.notes) >= FEWEST_NOTES:
            songs[split_of(content)].append(found.notes)
    return songs


def split_ids(vocabulary: Vocabulary, songs: list[Notes]) -> SplitIds:
    """Return the category ids of songs, back to back."""
    ids = [encode_song(vocabulary, notes) for notes in songs]
    offsets = np.cumsum([0, *(len(song) for song in ids)])
    return SplitIds(np.concatenate(ids), offsets)


def main() -> None:
    """Print the figures of one folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True)
    parser.add_argument("--scheme", choices=("factored", "song-max"), default="factored")
    parser.add_argument("--max-order", type=int, default=8)
    flags = parser.parse_args()
    songs = songs_in(flags.midi)
    vocabulary = fit(flags.scheme, songs["train"], "benchmark")
    train, valid, test = (split_ids(vocabulary, found) for found in songs.values())
    started = time.perf_counter()
    found = evaluate_baselines(train, valid, test, vocabulary, max_order=flags.max_order)
    figures = {
        "midi": flags.midi.name,
        "scheme": flags.scheme,
        "notes": {"train": len(train.ids), "valid": len(valid.ids), "test": len(test.ids)},
        "seconds": round(time.perf_counter() - started, 2),
        "bits_per_note": {name: round(e.bits_per_note, 4) for name, e in found.items()},
        "by_attribute": {
            name: {a: round(bits, 4) for a, bits in e.by_attribute.items()}
            for name, e in found.items()
        },
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
