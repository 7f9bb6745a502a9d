"""The notes of one song, as flat arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Notes:
    """Notes of one song, sorted by (onset, pitch); every array has shape [notes].

    Seconds and beats (quarter notes) are float64 with offset > onset >= 0; pitch is
    0-127 and velocity 1-127, uint8.
    """

    onset_seconds: NDArray[np.float64]
    offset_seconds: NDArray[np.float64]
    onset_beats: NDArray[np.float64]
    offset_beats: NDArray[np.float64]
    pitch: NDArray[np.uint8]
    velocity: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self.pitch)
