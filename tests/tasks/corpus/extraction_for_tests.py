"""An extraction that misbehaves on command, in worker processes."""

import dataclasses
import os
import time
from collections.abc import Sequence

import numpy as np

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extracted, Extraction, Limits, Rejected, extract


def misbehave(contents: Sequence[bytes], reader: str, limits: Limits) -> list[Extraction]:
    """Do to the worker what the content says, or extract it."""
    return [_misbehave(content, reader, limits) for content in contents]


def _misbehave(content: bytes, reader: str, limits: Limits) -> Extraction:
    if content.endswith(b"hang"):
        time.sleep(600)
    if content.endswith(b"crash"):
        os.abort()
    if content.endswith(b"explode"):
        try:
            np.ones(1 << 40)
        except MemoryError:
            return Rejected(Reason.PARSER_OUT_OF_MEMORY)
    result = extract(content, reader, limits)
    if content.endswith(b"silent") and isinstance(result, Extracted):
        mute = np.zeros_like(result.notes.velocity)
        return dataclasses.replace(result, notes=dataclasses.replace(result.notes, velocity=mute))
    return result
