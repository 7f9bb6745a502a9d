"""Reading the category sequences that prepare published."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SplitIds:
    """Category ids of one split, songs back to back.

    `ids` is int16 [notes, attributes], in memory or memory-mapped; song s is
    ids[song_offsets[s]:song_offsets[s + 1]], with song_offsets int64 [songs + 1].
    """

    ids: NDArray[np.int16]
    song_offsets: NDArray[np.int64]
