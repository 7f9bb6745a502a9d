"""What a sampler returns."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Drawn:
    """Samples: ids int16 [count, notes, A], of which sample i has the first lengths[i] notes.

    lengths int64 [count], at least 1; `facts` are columns [count] of the manifest, by name.
    """

    ids: NDArray[np.int16]
    lengths: NDArray[np.int64]
    facts: dict[str, NDArray[Any]] = field(default_factory=dict)
