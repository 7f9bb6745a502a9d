"""The baselines by definition, one dictionary look-up at a time: slow, and easy to read."""

from collections import Counter, defaultdict

import numpy as np
from numpy.typing import NDArray

START = "start"
Song = NDArray[np.int16]


def history(song: Song, note: int, attribute: int, stream: str) -> list[object]:
    """Everything before one value, nearest first, without end markers."""
    if stream == "own":
        return [int(song[n, attribute]) for n in range(note - 1, -1, -1)]
    earlier = [int(song[note, a]) for a in range(attribute - 1, -1, -1)]
    width = song.shape[1]
    return earlier + [int(song[n, a]) for n in range(note - 1, -1, -1) for a in range(width)[::-1]]


def context(song: Song, note: int, attribute: int, stream: str, order: int) -> tuple[object, ...]:
    """The order-1 symbols before one value, nearest first, padded with START."""
    found = history(song, note, attribute, stream)[: order - 1]
    return tuple(found) + (START,) * (order - 1 - len(found))


def discounts(counts: Counter) -> list[float]:
    """Chen and Goodman's three discounts, from 0 to 3 and more."""
    n = Counter(counts.values())
    if not all(n[k] for k in (1, 2, 3, 4)):
        return [0.0, 0.5, 1.0, 1.5]
    y = n[1] / (n[1] + 2 * n[2])
    found = [k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)]
    return [0.0, *(min(max(d, 0.05), k) for k, d in enumerate(found, start=1))]


class KneserNey:
    """Interpolated modified Kneser-Ney of one attribute, stream and order."""

    def __init__(self, songs: list[Song], attribute: int, stream: str, order: int, size: int):
        self.attribute, self.stream, self.order, self.size = attribute, stream, order, size
        self.tables = [self._counts(songs, j) for j in range(1, order + 1)]
        self.discounts = [discounts(table) for table in self.tables]

    def _grams(self, songs: list[Song], order: int) -> Counter:
        return Counter(
            (context(song, n, self.attribute, self.stream, order), int(song[n, self.attribute]))
            for song in songs
            for n in range(len(song))
        )

    def _counts(self, songs: list[Song], order: int) -> Counter:
        raw = self._grams(songs, order)
        if order == self.order:
            return raw
        followed = defaultdict(set)
        for symbols, value in self._grams(songs, order + 1):
            followed[symbols[:-1], value].add(symbols[-1])
        return Counter(
            {
                gram: raw[gram] if gram[0] and gram[0][-1] == START else len(followed[gram])
                for gram in raw
            }
        )

    def probability(self, song: Song, note: int) -> float:
        """Probability of the value at one note."""
        value, p = int(song[note, self.attribute]), 1.0 / self.size
        for order, (table, taken) in enumerate(
            zip(self.tables, self.discounts, strict=True), start=1
        ):
            symbols = context(song, note, self.attribute, self.stream, order)
            here = {gram[1]: count for gram, count in table.items() if gram[0] == symbols}
            if not here:
                continue
            total, count = sum(here.values()), here.get(value, 0)
            left = sum(taken[min(c, 3)] for c in here.values())
            p = (count - taken[min(count, 3)]) / total + left / total * p
        return p


def song_so_far(
    song: Song, attribute: int, stream: str, start: list[float], weights: tuple[float, ...]
) -> list[float]:
    """Mix the counts of the song so far into `start`, one probability a note."""
    mixed = []
    for n, p in enumerate(start):
        value, result = int(song[n, attribute]), p
        for order, weight in enumerate(weights, start=1):
            if weight == float("inf"):
                continue
            symbols = context(song, n, attribute, stream, order)
            same = [m for m in range(n) if context(song, m, attribute, stream, order) == symbols]
            found = sum(int(song[m, attribute]) == value for m in same)
            result = (found + weight * result) / (len(same) + weight)
        mixed.append(result)
    return mixed
