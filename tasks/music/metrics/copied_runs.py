"""How much of a piece was copied: the longest run of steps shared with the training songs.

Prefix doubling (Manber and Myers 1990) sorts every suffix of training songs and pieces
together. The longest match of a suffix is then with the nearest training suffix before or
after it, and the ranks of each doubling give the length of a match by binary descent.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.music.metrics.excerpt import Excerpt, Ints
from nocturne.tasks.music.metrics.metric import Metric

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
    place, other, length = places.copy(), others.copy(), np.zeros_like(places)
    for k in reversed(range(len(doublings))):
        is_same = doublings[k][place] == doublings[k][other]
        for counter in (place, other, length):
            counter[is_same] += 1 << k
    return length


def _nearest(order: Ints, known: int) -> tuple[Ints, Ints]:
    """Return for each sorted suffix the nearest place below `known` before and after it.

    At the ends, where one side has none, both are the nearest on the other side.
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
    is_of_piece = order >= known
    places = order[is_of_piece]
    length = np.zeros(len(order), np.int64)
    for neighbour in _nearest(order, known):
        matched = _match_lengths(doublings, places, neighbour[is_of_piece])
        length[places] = np.maximum(length[places], matched)
    begins = known + np.cumsum([0, *(len(piece) + 1 for piece in pieces)])
    return np.maximum.reduceat(length, begins[:-1])


def measure_copied_runs(
    samples: list[Excerpt], held_out: list[Excerpt], training: list[Ints]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the figures of copying, of the samples and of held-out pieces, by metric.

    `copied_share` compares the samples with the held-out pieces, which therefore have none.
    """
    runs = longest_shared_runs([excerpt.steps for excerpt in samples + held_out], training)
    of_samples, of_held_out = runs[: len(samples)], runs[len(samples) :]
    copied_share = float((of_samples > of_held_out.max()).mean())
    return {**_run_figures(of_samples), "copied_share": copied_share}, _run_figures(of_held_out)


def _run_figures(runs: Ints) -> dict[str, float]:
    return {"originality": float(runs.max()), "originality_mean": float(runs.mean())}


# The names in metrics.json are older than the titles: a larger "originality" is a longer copy.
METRICS = (
    Metric(
        "originality",
        ".0f",
        "Longest run of notes, by interval and timing, found in training songs",
        title="Longest copied run",
        essential=True,
    ),
    Metric(
        "originality_mean",
        ".1f",
        "The same run, as a mean over all samples",
        title="Mean copied run",
    ),
    Metric("copied_share", ".1%", "Samples with a longer such run than any held-out song has"),
)
