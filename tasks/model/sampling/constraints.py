"""Constraints on the ids of a note: the limits of note_limits.py as tensors of the compiled loop.

All values are arguments of the loop, so no value compiles anything anew. B batch.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.schemas.theory import Key
from nocturne.schemas.theory.metres import MOST_QUARTERS
from nocturne.tasks.model.network.match_features import INTERVAL
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.sampling.loop_guard import looping_attribute
from nocturne.tasks.music.theory.note_limits import NoteLimits

DURATION = "duration"
BEYOND = MOST_QUARTERS * TICKS_PER_QUARTER + 1  # a place beyond the bar line of every metre
NO_BAR = 2**30  # ticks that no sample reaches
NOT_BEGUN = -1  # place of a sample without a note: its first note begins on a bar line
LOWEST = -1e9  # logit of a category that may not be drawn


class Constraints(NamedTuple):
    """What ids may be drawn; tables of ticks have one entry for each id of their attribute."""

    pitch_ids: Tensor  # bool [B, size of the pitch's attribute]
    bar: Tensor  # ticks, int32 scalar
    places: Tensor  # where in a bar notes may begin: bool [BEYOND + 1]
    intervals: Tensor  # ticks, int32 [size]
    durations: Tensor  # ticks, int32 [size]


class BarState(NamedTuple):
    """Where samples are, and what the constraints cost them so far in this window."""

    place: Tensor  # of the last note, in ticks after its bar line: int32 [B]
    bits: Tensor  # of each note drawn: float32 [B, window]


class Constrained(NamedTuple):
    """Constraints, and the state of the samples that they hold for."""

    constraints: Constraints
    bars: BarState


def constraints_of(network: Network, limits: NoteLimits, keys: list[Key | None]) -> Constraints:
    """Return the constraints of samples whose keys are `keys` [B]."""
    masks = {key: limits.pitch_ids(key) for key in set(keys)}
    places = np.full(BEYOND + 1, not limits.bar)
    if limits.bar:
        places[: limits.bar + 1] = limits.places
    return Constraints(
        tf.constant(np.stack([masks[key] for key in keys])),
        tf.constant(limits.bar or NO_BAR),
        tf.constant(places),
        _ticks(network, INTERVAL, limits.intervals),
        _ticks(network, DURATION, limits.durations),
    )


def first_bar_state(batch: int, window: int) -> BarState:
    """Return the state of samples that have no note yet."""
    return BarState(tf.fill([batch], NOT_BEGUN), tf.zeros([batch, window]))


def allowed_ids(
    network: Network, constraints: Constraints, place: Tensor, k: int, note: list[Tensor]
) -> Tensor | None:
    """Return which ids of attribute k may be drawn: bool [B, size]; None if all.

    `place` is that of the note before, `note` has the ids int32 [B] of the attributes before k.
    """
    name = network.names[k]
    if name == INTERVAL:
        reached = _place_after(place[:, None], constraints.intervals[None])
        return tf.gather(constraints.places, tf.minimum(reached, BEYOND))
    if name == DURATION and INTERVAL in network.names[:k]:
        begin = next_place(network, constraints, place, note)
        return begin[:, None] + constraints.durations[None] <= constraints.bar
    return constraints.pitch_ids if k == looping_attribute(network.names) else None


def next_place(
    network: Network, constraints: Constraints, place: Tensor, note: list[Tensor]
) -> Tensor:
    """Return the place in its bar at which a note begins: int32 [B]."""
    if INTERVAL not in network.names:
        return place
    interval = tf.gather(constraints.intervals, note[network.names.index(INTERVAL)])
    return _place_after(place, interval) % constraints.bar


def lost_bits(logits: Tensor, allowed: Tensor) -> Tensor:
    """Return -log2 of the mass of the allowed categories: float32 [B]."""
    kept = tf.where(allowed, logits, LOWEST)
    return (tf.reduce_logsumexp(logits, -1) - tf.reduce_logsumexp(kept, -1)) / math.log(2)


def _place_after(place: Tensor, interval: Tensor) -> Tensor:
    """Return the ticks from the last note's bar line to the next note; 0 of a first note."""
    return tf.where(place == NOT_BEGUN, 0, place + interval)


def _ticks(network: Network, name: str, ticks: NDArray[np.int64]) -> Tensor:
    """Return the ticks of each id of an attribute; one 0 if the network has no such attribute."""
    size = network.sizes[network.names.index(name)] if name in network.names else 1
    found = np.zeros(size, np.int32)
    found[: len(ticks)] = ticks
    return tf.constant(found)
