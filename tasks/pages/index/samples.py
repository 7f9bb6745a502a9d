"""The index page of the generation runs: samples/index.html."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.errors import NocturneError, StoreUnavailableError
from nocturne.tasks.pages.formatting import counted, duration
from nocturne.tasks.pages.index.page import MOST_ROWS, READERS, Cell, Column, IndexPage, Row, newest
from nocturne.tasks.pages.scoreboard.board import Boards, boards
from nocturne.tasks.pages.scoreboard.places import find_places
from nocturne.tasks.pages.scoreboard.sections import samples_sections
from nocturne.tasks.storage.layout import (
    INDEX_PAGE,
    MANIFEST_FILE,
    REPORT_PAGE,
    SAMPLES,
    model_path,
    run_path,
)
from nocturne.tasks.storage.root import Root

COLUMNS = (Column("Run"), Column("Model"), Column("Pieces", True), Column("Total length", True))


@dataclass(frozen=True)
class Music:
    """The music of one run."""

    model_id: str
    pieces: int
    seconds: float


def samples_index(root: Root, found: Boards | None = None) -> IndexPage:
    """Return the page of every run that has a gallery, newest first, below the nights' samples.

    `found` is what `boards` returns, if it is known already.
    """
    runs = newest(root, SAMPLES, INDEX_PAGE)
    listed = runs[:MOST_ROWS]
    with ThreadPoolExecutor(READERS) as pool:
        music = list(pool.map(partial(_music, root), [run_id for run_id, _ in listed]))
    readable = [each for each in music if each]
    places = find_places(root, [run_id for run_id, _ in runs])
    rows = (_row(*run, each, places.reports) for run, each in zip(listed, music, strict=True))
    pieces = sum(each.pieces for each in readable)
    seconds = sum(each.seconds for each in readable)
    return IndexPage(
        section=SAMPLES,
        lead=f"{counted(len(listed), 'run')} with {counted(pieces, 'piece')}, "
        f"{duration(seconds)} of music.",
        columns=COLUMNS,
        rows=tuple(rows),
        nothing_yet="No samples yet: nocturne generate makes some.",
        left_out=len(runs) - len(listed),
        list_title="All runs",
        samples=samples_sections((found or boards(root))[0], places),
    )


def _music(root: Root, run_id: str) -> Music | None:
    """Return the music of a run; None if its manifest cannot be read."""
    try:
        manifest = root.read_table(run_path(run_id, MANIFEST_FILE), ["model_id", "seconds"])
        seconds = float(pc.sum(manifest["seconds"]).as_py())
        return Music(str(manifest["model_id"][0]), manifest.num_rows, seconds)
    except StoreUnavailableError:  # a fault of the store, not of the file
        raise
    except (NocturneError, OSError, pa.ArrowException, LookupError, TypeError):
        return None


def _row(run_id: str, published: datetime, music: Music | None, reports: frozenset[str]) -> Row:
    link = f"{quote(run_id)}/{INDEX_PAGE}"
    if music is None:
        return Row(run_id, link, published, trouble="its manifest cannot be read")
    report = f"../{quote(model_path(music.model_id, REPORT_PAGE))}"
    cells = (
        Cell(music.model_id, report if music.model_id in reports else ""),
        Cell(f"{music.pieces:,}"),
        Cell(duration(music.seconds)),
    )
    return Row(run_id, link, published, cells)
