"""One index page of a storage root: a table of its runs, models or corpora, newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment

from nocturne.tasks.pages.environment import environment
from nocturne.tasks.pages.links import ICON
from nocturne.tasks.storage.layout import MODELS, QUALITY, SAMPLES
from nocturne.tasks.storage.root import Root

TEMPLATE = "index.html.j2"
MOST_ROWS = 1000
READERS = 8  # files read at once: an object store takes tens of milliseconds for each
SECTIONS = {SAMPLES: "Samples", MODELS: "Models", QUALITY: "Data quality"}


@dataclass(frozen=True)
class Column:
    """One column; numbers stand to the right."""

    name: str
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """One fact of a row, with the relative address of the page it leads to, if any."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Row:
    """One run, model or corpus; `link` is the relative address of its page, "" without one.

    `mark` distinguishes it (champion); `trouble` says what of it does not read.
    """

    name: str
    link: str
    when: datetime
    cells: tuple[Cell, ...] = ()
    mark: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class IndexPage:
    """What one page shows; `section` is a key of SECTIONS and its folder in the root.

    The first of `columns` is the row's name, the others its cells; the date comes last of all.
    """

    section: str
    lead: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    nothing_yet: str
    left_out: int = 0  # older rows that are not shown


def newest(root: Root, section: str, marker: str) -> list[tuple[str, datetime]]:
    """Return (folder name, when `marker` in it was written) of the folders that have it."""
    names = [name for name in root.folders(section) if not name.startswith(".")]
    times = root.modified([f"{section}/{name}/{marker}" for name in names])
    pairs = zip(names, times, strict=True)
    dated = [(name, datetime.fromtimestamp(time, UTC)) for name, time in pairs if time]
    return sorted(dated, key=lambda entry: (entry[1], entry[0]), reverse=True)


def render(page: IndexPage, written: datetime | None = None) -> str:
    """Return the page as HTML, which opens from disk and needs no network."""
    written = written or datetime.now(UTC)
    template = _environment().get_template(TEMPLATE)
    return template.render(page=page, sections=SECTIONS, written=written, icon=ICON)


@cache
def _environment() -> Environment:
    return environment(date=lambda when: f"{when.astimezone(UTC):%Y-%m-%d %H:%M}")
