"""Arrays as safetensors bytes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save


def packed(arrays: Mapping[str, NDArray[Any]], metadata: dict[str, str] | None = None) -> bytes:
    """Return named arrays as a safetensors file, whatever their memory layout.

    safetensors writes an array's memory as it is, which would silently transpose an array stored
    column by column.
    """
    by_row = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return bytes(save(by_row, metadata))
