"""The network's weights: their names, shapes and first values.

Weights are a flat dict from name to float32 array, in Keras's layout: LSTM gates in the order
input, forget, cell, output along the last axis. Both executors, the files and the sampling
loop read this one dict.
"""

import math

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary

Weights = dict[str, NDArray[np.float32]]

MATCHED = ("pitch", "inter_onset_interval")  # what makes two notes equal; else the first
LONGEST_MATCH = 15  # notes; longer matches count as this long
LONGEST_DISTANCE = 48  # quarters; a distance outside 1..48 whole quarters is class 0
MATCH_KINDS = 3  # see nocturne.tasks.model.network.match_features
# The memory's scores are so many times their weights. Adam moves every weight by steps of like
# size, and a score must go further than others: a note that fits is worth hundreds that do not.
SHARPNESS = 8.0
BEST_MATCH = 8.0  # first score of the longest match; a shorter one has less in proportion
FIRST_AGREEMENT = 2.0  # first score of an attribute in common


def embedding_widths(shape: NetworkShape, vocabulary: Vocabulary) -> tuple[int, ...]:
    """Return the width of each attribute's embedding; they sum to `shape.embedding`."""
    count = len(vocabulary.attributes)
    each = shape.embedding // count
    return (shape.embedding - each * (count - 1), *[each] * (count - 1))


def context_notes(shape: NetworkShape) -> int:
    """Return how many notes before a window the network is given."""
    return max(shape.window, shape.memory_notes)


def weight_shapes(shape: NetworkShape, vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight, by name, in a fixed order."""
    cells, names, sizes = shape.units, vocabulary.names, vocabulary.sizes
    shapes: dict[str, tuple[int, ...]] = {}
    for name, size, width in zip(names, sizes, embedding_widths(shape, vocabulary), strict=True):
        shapes[f"embed/{name}"] = (size + 1, width)  # the last row is the start symbol
    for part in ("encoder", "decoder"):
        for layer in range(shape.layers):
            inputs = cells if layer else shape.embedding
            shapes[f"{part}/{layer}/kernel"] = (inputs, 4 * cells)
            shapes[f"{part}/{layer}/recurrent"] = (cells, 4 * cells)
            shapes[f"{part}/{layer}/bias"] = (4 * cells,)
    for k, (name, size) in enumerate(zip(names, sizes, strict=True)):
        shapes[f"head/{name}/hidden"] = (cells, shape.head)
        shapes[f"head/{name}/hidden_bias"] = (shape.head,)
        for j in range(k):
            shapes[f"head/{name}/given/{names[j]}"] = (sizes[j], shape.head)
        shapes[f"head/{name}/out"] = (shape.head, size)
        shapes[f"head/{name}/out_bias"] = (size,)
    return shapes | _memory_shapes(shape, vocabulary)


def id_axes(vocabulary: Vocabulary) -> dict[str, tuple[str, int]]:
    """Return each weight that has an axis of ids: the attribute they are of, and the axis."""
    axes = {}
    for k, name in enumerate(vocabulary.names):
        axes[f"embed/{name}"] = (name, 0)
        axes |= {f"head/{name}/given/{other}": (other, 0) for other in vocabulary.names[:k]}
        axes[f"head/{name}/out"] = (name, 1)
        axes[f"head/{name}/out_bias"] = (name, 0)
    return axes


def _memory_shapes(shape: NetworkShape, vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    if not shape.memory_notes:
        return {}
    shapes: dict[str, tuple[int, ...]] = {
        "memory/match": (MATCH_KINDS, LONGEST_MATCH + 1),
        "memory/distance": (LONGEST_DISTANCE + 1,),
        "memory/lag": (context_notes(shape) + shape.window,),
        "memory/context": (shape.embedding, shape.units),
    }
    for k, name in enumerate(vocabulary.names):
        shapes[f"memory/own/{name}"] = (embedding_widths(shape, vocabulary)[k], shape.units)
        if k:
            shapes[f"memory/agree/{name}"] = (k,)
    return shapes


def initial_weights(shape: NetworkShape, vocabulary: Vocabulary, seed: int) -> Weights:
    """Return first weights that depend on (shape, vocabulary, seed) alone."""
    random = np.random.default_rng(seed)
    return {
        name: np.ascontiguousarray(_initial(name, size, random), np.float32)
        for name, size in weight_shapes(shape, vocabulary).items()
    }


def _initial(name: str, size: tuple[int, ...], random: np.random.Generator) -> NDArray[np.floating]:
    if name == "memory/match":
        first = np.linspace(0.0, BEST_MATCH, size[1]) / SHARPNESS
        return np.stack([first, *np.zeros((size[0] - 1, size[1]))])
    if name.endswith("/bias"):
        return np.repeat([0.0, 1.0, 0.0, 0.0], size[0] // 4)  # remember at first
    if len(size) == 1:
        return np.full(size, FIRST_AGREEMENT / SHARPNESS if "/agree/" in name else 0.0)
    if name.startswith("embed/") or "/given/" in name:
        return random.normal(size=size)
    if name.endswith("/recurrent"):
        return _orthogonal(size, random)
    limit = math.sqrt(6.0 / sum(size))  # Glorot and Bengio (2010), eq. 16
    return random.uniform(-limit, limit, size)


def _orthogonal(size: tuple[int, ...], random: np.random.Generator) -> NDArray[np.floating]:
    """Rows orthonormal, distributed evenly (Saxe et al., 2014)."""
    q, r = np.linalg.qr(random.normal(size=(size[1], size[0])))
    return np.asarray((q * np.sign(np.diag(r))).T)
