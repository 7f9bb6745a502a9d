"""Write and read the records of nights: one small JSON file each, never changed."""

from datetime import UTC, datetime

from nocturne.schemas.errors import StorageError
from nocturne.schemas.nights import NightRecord
from nocturne.tasks.storage.layout import NIGHTS, night_path, nights_of
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root

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


def read_nights(root: Root, corpus: str = "") -> tuple[list[NightRecord], list[str]]:
    """Return the nights of a corpus, of all if it is empty, and a line for each damaged record.

    The nights are sorted by their start, the oldest first.
    """
    records, damages = [], []
    for name in [corpus] if corpus else root.folders(NIGHTS):
        for path in root.files(nights_of(name), ".json"):
            try:
                records.append(read_night(root, path))
            except FileNotFoundError:
                continue
            except StorageError as error:
                damages.append(str(error))
    return sorted(records, key=lambda night: (night.started, night.run)), damages


def read_night(root: Root, path: str) -> NightRecord:
    """Return the record at `path`; StorageError in one line if it is damaged."""
    return read_marker(root, path, NightRecord, StorageError, MEND)


def last_night(root: Root, corpus: str) -> NightRecord | None:
    """Return the latest readable night of a corpus; None if there is none."""
    for path in reversed(root.files(nights_of(corpus), ".json")):
        try:
            return read_night(root, path)
        except (FileNotFoundError, StorageError):
            continue
    return None
