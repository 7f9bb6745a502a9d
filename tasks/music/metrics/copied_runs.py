"""How much of a piece was copied: the longest run of steps shared with the training songs.

Prefix doubling (Manber and Myers 1990) sorts every suffix of training songs and pieces
together. The longest match of a suffix is then with the nearest training suffix before or
after it, and the ranks of each doubling give the length of a match by binary descent.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.music.metrics.excerpt import Ints

Ranks = NDArray[np.int32]


def _text(parts: list[Ints]) -> Ints:
    """Lay parts end to end, each closed by a number that occurs nowhere else."""
    steps = np.concatenate(parts)
    numbers = np.unique(steps, return_inverse=True)[1].astype(np.int64)
    ends = np.cumsum([len(part) for part in parts])
    closing = numbers.max(initial=-1) + 1 + np.arange(len(parts))
    return np.insert(numbers, ends, closing)


def _doublings(text: Ints, longest: int) -> list[Ranks]:
    """Return, for k = 0, 1, ..., the rank of the 2^k symbols from each place on.

    The last covers more than `longest` symbols.
    """
    ranks = text
    found = [ranks.astype(np.int32)]
    width = 1
    while width <= longest:
        ahead = np.zeros_like(ranks)
        ahead[:-width] = ranks[width:] + 1
        keys = ranks * (ranks.max() + 2) + ahead
        ranks = np.unique(keys, return_inverse=True)[1].astype(np.int64)
        found.append(ranks.astype(np.int32))
        width *= 2
    return found


def _match_lengths(doublings: list[Ranks], places: Ints, others: Ints) -> Ints:
    """Return how many symbols from `places` on equal those from `others` on."""
    here, there, length = places.copy(), others.copy(), np.zeros_like(places)
    for k in reversed(range(len(doublings))):
        same = doublings[k][here] == doublings[k][there]
        for one in (here, there, length):
            one[same] += 1 << k
    return length


def _nearest(order: Ints, known: int) -> tuple[Ints, Ints]:
    """Return for each sorted suffix the nearest place below `known` before and after it.

    At the ends, where there is none on one side, it is the nearest on the other.
    """
    ranks_of_known = np.flatnonzero(order < known)
    after = np.searchsorted(ranks_of_known, np.arange(len(order)))
    last = len(ranks_of_known) - 1
    return (
        order[ranks_of_known[np.clip(after - 1, 0, last)]],
        order[ranks_of_known[np.clip(after, 0, last)]],
    )


def longest_shared_runs(pieces: list[Ints], training: list[Ints]) -> Ints:
    """Return for each piece the most steps in a row that it shares with one training song.

    Pieces and songs are steps (Excerpt.steps), int64 [notes - 1]; the answer is int64 [pieces].
    A million training steps take some seconds and about 150 bytes each.
    """
    if not training or not pieces:
        return np.zeros(len(pieces), np.int64)
    doublings = _doublings(_text([*training, *pieces]), max(len(piece) for piece in pieces))
    known = sum(len(song) + 1 for song in training)
    order = np.argsort(doublings[-1], kind="stable")
    mine = order >= known
    places = order[mine]
    length = np.zeros(len(order), np.int64)
    for neighbour in _nearest(order, known):
        found = _match_lengths(doublings, places, neighbour[mine])
        length[places] = np.maximum(length[places], found)
    begins = known + np.cumsum([0, *(len(piece) + 1 for piece in pieces)])
    return np.maximum.reduceat(length, begins[:-1])
