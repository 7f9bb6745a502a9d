"""Arrays keep their values whatever their memory layout."""

import numpy as np
from safetensors.numpy import load

from nocturne.tasks.storage.arrays import packed


def test_a_transposed_array_comes_back_as_it_was() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    found = load(packed({"a": array.T, "b": array[:, ::2]}))
    np.testing.assert_array_equal(found["a"], array.T)
    np.testing.assert_array_equal(found["b"], array[:, ::2])
