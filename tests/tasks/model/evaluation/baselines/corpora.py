"""Small corpora of category ids for the tests of the baselines."""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import Attribute, SplitIds, Vocabulary

SIZES = (3, 5, 2)


def vocabulary(sizes: tuple[int, ...] = SIZES) -> Vocabulary:
    """A vocabulary of attributes a0, a1, ... of the given sizes."""
    attributes = tuple(Attribute(name=f"a{i}", size=size) for i, size in enumerate(sizes))
    return Vocabulary(scheme="factored", attributes=attributes, codebooks={}, fitted_on="test")


def split_of(songs: list[NDArray[np.int16]]) -> SplitIds:
    """Songs, each int16 [notes, attributes], back to back."""
    return SplitIds(np.concatenate(songs), np.cumsum([0, *(len(song) for song in songs)]))


def random_songs(
    seed: int, lengths: tuple[int, ...], sizes: tuple[int, ...] = SIZES
) -> list[NDArray[np.int16]]:
    """Songs whose values depend on the previous note's, so that every order matters."""
    rng = np.random.default_rng(seed)
    songs = []
    for length in lengths:
        song = np.zeros((length, len(sizes)), np.int16)
        for n in range(1, length):
            fresh = [rng.integers(size) for size in sizes]
            again = [(song[n - 1, a] + (a > 0) * song[n - 1, 0]) % s for a, s in enumerate(sizes)]
            song[n] = np.where(rng.random(len(sizes)) < 0.3, fresh, again)
        songs.append(song)
    return songs
