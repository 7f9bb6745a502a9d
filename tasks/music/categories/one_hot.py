"""Category ids to one-hot vectors and back, a batch at a time: the source project's encoding.

The vector of a note has one block for each attribute, in the vocabulary's order. Datasets hold
ids, and the network needs no vectors: `one_hot(ids) @ W` is the sum over attributes of
`W[rows(ids)]`, which it gathers.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.music.categories.coding import check_ids


def one_hot(ids: NDArray[np.integer], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return float32 [..., sum of sizes] for ids [..., attributes]; ModelError if they misfit."""
    flat = rows(ids, vocabulary).reshape(-1, len(vocabulary.sizes))
    vectors = np.zeros((len(flat), sum(vocabulary.sizes)), np.float32)
    np.put_along_axis(vectors, flat, 1.0, axis=1)
    return vectors.reshape(*ids.shape[:-1], vectors.shape[1])


def from_one_hot(vectors: NDArray[np.floating], vocabulary: Vocabulary) -> NDArray[np.int16]:
    """Return int16 [..., attributes]: the largest entry of each block. Inverse of `one_hot`."""
    blocks = np.split(vectors, _starts(vocabulary)[1:], axis=-1)
    return np.stack([block.argmax(axis=-1) for block in blocks], axis=-1).astype(np.int16)


def rows(ids: NDArray[np.integer], vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Return int64 [..., attributes]: the index of each id's 1 in the vector."""
    check_ids(vocabulary, ids.reshape(-1, ids.shape[-1]))
    return ids + _starts(vocabulary)


def _starts(vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Return int64 [attributes]: where each block starts."""
    return np.concatenate(([0], np.cumsum(vocabulary.sizes)[:-1])).astype(np.int64)
