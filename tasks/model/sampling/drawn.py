"""What a sampler returns."""

from collections.abc import Sequence
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


def joined(parts: Sequence[Drawn]) -> Drawn:
    """Return the samples of all parts, in their order; shorter ones are filled up with ids 0."""
    longest = max(part.ids.shape[1] for part in parts)
    ids = [np.pad(p.ids, ((0, 0), (0, longest - p.ids.shape[1]), (0, 0))) for p in parts]
    facts = {name: np.concatenate([p.facts[name] for p in parts]) for name in parts[0].facts}
    return Drawn(np.concatenate(ids), np.concatenate([p.lengths for p in parts]), facts)
