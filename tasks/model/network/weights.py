"""Weights: their names, the shapes that all networks have in common, and their first values.

Weights are a flat dict from name to float32 array, in Keras's layout: LSTM gates in the order
input, forget, cell, output along the last axis. Both executors, the files and the sampling
loop read this one dict. Imports no TensorFlow.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary

Weights = dict[str, NDArray[np.float32]]
Shapes = dict[str, tuple[int, ...]]

MATCHED = ("pitch", "inter_onset_interval")  # what makes two notes equal; else the first
LONGEST_MATCH = 15  # notes; longer matches count as this long
LONGEST_DISTANCE = 48  # quarters; a distance outside 1..48 whole quarters is class 0
MATCH_TYPES = 3  # see nocturne.tasks.model.network.match_features
# The memory's scores are so many times their weights. Adam moves every weight by steps of like
# size, and a score must go further than others: a note that fits is worth hundreds that do not.
SHARPNESS = 8.0
BEST_MATCH = 8.0  # first score of the longest match; a shorter one has less in proportion
FIRST_AGREEMENT = 2.0  # first score of an attribute in common


def context_notes(shape: NetworkShape) -> int:
    """Return how many notes before a window the network is given."""
    return max(shape.window, shape.memory_notes)


def embedding_widths(shape: NetworkShape, attributes: int) -> tuple[int, ...]:
    """Return the width of each attribute's embedding; they sum to `shape.embedding`."""
    each = shape.embedding // attributes
    return (shape.embedding - each * (attributes - 1), *[each] * (attributes - 1))


def embedding_shapes(shape: NetworkShape, sizes: Mapping[str, int]) -> Shapes:
    """Return the shapes of the embeddings, of attributes of these sizes."""
    widths = embedding_widths(shape, len(sizes))
    # The last row is the start symbol's.
    return {
        f"embed/{name}": (size + 1, width)
        for (name, size), width in zip(sizes.items(), widths, strict=True)
    }


def head_shapes(shape: NetworkShape, sizes: Mapping[str, int], ends: bool = False) -> Shapes:
    """Return the shapes of the heads' weights, of attributes of these sizes.

    With `ends` the first head has one more category, the last: the end id.
    """
    shapes: Shapes = {}
    names = list(sizes)
    for k, name in enumerate(names):
        shapes[f"head/{name}/hidden"] = (shape.units, shape.head)
        shapes[f"head/{name}/hidden_bias"] = (shape.head,)
        for earlier in names[:k]:
            shapes[f"head/{name}/given/{earlier}"] = (sizes[earlier], shape.head)
        categories = sizes[name] + (ends and k == 0)
        shapes[f"head/{name}/out"] = (shape.head, categories)
        shapes[f"head/{name}/out_bias"] = (categories,)
    return shapes


def memory_shapes(shape: NetworkShape, names: tuple[str, ...]) -> Shapes:
    """Return the shapes of the matched memory's weights; none where there is no memory."""
    if not shape.memory_notes:
        return {}
    shapes: Shapes = {
        "memory/match": (MATCH_TYPES, LONGEST_MATCH + 1),
        "memory/distance": (LONGEST_DISTANCE + 1,),
        "memory/lag": (context_notes(shape) + shape.window,),
        "memory/context": (shape.embedding, shape.units),
    }
    widths = embedding_widths(shape, len(names))
    for k, (name, width) in enumerate(zip(names, widths, strict=True)):
        shapes[f"memory/own/{name}"] = (width, shape.units)
        if k:
            shapes[f"memory/agree/{name}"] = (k,)
    return shapes


def id_axes(vocabulary: Vocabulary) -> dict[str, tuple[str, int]]:
    """Return each weight that has an axis of ids: its attribute, and the number of the axis."""
    axes = {}
    for k, name in enumerate(vocabulary.names):
        axes[f"embed/{name}"] = (name, 0)
        axes |= {f"head/{name}/given/{other}": (other, 0) for other in vocabulary.names[:k]}
        axes[f"head/{name}/out"] = (name, 1)
        axes[f"head/{name}/out_bias"] = (name, 0)
    return axes


def random_weights(shapes: Shapes, seed: int) -> Weights:
    """Return first weights of these shapes, which depend on (shapes, seed) alone.

    A weight's name says how its first values are distributed.
    """
    random = np.random.default_rng(seed)
    return {
        name: np.ascontiguousarray(_first_values(name, size, random), np.float32)
        for name, size in shapes.items()
    }


def _first_values(
    name: str, size: tuple[int, ...], random: np.random.Generator
) -> NDArray[np.floating]:
    if name == "memory/match":
        first = np.linspace(0.0, BEST_MATCH, size[1]) / SHARPNESS
        return np.stack([first, *np.zeros((size[0] - 1, size[1]))])
    if name.endswith("/bias"):  # of an LSTM layer
        return np.repeat([0.0, 1.0, 0.0, 0.0], size[0] // 4)  # the forget gate is open at first
    if len(size) == 1:
        return np.full(size, FIRST_AGREEMENT / SHARPNESS if "/agree/" in name else 0.0)
    if name.startswith("embed/") or "/given/" in name:
        return random.normal(size=size)
    if name.endswith("/recurrent"):
        return _orthogonal(size, random)
    limit = math.sqrt(6.0 / sum(size))  # Glorot and Bengio (2010), eq. 16
    return random.uniform(-limit, limit, size)


def _orthogonal(size: tuple[int, ...], random: np.random.Generator) -> NDArray[np.floating]:
    """Return a random matrix with orthonormal rows (Saxe et al., 2014)."""
    q, r = np.linalg.qr(random.normal(size=(size[1], size[0])))
    return np.asarray((q * np.sign(np.diag(r))).T)
