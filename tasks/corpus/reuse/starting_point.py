"""What a reading of the source starts from, so that it reads no more than it has to."""

from collections.abc import Iterator
from dataclasses import dataclass

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.progress import Progress
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.reuse.raw_rows import RawRows
from nocturne.tasks.corpus.reuse.reading_record import record_of
from nocturne.tasks.sources.seen_files import SeenFile, SeenFiles
from nocturne.tasks.sources.source import Source
from nocturne.tasks.sources.source_file import KeptFile, RawFile, Skipped
from nocturne.tasks.storage.root import Root

FIRST = "nothing was read before"
REREAD = "reread is set"
NO_RECORD = "there is no record of the earlier reading on this machine"
WHOLE = "a source of this kind is read as a whole"


@dataclass(frozen=True)
class StartingPoint:
    """The raw rows that are there, and what the reading that they come from saw of the files.

    `all_unchanged`: the source surely holds the same files still. `reason`: why each of them is
    read, if it is not and none can be left out; else empty.
    """

    rows: RawRows | None = None
    earlier: SeenFiles | None = None
    all_unchanged: bool = False
    reason: str = ""

    def read(
        self, source: Source, largest: int, progress: Progress, seen: list[SeenFile]
    ) -> Iterator[RawFile | KeptFile | Skipped]:
        """Yield the files of the source, and append to `seen` what is seen of each."""
        if source.read_again is not None:
            yield from source.read_again(largest, progress, self.earlier, seen)
            return
        yield from source.read(largest, progress)
        if source.examined:
            seen += [SeenFile(path, stamp) for path, stamp in source.examined.stamps.items()]


def starting_point(
    root: Root, config: IngestConfig, source: Source, there: RawDataset | None, *, same: bool
) -> StartingPoint:
    """Return where to start, with the raw shards that are `there`, `same` if of this source."""
    if there is None:
        return StartingPoint(reason=FIRST)
    corpus, largest = config.corpus, config.max_file_bytes
    record = record_of(root, corpus, there.fingerprint)
    if record is None and not same:  # it is unknown which contents the rows lack
        return StartingPoint(reason=NO_RECORD)
    comparable = same or (record is not None and record.seen.largest == largest)
    rows = RawRows(root, corpus, there, comparable=comparable)
    if config.reread or record is None:
        return StartingPoint(rows, reason=REREAD if config.reread else NO_RECORD)
    stamps = source.examined.stamps if source.examined else {}
    all_unchanged = same and record.seen.all_unchanged(stamps, largest)
    if source.read_again is None:
        return StartingPoint(rows, None, all_unchanged, WHOLE)
    return StartingPoint(rows, _in_whole_shards(record.seen, rows), all_unchanged)


def _in_whole_shards(seen: SeenFiles, rows: RawRows) -> SeenFiles:
    """Return what was seen without the files whose raw shards are lost: these are read again."""
    if not rows.lost:
        return seen
    files = (file for file in seen.files.values() if file.row < 0 or rows.holds(file.row))
    return seen.with_files(files)
