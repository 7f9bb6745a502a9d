"""Arrays as safetensors bytes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save


def packed(arrays: Mapping[str, NDArray[Any]], metadata: dict[str, str] | None = None) -> bytes:
    """Return named arrays as a safetensors file, whatever their memory layout.

    safetensors writes an array's memory as it lies and would silently transpose one that lies
    column by column.
    """
    laid_out = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return bytes(save(laid_out, metadata))
