"""How large folders are, and when something was last written there."""

from dataclasses import dataclass
from pathlib import Path

from nocturne.tasks.storage.root import Root

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True)
class Measured:
    """Files and bytes of a folder; `newest` is the last write in seconds since 1970, 0 if none."""

    files: int
    bytes: int
    newest: float

    def is_older(self, days: float, now: float) -> bool:
        """Return whether the last write is more than `days` before `now` (seconds since 1970)."""
        return self.newest < now - days * SECONDS_PER_DAY


def measure(root: Root, path: str) -> Measured:
    """Measure everything under a path of the root, hidden files too."""
    infos = root.all_files(path)
    times = [(info.mtime_ns or 0) / 1e9 for info in infos]
    return Measured(len(infos), sum(int(info.size) for info in infos), max(times, default=0.0))


def measure_local(path: Path) -> Measured:
    """Measure a local file, or everything under a local folder; zeros if it is gone."""
    paths = [path, *path.rglob("*")] if path.is_dir() else [path]
    files, size, newest = 0, 0, 0.0
    for found in paths:
        try:
            facts = found.lstat()
        except FileNotFoundError:  # deleted meanwhile
            continue
        newest = max(newest, facts.st_mtime)
        if not found.is_dir():
            files, size = files + 1, size + facts.st_size
    return Measured(files, size, newest)
