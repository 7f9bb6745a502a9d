"""Nights that are under way, so that one that ends without a word is still in the history.

A night writes nights/<corpus>/under-way/<start>-<run>.json when it begins: the record that stands
if nothing more is heard of it. It holds a lock to its end, which the system frees when the process
is gone. Whoever finds such a file without its lock moves it into the history.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from nocturne.schemas.errors import BusyError, StorageError
from nocturne.schemas.nights import NightRecord
from nocturne.tasks.nights.records import night_name, read_night, record_path, write_night
from nocturne.tasks.storage.layout import under_way_of, under_way_path
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.root import Root

CRASHED = "the run ended without a word: its process was killed, or its machine lost"


@contextmanager
def night_under_way(root: Root, begun: NightRecord) -> Iterator[None]:
    """Mark a night as under way in the block, which writes its record; BusyError for one twice.

    `begun` is the record of its start. Should the block end without a record, the mark stays, and
    the night shows as crashed later.
    """
    name = night_name(begun.started, begun.run)
    path = under_way_path(begun.corpus, name)
    with one_writer(root, _lock_name(begun.corpus, name), f"night {begun.run} of {begun.corpus}"):
        crashed = begun.model_copy(update={"outcome": "crashed", "reason": CRASHED})
        root.write_bytes(path, crashed.model_dump_json(indent=2).encode())
        try:
            yield
        finally:
            if root.exists(record_path(begun)):
                root.delete(path)


def note_crashed_nights(root: Root, corpus: str) -> list[NightRecord]:
    """Write the records of nights whose processes are gone; return those that had none.

    A night that wrote its record and was killed before it removed its mark keeps its record.
    """
    noted = []
    for path in root.files(under_way_of(corpus), ".json"):
        name = path.rpartition("/")[2].removesuffix(".json")
        with suppress(BusyError), one_writer(root, _lock_name(corpus, name), "a look at a night"):
            record = _begun(root, path)
            if record and not root.exists(record_path(record)):
                write_night(root, record)
                noted.append(record)
            root.delete(path)
    return noted


def _begun(root: Root, path: str) -> NightRecord | None:
    """Return the record of a start; None if another process has moved it, or it is damaged."""
    try:
        return read_night(root, path)
    except (FileNotFoundError, StorageError):
        return None


def _lock_name(corpus: str, name: str) -> str:
    return f"night-{corpus}-{name}"
