import numpy as np
import pytest

from nocturne.schemas.errors import ModelError
from nocturne.schemas.sequences import Attribute, Vocabulary
from nocturne.tasks.music.categories.one_hot import from_one_hot, one_hot, rows

SIZES = (3, 2, 4)
VOCABULARY = Vocabulary(
    scheme="factored",
    attributes=tuple(Attribute(name=f"a{size}", size=size) for size in SIZES),
    codebooks={},
    fitted_on="",
)


def random_ids(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, SIZES, (*shape, 3)).astype(np.int16)


def test_vectors_have_exact_values() -> None:
    vectors = one_hot(np.array([[2, 0, 1], [0, 1, 3]], np.int16), VOCABULARY)
    assert vectors.tolist() == [[0, 0, 1, 1, 0, 0, 1, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0, 1]]
    assert vectors.dtype == np.float32


def test_rows_are_where_the_ones_are() -> None:
    assert rows(np.array([[2, 0, 1]], np.int16), VOCABULARY).tolist() == [[2, 3, 6]]


@pytest.mark.parametrize("shape", [(), (7,), (4, 6), (2, 3, 5), (0,)])
def test_ids_come_back_in_any_shape(shape: tuple[int, ...]) -> None:
    ids = random_ids(*shape)
    vectors = one_hot(ids, VOCABULARY)
    assert vectors.shape == (*shape, 9)
    assert np.array_equal(vectors.sum(axis=-1), np.full(shape, 3))
    assert np.array_equal(from_one_hot(vectors, VOCABULARY), ids)


def test_a_product_with_a_matrix_is_a_gather_of_rows() -> None:
    ids = random_ids(4, 16)
    matrix = np.random.default_rng(1).integers(-9, 9, (9, 5)).astype(np.float32)
    gathered = matrix[rows(ids, VOCABULARY)].sum(axis=-2)
    assert np.array_equal(one_hot(ids, VOCABULARY) @ matrix, gathered)


@pytest.mark.parametrize("row", [[3, 0, 0], [0, -1, 0], [0, 0, 4], [0, 0]])
def test_ids_outside_the_vocabulary_are_refused(row: list[int]) -> None:
    with pytest.raises(ModelError, match="vocabulary"):
        one_hot(np.array([row], np.int16), VOCABULARY)
