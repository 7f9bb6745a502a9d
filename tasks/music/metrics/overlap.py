"""Overlap of two distributions of notes: the sum of the lesser of two normalised histograms."""

import numpy as np

from nocturne.tasks.music.metrics.excerpt import Excerpt, Ints


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
        "pitch": np.concatenate([one.pitch for one in excerpts]),
        "pitch_class": np.concatenate([one.pitch % 12 for one in excerpts]),
        "interval": np.concatenate([one.interval for one in excerpts]),
        "inter_onset_interval": np.concatenate([one.inter_onset_interval for one in excerpts]),
        "duration": np.concatenate([one.duration for one in excerpts]),
    }


def overlaps(samples: list[Excerpt], held_out: list[Excerpt]) -> dict[str, float]:
    """Return `overlap_<feature>` of all notes of `samples` with all of `held_out`, 0 to 1.

    The features are pitch, pitch_class, interval, inter_onset_interval and duration;
    `mean_overlap` is their mean.
    """
    return _overlaps(_features(samples), _features(held_out))


def mean_overlaps(samples: list[Excerpt], held_out: list[Excerpt]) -> list[float]:
    """Return the `mean_overlap` of each sample by itself with all of `held_out`."""
    theirs = _features(held_out)
    return [_overlaps(_features([sample]), theirs)["mean_overlap"] for sample in samples]


def _overlaps(first: dict[str, Ints], second: dict[str, Ints]) -> dict[str, float]:
    found = {f"overlap_{name}": overlap(first[name], second[name]) for name in first}
    return {**found, "mean_overlap": float(np.mean(list(found.values())))}


def histograms(samples: list[Excerpt], held_out: list[Excerpt]) -> dict[str, dict[str, list[int]]]:
    """Return for each feature its `values`, rising, and how often either set has each of them."""
    first, second = _features(samples), _features(held_out)
    return {name: _histogram(first[name], second[name]) for name in first}


def _histogram(some: Ints, others: Ints) -> dict[str, list[int]]:
    values, where = np.unique(np.concatenate((some, others)), return_inverse=True)
    counted = (where[: len(some)], where[len(some) :])
    ours, theirs = (np.bincount(one, minlength=len(values)).tolist() for one in counted)
    return {"values": values.tolist(), "samples": ours, "held_out": theirs}
