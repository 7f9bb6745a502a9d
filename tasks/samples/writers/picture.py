"""Piano rolls as pictures, of the first samples: the Prefect UI shows them.

The gallery draws its rolls from the notes.
"""

import pyarrow as pa

from nocturne.schemas.config import SamplingConfig
from nocturne.tasks.pages.charts.piano_roll import draw, is_current
from nocturne.tasks.pages.charts.roll_axes import time_axis
from nocturne.tasks.pages.run_markdown import SHOWN_PIECES
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer


class PictureWriter(Writer):
    """Draw a piece as a piano roll (PNG)."""

    suffix = "png"
    file_column, size_column = "picture", "picture_bytes"
    fact_columns = (pa.field("picture_beats", pa.list_(pa.float64())),)

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:  # noqa: ARG002
        """Whether the Prefect UI shows this sample."""
        return place < SHOWN_PIECES

    def make(self, piece: Piece) -> SampleFile:
        """Return the piano roll of a piece."""
        return _with_axis(piece, draw(piece.notes))

    def keep(self, piece: Piece, earlier: bytes) -> SampleFile | None:
        """Keep a whole picture that has the axes of this version."""
        return _with_axis(piece, earlier) if is_current(earlier) else None


def _with_axis(piece: Piece, png: bytes) -> SampleFile:
    return SampleFile(png, {"picture_beats": time_axis(piece.notes).flat()})
