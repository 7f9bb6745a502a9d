"""Write and read the records of nights: one small JSON file each, never changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from nocturne.schemas.errors import StorageError
from nocturne.schemas.nights import NightRecord
from nocturne.tasks.storage.layout import NIGHTS, night_path, nights_of
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root

READERS = 8  # files read at once: an object store takes tens of milliseconds for each
MEND = "delete it: the night then shows as a gap in the history"


def night_name(started: datetime, run: str) -> str:
    """Return the name of a night's record; names sort as their starts do, to the millisecond."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%S.%f}"[:-3] + f"Z-{run}"


def record_path(record: NightRecord) -> str:
    """Return where the record of a night lies."""
    return night_path(record.corpus, night_name(record.started, record.run))


def write_night(root: Root, record: NightRecord) -> str:
    """Write a record atomically and return its path; the same night twice is one file."""
    path = record_path(record)
    root.write_bytes(path, (record.model_dump_json(indent=2) + "\n").encode())
    return path


def corpora_with_nights(root: Root) -> list[str]:
    """Return the names of the corpora that have had a night, sorted."""
    return root.folders(NIGHTS)


def read_nights(root: Root, corpus: str = "") -> tuple[list[NightRecord], list[str]]:
    """Return the nights of a corpus, of all if it is empty, and a line for each damaged record.

    The nights are sorted by their start, the oldest first.
    """
    corpora = [corpus] if corpus else corpora_with_nights(root)
    return _read(root, [path for name in corpora for path in night_paths(root, name)])


def recent_nights(root: Root, corpus: str, most: int) -> tuple[list[NightRecord], list[str], int]:
    """Return the last `most` nights of a corpus as `read_nights` does, and how many are older."""
    paths = night_paths(root, corpus)
    return *_read(root, paths[-most:]), max(0, len(paths) - most)


def night_paths(root: Root, corpus: str) -> list[str]:
    """Return the paths of all records of a corpus, the oldest first."""
    return root.files(nights_of(corpus), ".json")


def _read(root: Root, paths: list[str]) -> tuple[list[NightRecord], list[str]]:
    with ThreadPoolExecutor(READERS) as pool:
        read = list(pool.map(lambda path: _read_or_damage(root, path), paths))
    records = [one for one in read if isinstance(one, NightRecord)]
    records.sort(key=lambda night: (night.started, night.run))
    return records, [one for one in read if isinstance(one, str)]


def _read_or_damage(root: Root, path: str) -> NightRecord | str | None:
    try:
        return read_night(root, path)
    except FileNotFoundError:
        return None
    except StorageError as error:
        return str(error)


def read_night(root: Root, path: str) -> NightRecord:
    """Return the record at `path`; StorageError in one line if it is damaged."""
    return read_marker(root, path, NightRecord, StorageError, MEND)


def last_night(root: Root, corpus: str) -> NightRecord | None:
    """Return the latest readable night of a corpus; None if there is none."""
    for path in reversed(night_paths(root, corpus)):
        try:
            return read_night(root, path)
        except (FileNotFoundError, StorageError):
            continue
    return None
