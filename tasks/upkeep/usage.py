"""How many bytes a storage root takes, by kind."""

from collections import Counter

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.upkeep.listing import Usage, UsageRow
from nocturne.tasks.storage.layout import (
    CACHE,
    CHAMPIONS,
    CORPORA,
    DOWNLOADS,
    FAMILIES,
    FILES,
    KEPT,
    MODELS,
    NIGHTS,
    NOTES,
    PRIMES,
    QUALITY,
    RAW,
    SAMPLES,
    SEQUENCES,
    SONGS,
    STAGING,
    STATISTICS,
    VOCABULARIES,
)
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch_base

WHAT = {
    DOWNLOADS: "archives that were downloaded",
    RAW: "files of the sources",
    NOTES: "notes of the songs",
    FILES: "what became of every file",
    FAMILIES: "songs that are near duplicates",
    SEQUENCES: "category ids",
    SONGS: "split and length of every song",
    VOCABULARIES: "what the ids mean",
    STATISTICS: "quality of the data as tables",
    QUALITY: "quality of the data as pages",
    CORPORA: "markers of what is published",
    STAGING: "not published yet, or left by stopped runs",
    MODELS: "models, their reports and pages",
    CHAMPIONS: "which model is champion, and its history",
    SAMPLES: "runs of samples, their galleries and pages",
    PRIMES: "songs that samples continue",
    KEPT: "pieces that a person keeps",
    NIGHTS: "the record of every night",
    CACHE: "copies, checkpoints and locks on this machine",
}
OTHER = "other"


def usage_of(root: Root) -> Usage:
    """Return files and bytes by kind, the largest first; kinds without a file are left out."""
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for path, size in (*_in_root(root), *_in_local_cache(root)):
        kind = _kind(path)
        files[kind] += 1
        sizes[kind] += size
    rows = [
        UsageRow(kind=kind, files=files[kind], bytes=sizes[kind], what=WHAT.get(kind, "not known"))
        for kind in sorted(files, key=lambda kind: (-sizes[kind], kind))
    ]
    return Usage(
        root=without_secrets(root.uri),
        kinds=tuple(rows),
        files=files.total(),
        bytes=sizes.total(),
    )


def _in_root(root: Root) -> list[tuple[str, int]]:
    start = len(root.base) + 1
    return [(info.path[start:], int(info.size)) for info in root.all_files("")]


def _in_local_cache(root: Root) -> list[tuple[str, int]]:
    """Return the files that lie on this machine for a root on an object store."""
    if root.is_local:
        return []
    base = scratch_base(root)
    found = [path for path in base.rglob("*") if path.is_file()]
    return [(f"{CACHE}/{path.relative_to(base).as_posix()}", path.stat().st_size) for path in found]


def _kind(path: str) -> str:
    if path.startswith(f"{CHAMPIONS}/"):
        return CHAMPIONS
    first = path.partition("/")[0]
    return first if first in WHAT else OTHER
