"""Gathering rows by id is the product of one-hot vectors and a matrix."""

import numpy as np
import pytest
import tensorflow as tf

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Attribute, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, network_of, tensors
from nocturne.tasks.model.network.ops import gather_rows
from nocturne.tasks.music.categories import from_one_hot, one_hot

SIZES = (3, 2, 4)
VOCABULARY = Vocabulary(
    scheme="factored",
    attributes=tuple(Attribute(name=f"a{size}", size=size) for size in SIZES),
    codebooks={},
    fitted_on="",
)
IDS = np.random.default_rng(0).integers(0, SIZES, (5, 7, 3)).astype(np.int16)


def test_gathered_rows_are_the_one_hot_product() -> None:
    matrix = np.random.default_rng(1).normal(size=(sum(SIZES), 6)).astype(np.float32)
    blocks = np.split(matrix, np.cumsum(SIZES)[:-1])
    gathered = sum(gather_rows(block, IDS[..., k]).numpy() for k, block in enumerate(blocks))
    assert gathered == pytest.approx(one_hot(IDS, VOCABULARY) @ matrix, abs=1e-5)


def test_the_networks_embedding_is_the_one_hot_product(tiny_shape: NetworkShape) -> None:
    weights = initial_weights(tiny_shape, VOCABULARY, seed=0)
    tables = [np.asarray(weights[f"embed/{name}"]) for name in VOCABULARY.names]
    network = network_of(tiny_shape, VOCABULARY)
    ids = tf.constant(IDS, tf.int32)
    embedded = network.embed(tensors(weights, VOCABULARY), ids)
    vectors = np.split(one_hot(IDS, VOCABULARY), np.cumsum(SIZES)[:-1], axis=-1)
    products = [v @ table[:size] for v, table, size in zip(vectors, tables, SIZES, strict=True)]
    assert np.concatenate(products, -1) == pytest.approx(embedded.numpy(), abs=1e-6)
    assert np.array_equal(from_one_hot(one_hot(IDS, VOCABULARY), VOCABULARY), IDS)


def test_the_gradient_of_a_gather_is_that_of_the_product() -> None:
    matrix = tf.Variable(np.random.default_rng(2).normal(size=(3, 6)).astype(np.float32))
    ids, vectors = IDS[..., 0], tf.one_hot(IDS[..., 0], 3)
    with tf.GradientTape(persistent=True) as tape:
        gathered = tf.reduce_sum(gather_rows(matrix, ids) ** 2)
        product = tf.reduce_sum(tf.einsum("abn,ne->abe", vectors, matrix) ** 2)
    by_gather, by_product = tape.gradient(gathered, matrix), tape.gradient(product, matrix)
    assert by_gather.numpy() == pytest.approx(by_product.numpy(), rel=1e-5)
