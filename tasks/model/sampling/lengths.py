"""Where each sample ends: after so many notes, after so much time, or where the model ends it.

The end id is a category of the first attribute, but it is never drawn among the notes: notes come
from the logits without it, and beside each note the sampler returns the probability of the end in
its place. A random number of each place then says whether the piece ends there. By the chain rule
that is the model's distribution; and the end is forbidden, as before a length that is asked for,
where these numbers are not looked at.

A place is a number of notes: at place t the piece would have its first t notes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.config.sampling.size import MOST_NOTES
from nocturne.schemas.errors import ModelError
from nocturne.schemas.sequences import Vocabulary
from nocturne.schemas.theory.metres import bar_quarters
from nocturne.tasks.music.categories import decode

FEWEST_NOTES = 8  # of a piece that ends by itself
TOLERANCE = 0.25  # of a length in bars or seconds: a piece ends within it
LEAST_TOLERANCE = 4.0  # quarters
NOTES_PER_QUARTER = 16  # at most so many are drawn in search of an end; real music has fewer
DEFAULT_METRE = "4/4"  # of bars, where none is asked for
END_STREAM = 1  # of a sample's random numbers; its random input has the stream without a number

Floats = NDArray[np.floating]


def asked_quarters(config: SamplingConfig) -> tuple[float, float] | None:
    """Return the shortest and the longest length that is asked for, in quarters; None if none."""
    if config.bars is not None:
        shortest = float(config.bars * bar_quarters(config.metre or DEFAULT_METRE))
    elif config.seconds is not None:
        shortest = config.seconds * config.tempo / 60.0
    else:
        return None
    return shortest, shortest + max(TOLERANCE * shortest, LEAST_TOLERANCE)


def require_end(config: SamplingConfig, model_id: str, vocabulary: Vocabulary) -> None:
    """Raise ModelError if an ending is asked of a model that has not learned where songs end."""
    if config.ending and not vocabulary.ends:
        raise ModelError(
            f"model {model_id} has not learned where songs end: prepare its corpus and train "
            "again, or ask for a length without an ending (--no-ending)"
        )


def caution_of_length(config: SamplingConfig, vocabulary: Vocabulary) -> str:
    """Return why samples of bars or seconds are cut off where no music ends; else ""."""
    if asked_quarters(config) is None or vocabulary.ends:
        return ""
    unknown = "the model has not learned where songs end"
    return f"samples are cut off after {config.length_words}: {unknown}"


def most_notes(config: SamplingConfig) -> int:
    """Return how many notes of a sample are drawn at most."""
    span = asked_quarters(config)
    if span is None:
        return config.notes
    return int(min(MOST_NOTES, np.ceil(NOTES_PER_QUARTER * span[1])))


def fewest_notes(config: SamplingConfig) -> int:
    """Return how many notes a sample has at least: of bars or seconds, 1."""
    if asked_quarters(config) is not None:
        return 1
    return FEWEST_NOTES if config.ending else config.notes


def find_ends(
    config: SamplingConfig,
    vocabulary: Vocabulary,
    indices: Sequence[int],
    ids: NDArray[np.int16],
    ends: Floats,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the notes of each piece, 0 where its end lies further on, and whether it ended.

    ids [R, notes, A] are the notes drawn so far of the samples `indices`; ends [R, notes] is the
    probability that the piece ends in place of each. More notes do not change an end that is found.
    """
    found = [
        _end_of(config, vocabulary, index, ids[row], ends[row]) for row, index in enumerate(indices)
    ]
    lengths, ended = zip(*found, strict=True)
    return np.array(lengths, np.int64), np.array(ended, np.bool_)


def _end_of(
    config: SamplingConfig,
    vocabulary: Vocabulary,
    index: int,
    ids: NDArray[np.int16],
    ends: Floats,
) -> tuple[int, bool]:
    """Return the notes of one piece, 0 if it is not at its end, and whether it ended by itself."""
    span, most = asked_quarters(config), most_notes(config)
    count = min(len(ids), most)
    at_most = count if count == most else 0
    if span is None and not config.ending:
        return at_most, False
    random = np.random.default_rng([config.seed or 0, index, END_STREAM])
    ends = ends[:count]
    drawn = random.random(count) < ends
    if span is None:
        drawn[:FEWEST_NOTES] = False
        return (int(drawn.argmax()), True) if drawn.any() else (at_most, False)
    onset, length = _quarters(vocabulary, ids[:count], config.tempo)
    within = (length[:-1] >= span[0]) & (length[:-1] <= span[1])
    if (drawn & within).any():
        return int((drawn & within).argmax()), True
    if length[-1] <= span[1]:
        return at_most, False
    return _likeliest_place(ends, onset, within) or int((length >= span[0]).argmax()), False


def _likeliest_place(ends: Floats, onset: Floats, within: NDArray[np.bool_]) -> int:
    """Return the place within the tolerance at which an end is likeliest; 0 if there is none.

    A place inside a chord, before a note that begins with the one before it, comes last.
    """
    places = np.flatnonzero(within)
    in_chord = onset[places] == onset[places - 1]
    return int(places[np.argmax(ends[places] - in_chord)]) if len(places) else 0


def _quarters(
    vocabulary: Vocabulary, ids: NDArray[np.int16], tempo: float
) -> tuple[Floats, Floats]:
    """Return the onset of each note [n], and the length of the piece at each place [n + 1].

    Both are in quarters from the first onset; a length reaches to the last note-off.
    """
    notes = decode(vocabulary, ids, tempo)
    first = notes.onset_beats[0]
    length = np.maximum.accumulate(notes.offset_beats) - first
    return notes.onset_beats - first, np.concatenate(([0.0], length))
