"""The scoreboard of a corpus as Markdown, which Prefect's UI shows."""

from collections.abc import Sequence

from nocturne.tasks.pages.charts.charts import Chart
from nocturne.tasks.pages.charts.picture import charts_picture
from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.markdown import data_uri
from nocturne.tasks.pages.scoreboard.board import Board, boards
from nocturne.tasks.pages.scoreboard.sections import nights_section, samples_sections
from nocturne.tasks.pages.scoreboard.tables import Places, sample_titles
from nocturne.tasks.storage.root import Root

TEMPLATE = "scoreboard.md.j2"
MOST_ROWS = 30  # of each table; the page of the models has them all
MOST_PICTURE_BYTES = 500_000  # the Prefect API refuses bodies that are much larger


def scoreboard_markdown(root: Root, corpus: str) -> str:
    """Return the nights of a corpus, one part for each category scheme; "" without nights."""
    return "\n".join(board_markdown(board) for board in boards(root, corpus)[0])


def board_markdown(board: Board) -> str:
    """Return one board: figures, charts as a picture, and the last rows of each table."""
    section = nights_section(board, Places())
    samples = samples_sections([board], Places())
    charts = [*section.charts, *(chart for one in samples for chart in one.charts)]
    return render(
        TEMPLATE,
        section=section,
        picture=_picture(charts),
        rows=MOST_ROWS,
        samples=[row for one in samples for row in one.rows],
        titles=sample_titles(),
    )


def _picture(charts: Sequence[Chart]) -> str:
    """Return the charts as one data URI; "" without charts, or if it would be too large."""
    if not charts:
        return ""
    uri = data_uri(charts_picture(charts), "image/svg+xml")
    return uri if len(uri) <= MOST_PICTURE_BYTES else ""
