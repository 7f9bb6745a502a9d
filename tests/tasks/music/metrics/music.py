"""Excerpts and category ids for the tests of the metrics."""

import numpy as np

from nocturne.schemas.sequences import Attribute, SplitIds, Vocabulary
from nocturne.tasks.music.metrics.excerpt import Excerpt
from nocturne.tasks.music.notes import Notes

VOCABULARY = Vocabulary(
    scheme="factored",
    attributes=(
        Attribute(name="inter_onset_interval", size=4),
        Attribute(name="pitch", size=128),
        Attribute(name="duration", size=3),
        Attribute(name="velocity", size=1),
    ),
    codebooks={
        "inter_onset_interval": (0.0, 240.0, 480.0, 720.0),
        "pitch": tuple(float(pitch) for pitch in range(128)),
        "duration": (120.0, 240.0, 480.0),
        "velocity": (64.0,),
    },
    fitted_on="test",
)


def excerpt(rows: list[tuple[int, int, int]]) -> Excerpt:
    """An excerpt from (onset, offset, pitch) rows in ticks, sorted by onset."""
    table = np.array(rows, np.int64).reshape(-1, 3)
    return Excerpt(table[:, 2], table[:, 0], table[:, 1])


def excerpt_of_notes(notes: Notes) -> Excerpt:
    """An excerpt of notes as they stand, on the nearest ticks, at least one tick long."""
    onset, offset = (
        np.rint(480 * b).astype(np.int64) for b in (notes.onset_beats, notes.offset_beats)
    )
    return Excerpt(notes.pitch.astype(np.int64), onset, np.maximum(offset, onset + 1))


def ids_of(pitches: list[int], intervals: list[int] | None = None) -> np.ndarray:
    """Category ids of VOCABULARY: short notes, an eighth apart unless said otherwise."""
    count = len(pitches)
    ids = np.zeros((count, 4), np.int16)
    ids[:, 0] = [1] * count if intervals is None else intervals
    ids[:, 1] = pitches
    return ids


def random_ids(seed: int, notes: int) -> np.ndarray:
    """Category ids that hardly ever repeat a window."""
    rng = np.random.default_rng(seed)
    pitches, intervals = rng.integers(40, 90, notes), rng.integers(0, 4, notes)
    return ids_of(pitches.tolist(), intervals.tolist())


def split_of(songs: list[np.ndarray]) -> SplitIds:
    """Songs back to back."""
    return SplitIds(np.concatenate(songs), np.cumsum([0, *(len(song) for song in songs)]))
