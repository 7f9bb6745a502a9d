"""Attribute streams: which values come before a value, and dense ids for contexts.

A context grows by one symbol at a time and is named by a dense integer, so contexts of any
length are exact: nothing is hashed, and two contexts share an id only if they are equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import SplitIds

Stream = Literal["interleaved", "own"]
Ids = NDArray[np.int64]

MOST_PLACES = 8  # of a table of marks, for each key; it takes 9 bytes a place


@dataclass(frozen=True)
class NoteRow:
    """Notes of songs, one after another: first the counted notes, then those to predict.

    `ids` is int16 [notes, attributes]; `song` and `first` are int64 [notes]: the index of each
    note's song and of that song's first note. `sizes` are the categories of each attribute;
    the symbol `size` stands for everything before a song. N-grams are counted in the first
    `counted` notes.
    """

    ids: NDArray[np.int16]
    song: Ids
    first: Ids
    sizes: tuple[int, ...]
    counted: int


def note_row(counted: list[SplitIds], predicted: list[SplitIds], sizes: tuple[int, ...]) -> NoteRow:
    """Join splits: those to count n-grams in, then those to predict."""
    lengths = np.concatenate([np.diff(split.song_offsets) for split in counted + predicted])
    starts = np.cumsum(lengths) - lengths
    return NoteRow(
        ids=np.concatenate([split.ids for split in counted + predicted]),
        song=np.repeat(np.arange(len(lengths)), lengths),
        first=np.repeat(starts, lengths),
        sizes=sizes,
        counted=sum(len(split.ids) for split in counted),
    )


def with_last_notes(split: SplitIds) -> SplitIds:
    """Return the split with one attribute more, the last: 1 at each song's last note, else 0."""
    last = np.zeros((len(split.ids), 1), np.int16)
    last[split.song_offsets[1:][np.diff(split.song_offsets) > 0] - 1] = 1
    return SplitIds(np.concatenate([split.ids, last], axis=1), split.song_offsets)


def limited(split: SplitIds, most_notes: int) -> SplitIds:
    """Return whole songs, evenly spread over `split`, of about `most_notes` notes in all.

    At least one song is kept, and all of them if they have at most `most_notes` notes.
    """
    notes = len(split.ids)
    if notes <= most_notes:
        return split
    songs = len(split.song_offsets) - 1
    keep = max(1, songs * most_notes // notes)
    kept_songs = np.linspace(0, songs - 1, keep).astype(np.int64)
    parts = [split.ids[split.song_offsets[s] : split.song_offsets[s + 1]] for s in kept_songs]
    offsets = np.cumsum([0, *(len(part) for part in parts)])
    return SplitIds(np.concatenate(parts), offsets)


def symbol_before(row: NoteRow, attribute: int, stream: Stream, distance: int) -> tuple[Ids, int]:
    """Return the symbol `distance` places before each note's `attribute`, and its alphabet.

    On the interleaved stream that is the same note's earlier attributes, then the previous
    note's last attribute and so on; on its own stream, the same attribute of earlier notes.
    The symbols are int64 [notes] in 0..alphabet-1, the last of them standing for "no note yet".
    """
    if stream == "own":
        back, slot = distance, attribute
    else:
        notes_on, slot = divmod(attribute - distance, len(row.sizes))
        back = -notes_on
    source = np.arange(len(row.ids)) - back
    known = source >= row.first
    values = row.ids[np.maximum(source, 0), slot].astype(np.int64)
    return np.where(known, values, row.sizes[slot]), row.sizes[slot] + 1


def dense(keys: Ids) -> Ids:
    """Return 0..distinct-1 for every key, all 0 or more, in the order of the keys."""
    top = int(keys.max(initial=-1)) + 1
    if top <= MOST_PLACES * len(keys):  # marks in a table are several times quicker than a sort
        occurs = np.zeros(top, np.bool_)
        occurs[keys] = True
        ranks: Ids = np.cumsum(occurs, dtype=np.int64)[keys] - 1
        return ranks
    inverse: Ids = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return inverse


@dataclass(frozen=True)
class Level:
    """All n-grams of one order; the arrays are int64 [notes].

    `context` names the preceding order-1 symbols and `gram` those and the value itself, both
    densely; `at_start` says that the oldest symbol of the context lies before the song.
    """

    context: Ids
    gram: Ids
    at_start: NDArray[np.bool_]


def levels(
    row: NoteRow, attribute: int, stream: Stream, root: Ids | None = None
) -> Iterator[Level]:
    """Yield the n-grams of orders 1, 2, ... of one attribute, without end.

    `root` int64 [notes] splits the notes into groups whose contexts are never equal.
    """
    values = row.ids[:, attribute].astype(np.int64)
    context = np.zeros(len(values), np.int64) if root is None else dense(root)
    at_start = np.zeros(len(values), np.bool_)
    distance = 0
    while True:
        yield Level(context, dense(context * row.sizes[attribute] + values), at_start)
        distance += 1
        symbol, alphabet = symbol_before(row, attribute, stream, distance)
        context = dense(context * alphabet + symbol)
        at_start = symbol == alphabet - 1
