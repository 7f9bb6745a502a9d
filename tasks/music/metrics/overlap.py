"""Overlap of two distributions of notes: the sum of the lesser of two normalised histograms."""

from collections.abc import Callable

import numpy as np

from nocturne.schemas.metrics import Histogram
from nocturne.tasks.music.metrics.excerpt import Excerpt, Ints

# What the distributions are of, in the order in which reports show them.
FEATURES: dict[str, Callable[[Excerpt], Ints]] = {
    "pitch": lambda excerpt: excerpt.pitch,
    "pitch_class": lambda excerpt: excerpt.pitch % 12,
    "interval": lambda excerpt: excerpt.interval,
    "inter_onset_interval": lambda excerpt: excerpt.inter_onset_interval,
    "duration": lambda excerpt: excerpt.duration,
}


def overlap(some: Ints, others: Ints) -> float:
    """Return the overlap of two sets of whole numbers: 1 if distributed alike, 0 if disjoint."""
    if not len(some) or not len(others):
        return 0.0
    values, where = np.unique(np.concatenate((some, others)), return_inverse=True)
    first = np.bincount(where[: len(some)], minlength=len(values)) / len(some)
    second = np.bincount(where[len(some) :], minlength=len(values)) / len(others)
    return float(np.minimum(first, second).sum())


def _features(excerpts: list[Excerpt]) -> dict[str, Ints]:
    return {
        feature: np.concatenate([values_of(excerpt) for excerpt in excerpts])
        for feature, values_of in FEATURES.items()
    }


def overlaps(samples: list[Excerpt], held_out: list[Excerpt]) -> dict[str, float]:
    """Return, by feature, the overlap of all notes of `samples` with all of `held_out`, 0 to 1."""
    return _overlaps(_features(samples), _features(held_out))


def mean_overlaps(samples: list[Excerpt], held_out: list[Excerpt]) -> list[float]:
    """Return for each sample by itself the mean of its overlaps with all of `held_out`."""
    real = _features(held_out)
    each = (_overlaps(_features([sample]), real) for sample in samples)
    return [float(np.mean(list(by_feature.values()))) for by_feature in each]


def _overlaps(first: dict[str, Ints], second: dict[str, Ints]) -> dict[str, float]:
    return {feature: overlap(first[feature], second[feature]) for feature in first}


def histograms(samples: list[Excerpt], held_out: list[Excerpt]) -> dict[str, Histogram]:
    """Return by feature how often samples and held-out songs have each value."""
    first, second = _features(samples), _features(held_out)
    return {feature: _histogram(first[feature], second[feature]) for feature in first}


def _histogram(samples: Ints, held_out: Ints) -> Histogram:
    values, where = np.unique(np.concatenate((samples, held_out)), return_inverse=True)
    counts = [
        np.bincount(numbers, minlength=len(values)).tolist()
        for numbers in (where[: len(samples)], where[len(samples) :])
    ]
    return Histogram(values=values.tolist(), samples=counts[0], held_out=counts[1])
