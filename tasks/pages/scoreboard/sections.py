"""The parts of the index pages that show nights: one section for each corpus and scheme."""

from collections.abc import Iterable
from dataclasses import dataclass

from nocturne.tasks.pages.charts.charts import Chart
from nocturne.tasks.pages.model_report.drift import drift_rows
from nocturne.tasks.pages.scoreboard.bits import bits_chart
from nocturne.tasks.pages.scoreboard.board import Board
from nocturne.tasks.pages.scoreboard.figures import drift_chart, sample_charts
from nocturne.tasks.pages.scoreboard.tables import (
    ChangeRow,
    NightRow,
    Places,
    SampleRow,
    change_rows,
    night_rows,
    sample_rows,
)
from nocturne.tasks.pages.scoreboard.words import summary, tiles
from nocturne.tasks.pages.tile import Tile

NIGHTS_SHOWN, CHANGES_SHOWN = 10, 6  # the rest is folded away


@dataclass(frozen=True)
class NightsSection:
    """The nights of one corpus and scheme on the page of the models."""

    title: str
    summary: str
    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    moved: str  # about the drift of the last night; "" within the bound
    drift: tuple[tuple[str, str], ...]
    changes: tuple[ChangeRow, ...]
    nights: tuple[NightRow, ...]


@dataclass(frozen=True)
class SamplesSection:
    """The samples of the nights of one corpus and scheme on the page of the runs."""

    title: str
    charts: tuple[Chart, ...]
    rows: tuple[SampleRow, ...]


def nights_section(board: Board, places: Places) -> NightsSection:
    """Return everything that a page shows of the nights."""
    charts, last = (bits_chart(board), drift_chart(board)), board.nights[-1]
    moved = ""
    if last.drift and last.drift.has_moved:
        moved = (
            f"The corpus of the last night has moved beyond the bound: {last.drift.overall:.3f} "
            f"bits in {last.drift.widest}, bound {last.drift.bound:.3f}."
        )
    return NightsSection(
        title=board.title,
        summary=summary(board),
        tiles=tiles(board),
        charts=tuple(chart for chart in charts if chart),
        moved=moved,
        drift=drift_rows(last.drift),
        changes=change_rows(board.changes, places),
        nights=night_rows(board.nights, places),
    )


def samples_sections(boards: Iterable[Board], places: Places) -> tuple[SamplesSection, ...]:
    """Return the samples of every board that has figures of some."""
    sections = (
        SamplesSection(board.title, sample_charts(board), sample_rows(board.nights, places))
        for board in boards
    )
    return tuple(section for section in sections if section.rows)
