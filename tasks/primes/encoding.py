"""A prime as the category ids that a model reads, and how far these are from its notes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.music.categories import decode, encode, encode_song
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.primes.prime import Prime


@dataclass(frozen=True)
class Quantisation:
    """Mean and largest differences between notes and what their ids stand for.

    Onsets and durations in quarters, velocities in MIDI steps, pitches in semitones.
    """

    onset: tuple[float, float]
    duration: tuple[float, float]
    velocity: tuple[float, float]
    pitch: tuple[float, float]


def encoded(vocabulary: Vocabulary, prime: Prime) -> NDArray[np.int16]:
    """Return the ids of a prime, int16 [notes, attributes], values at the nearest category."""
    return encode_song(vocabulary, prime.notes)


def quantisation(vocabulary: Vocabulary, notes: Notes, tempo: float) -> Quantisation:
    """Return how far the ids of `notes` are from them; tempo in quarters a minute."""
    found = decode(vocabulary, encode(vocabulary, notes), tempo)
    lengths = [one.offset_beats - one.onset_beats for one in (notes, found)]
    return Quantisation(
        onset=_difference(notes.onset_beats, found.onset_beats),
        duration=_difference(*lengths),
        velocity=_difference(notes.velocity, found.velocity),
        pitch=_difference(notes.pitch, found.pitch),
    )


def prime_words(vocabulary: Vocabulary, prime: Prime, tempo: float) -> str:
    """Return in one line which notes are continued, and how far off the model reads them."""
    off = quantisation(vocabulary, prime.notes, prime.tempo)
    keeps = "" if prime.tempo == tempo else f" (the samples at {tempo:g}: --tempo sets it)"
    return (
        f"prime {prime.name}, SHA-256 {prime.sha256[:8]}: {len(prime.notes)} notes in "
        f"{prime.bars} bars at {prime.tempo:g} quarters a minute{keeps}; the model reads them with "
        f"onsets {_words(off.onset)} and durations {_words(off.duration)} quarters off, pitches "
        f"{_words(off.pitch)} semitones, velocities {_words(off.velocity)}"
    )


def _difference(some: NDArray[np.generic], others: NDArray[np.generic]) -> tuple[float, float]:
    apart = np.abs(some.astype(np.float64) - others.astype(np.float64))
    return float(apart.mean()), float(apart.max())


def _words(difference: tuple[float, float]) -> str:
    mean, most = (round(value, 3) for value in difference)
    return f"{mean:g} (at most {most:g})"
