"""The whole table: every row, how it is tried, and which rows do not hold yet."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from nocturne.tasks.workers.worker_pool import Workers
from tests.field import home, outcomes
from tests.field.archive_rows import ARCHIVE_ROWS
from tests.field.folder_rows import FOLDER_ROWS
from tests.field.midi_rows import MIDI_ROWS
from tests.field.name_rows import ROOT_NAME_ROWS, SOURCE_NAME_ROWS
from tests.field.rows import NameRow, SourceRow, UrlRow
from tests.field.shared_rows import CASES, SHARED_ARCHIVES, SHARED_MIDI
from tests.field.url_rows import REDIRECT_ROWS, URL_ROWS
from tests.tasks.sources.http_server import Behaviour, serving

KNOWN: dict[str, str] = {}  # name of a row -> why it does not hold yet; one that holds fails


class Case(NamedTuple):
    """A row that can be tried in an empty folder; what comes back says what is wrong, if any."""

    name: str
    fault: Callable[[Path, Workers], str]
    needs: Path | None = None  # a file that is not part of the checkout


def cases() -> Iterator[Case]:
    """Yield every row of the table."""
    for file, notes in SHARED_MIDI.items():
        path = CASES / file
        yield Case(
            f"shared {file}",
            lambda _, __, p=path, r=notes: outcomes.midi_fault(p.read_bytes(), r),
            path,
        )
    for file, counts in SHARED_ARCHIVES.items():
        path = CASES / file
        yield Case(
            f"shared {file}",
            lambda folder, workers, p=path, r=counts: outcomes.source_fault(
                str(p), folder, workers, r
            ),
            path,
        )
    for row in MIDI_ROWS:
        yield Case(f"midi {row.name}", lambda _, __, r=row: outcomes.midi_fault(r.content, r.right))
    for source in (*ARCHIVE_ROWS, *FOLDER_ROWS):
        yield Case(
            f"source {source.name}", lambda folder, workers, r=source: _source(r, folder, workers)
        )
    for url in URL_ROWS:
        yield Case(f"url {url.name}", lambda folder, workers, r=url: _url(r, folder, workers))
    for redirect in REDIRECT_ROWS:
        yield Case(
            f"redirect {redirect.name}",
            lambda _, __, r=redirect: outcomes.redirect_fault(r.start, r.location, r.right),
        )
    for name in ROOT_NAME_ROWS:
        yield Case(
            f"root name {name.name}",
            lambda folder, _, r=name: _name(r, folder, outcomes.root_fault),
        )
    for name in SOURCE_NAME_ROWS:
        yield Case(
            f"source name {name.name}",
            lambda folder, _, r=name: _name(r, folder, outcomes.folder_fault),
        )


def _source(row: SourceRow, folder: Path, workers: Workers) -> str:
    source = folder / "source"
    if callable(row.source):
        row.source(source)
    else:
        source.write_bytes(row.source)
    return outcomes.source_fault(str(source), folder, workers, row.right)


def _url(row: UrlRow, folder: Path, workers: Workers) -> str:
    with serving(Behaviour(row.content, **dict(row.behaviour))) as base:
        return outcomes.source_fault(f"{base}/a.tar.gz", folder, workers, row.right)


def _name(row: NameRow, folder: Path, fault: Callable[..., str]) -> str:
    working = home.fill(folder / "home")
    return fault(row.spelt.replace("{home}", str(working)), working, row.right)
