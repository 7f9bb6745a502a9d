"""What an isolated worker process runs. Imports no Prefect, no TensorFlow, no pyarrow."""

import resource
from collections.abc import Sequence
from pathlib import Path

from schemas.reasons import Reason
from tasks.music.extraction import Extraction, Limits, Rejected, extract

MIB = 1024**2


def limit_memory(mib: int) -> None:
    """Let this process take at most `mib` MiB of address space beyond what it has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + mib * MIB
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no core file


def extract_many(contents: Sequence[bytes], reader: str, limits: Limits) -> list[Extraction]:
    """Extract each file's bytes, in order."""
    return [_extract(content, reader, limits) for content in contents]


def _extract(content: bytes, reader: str, limits: Limits) -> Extraction:
    """Extract one file; one that hits a mistake of ours is lost alone, and says so."""
    try:
        return extract(content, reader, limits)
    except MemoryError:
        raise
    except Exception as error:
        return Rejected(Reason.PARSER_FAILED, f"{type(error).__name__}: {error}"[:200])
