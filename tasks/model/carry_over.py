"""A model's weights as the first weights for another vocabulary of the same attributes.

A weight with an axis of ids is gathered along it: each id takes the row of the old id whose value
is nearest to its own. All other weights are taken over as they are. An end id that the model did
not have begins as an unlikely category.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.weights import Weights, id_axes

Sources = Mapping[str, NDArray[np.int64]]
FIRST_END_ODDS = 0.01  # of an end id that is new, against a category of the mean logit


def misfit(
    card: ModelCard, old: Vocabulary, config: TrainConfig, vocabulary: Vocabulary
) -> str | None:
    """Return why a model's weights cannot be carried over, after its name; None if they can."""
    if card.config.preset != config.preset:
        return f"has the preset {card.config.preset}, not {config.preset}"
    if card.shape != PRESETS[config.preset]:
        return f"has a network of another shape than today's preset {config.preset}"
    if old.scheme != vocabulary.scheme:
        return f"has the category scheme {old.scheme}, not {vocabulary.scheme}"
    if old.names != vocabulary.names:
        return f"predicts {', '.join(old.names)}, not {', '.join(vocabulary.names)}"
    for name in vocabulary.names:
        if not _has_values(name, old, vocabulary) and old.size_of(name) != vocabulary.size_of(name):
            sizes = f"{old.size_of(name)} categories of {name}, not {vocabulary.size_of(name)}"
            return f"has {sizes}, which have no values to go by"
    return None


def carry_over(weights: Weights, old: Vocabulary, new: Vocabulary) -> Weights:
    """Return weights for `new` from those for `old`, which must fit (see `misfit`).

    Ids that take the same old id share its probability evenly at first. A new end id is at first at
    most FIRST_END_ODDS / size likely: it takes less than 0.001 bits from any note.
    """
    sources, axes = _sources(old, new), id_axes(new)
    carried = {name: np.array(value) for name, value in weights.items()}
    for name, (attribute, axis) in axes.items():
        rows = np.arange(weights[name].shape[axis])  # the last may be the start symbol's
        sources_of_rows = np.concatenate([sources[attribute], rows[old.size_of(attribute) :]])
        carried[name] = np.take(weights[name], sources_of_rows, axis)
    for attribute, source in sources.items():
        shares = np.bincount(source)[source]
        bias = carried[f"head/{attribute}/out_bias"]
        bias[: len(source)] -= np.log(shares).astype(np.float32)
    if old.ends != new.ends:
        _change_end(carried, f"head/{new.names[0]}/out", new.ends)
    return carried


def _change_end(weights: Weights, out: str, ends: bool) -> None:
    """Add the end id to the head with the kernel `out` [head, size], or take it away.

    Its logit is the mean of the others and log FIRST_END_ODDS, whatever the head's input.
    """
    kernel, bias = weights[out], weights[f"{out}_bias"]
    if not ends:
        weights[out], weights[f"{out}_bias"] = kernel[:, :-1], bias[:-1]
        return
    first = bias.mean() + np.float32(np.log(FIRST_END_ODDS))
    weights[out] = np.column_stack((kernel, kernel.mean(axis=1)))
    weights[f"{out}_bias"] = np.append(bias, first)


def describe_carry_over(old: Vocabulary, new: Vocabulary) -> str:
    """Say which attributes are carried over whole and which by nearest value, in one line."""
    ends = "" if old.ends == new.ends else f"; the end id is {'new' if new.ends else 'left out'}"
    valued = [name for name in new.names if _has_values(name, old, new)]
    changed = [name for name in valued if old.codebooks[name] != new.codebooks[name]]
    if not changed:
        return f"all weights carried over{ends}"
    whole = ", ".join(name for name in new.names if name not in changed) or "none"
    by_value = ", ".join(
        _changes(name, old.codebooks[name], new.codebooks[name]) for name in changed
    )
    return f"carried over whole: {whole}; by nearest value: {by_value}{ends}"


def _changes(name: str, old: tuple[float, ...], new: tuple[float, ...]) -> str:
    added, gone = len(set(new) - set(old)), len(set(old) - set(new))
    return f"{name} ({added} of {len(new)} values new, {gone} of {len(old)} gone)"


def _sources(old: Vocabulary, new: Vocabulary) -> Sources:
    """Return the old id that each new id takes after, int64 [size], by attribute."""
    return {
        name: _nearest(old.codebooks[name], new.codebooks[name])
        if _has_values(name, old, new)
        else np.arange(new.size_of(name))
        for name in new.names
    }


def _has_values(name: str, *vocabularies: Vocabulary) -> bool:
    return all(name in vocabulary.codebooks for vocabulary in vocabularies)


def _nearest(old: tuple[float, ...], new: tuple[float, ...]) -> NDArray[np.int64]:
    """Return the place in `old` of the value nearest to each of `new`; of equals the lower."""
    distance = np.abs(np.asarray(new)[:, None] - np.asarray(old)[None])
    return np.asarray(distance.argmin(axis=1), np.int64)
