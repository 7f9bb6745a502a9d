"""Extracting many files in one worker process. Imports no Prefect, no TensorFlow, no pyarrow."""

from collections.abc import Sequence

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extraction, Limits, Rejected, extract


def extract_many(contents: Sequence[bytes], reader: str, limits: Limits) -> list[Extraction]:
    """Extract each file's bytes, in order."""
    return [_extract(content, reader, limits) for content in contents]


def _extract(content: bytes, reader: str, limits: Limits) -> Extraction:
    """Extract one file; an error in this code loses that file alone, and is its reason."""
    try:
        return extract(content, reader, limits)
    except MemoryError:
        raise
    except Exception as error:
        return Rejected(Reason.PARSER_FAILED, f"{type(error).__name__}: {error}"[:200])
