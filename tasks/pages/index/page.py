"""One index page of a storage root: a table of its runs, models or corpora, newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime

from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.page_links import SECTIONS, links_of_index
from nocturne.tasks.pages.scoreboard.sections import (
    CHANGES_SHOWN,
    NIGHTS_SHOWN,
    NightsSection,
    SamplesSection,
)
from nocturne.tasks.pages.scoreboard.tables import sample_titles
from nocturne.tasks.storage.root import Root

TEMPLATE = "index.html.j2"
MOST_ROWS = 1000
READERS = 8  # files read at once: an object store takes tens of milliseconds for each


@dataclass(frozen=True)
class Column:
    """One column of the table; numbers are aligned to the right."""

    name: str
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """The text of a cell; `link` is the relative address of a page, "" without one."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Row:
    """One run, model or corpus; `link` is the relative address of its page, "" without one.

    `mark` distinguishes the row (champion); `trouble` says which of its files cannot be read.
    """

    name: str
    link: str
    when: datetime
    cells: tuple[Cell, ...] = ()
    mark: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class IndexPage:
    """The contents of a page; `section` is a key of SECTIONS and the page's folder in the root.

    The first of `columns` holds the names of the rows, the others their cells; the date comes last.
    """

    section: str
    lead: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    nothing_yet: str
    left_out: int = 0  # older rows that are not shown
    list_title: str = ""  # above the table, if something stands before it
    nights: tuple[NightsSection, ...] = ()
    samples: tuple[SamplesSection, ...] = ()
    damages: tuple[str, ...] = ()  # of the records of nights
    nights_shown: int = NIGHTS_SHOWN
    changes_shown: int = CHANGES_SHOWN
    sample_titles: tuple[str, ...] = sample_titles()


def newest(root: Root, section: str, marker: str) -> list[tuple[str, datetime]]:
    """Return (name, time when its `marker` was written) of every folder that has a marker."""
    names = [name for name in root.folders(section) if not name.startswith(".")]
    times = root.modified([f"{section}/{name}/{marker}" for name in names])
    pairs = zip(names, times, strict=True)
    dated = [(name, datetime.fromtimestamp(time, UTC)) for name, time in pairs if time]
    return sorted(dated, key=lambda entry: (entry[1], entry[0]), reverse=True)


def page_html(page: IndexPage, written: datetime | None = None) -> str:
    """Return the page as HTML, which opens from disk and needs no network.

    `written` is the time that the page names, now by default.
    """
    return render(
        TEMPLATE,
        page=page,
        title=SECTIONS[page.section],
        links=links_of_index(page.section),
        written=written or datetime.now(UTC),
    )
