"""Charts as one picture, for Markdown, which shows no inline SVG.

The picture is dark on purpose, as the piano rolls are: it looks the same in any page.
"""

from collections.abc import Sequence
from typing import NamedTuple

from nocturne.tasks.pages.charts.charts import HEIGHT, WIDTH, Chart
from nocturne.tasks.pages.environment import render

TEMPLATE = "charts_picture.svg.j2"
MOST_COLUMNS = 2  # more would be too small to read in Prefect's UI
TITLE_HEIGHT = 34
KEY_LINE_HEIGHT = 20
MARGIN = 14  # left and right of each chart, and below each row


class Place(NamedTuple):
    """A chart and the left upper corner of its title."""

    x: int
    y: int
    chart: Chart


def charts_picture(charts: Sequence[Chart]) -> bytes:
    """Return an SVG file of `charts`, in rows from left to right; ValueError if there are none."""
    columns = min(MOST_COLUMNS, len(charts))
    row_height = TITLE_HEIGHT + HEIGHT + max(len(c.key) for c in charts) * KEY_LINE_HEIGHT + MARGIN
    places = [
        Place(MARGIN + i % columns * (WIDTH + MARGIN), i // columns * row_height, chart)
        for i, chart in enumerate(charts)
    ]
    svg = render(
        TEMPLATE,
        places=places,
        width=MARGIN + columns * (WIDTH + MARGIN),
        height=-(-len(charts) // columns) * row_height,
        title_height=TITLE_HEIGHT,
        key_line_height=KEY_LINE_HEIGHT,
    )
    return svg.encode()
