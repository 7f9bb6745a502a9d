"""The data-quality report of a corpus: a page that opens from disk, and Markdown for Prefect."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa

from nocturne.schemas.manifest import NoteDataset
from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.markdown import as_text
from nocturne.tasks.pages.page_links import links_of_quality
from nocturne.tasks.pages.quality.charts import KINDS, pitch_charts, quality_chart
from nocturne.tasks.pages.quality.contents import (
    CountRow,
    by_distribution,
    facts,
    instruments,
    opening,
    outcomes,
    reasons,
    tiles,
    visible_labels,
)
from nocturne.tasks.storage.file_names import visible

TEMPLATE = "quality_page.html.j2"
MOST_SKIPPED = 24  # in Markdown


def quality_page(
    corpus: str, dataset: NoteDataset, quality: pa.Table, made: datetime | None = None
) -> str:
    """Return the whole page as HTML; `quality` is the table of quality_table.

    `made` is the time that the page names, now by default.
    """
    distributions = by_distribution(quality)
    charts = [quality_chart(name, distributions.get(name, [])) for name in KINDS]
    return render(
        TEMPLATE,
        links=links_of_quality(),
        corpus=visible(corpus),
        opening=opening(dataset),
        tiles=tiles(dataset, distributions),
        outcomes=outcomes(dataset),
        reasons=reasons(distributions),
        charts=[chart for chart in charts if chart],
        pitches=pitch_charts(distributions.get("pitch", [])),
        instruments=instruments(distributions.get("program", [])),
        skipped=visible_labels(distributions, "skipped"),
        skipped_files=dataset.skipped,
        facts=facts(dataset, made or datetime.now(UTC)),
    )


def quality_markdown(corpus: str, dataset: NoteDataset, quality: pa.Table, page: str) -> str:
    """Return the figures and reasons as Markdown; `page` is the path of the HTML page."""
    distributions = by_distribution(quality)
    figures = [(tile.label, tile.value) for tile in tiles(dataset, distributions)]
    sections = [
        _table(("The corpus", "How many"), figures),
        _table(("What became of the files", "Files"), _counts(outcomes(dataset))),
        _table(("Why files were not used", "Files"), _counts(reasons(distributions))),
        _table(("Where the corpus comes from", ""), facts(dataset)),
    ]
    skipped = visible_labels(distributions, "skipped")[:MOST_SKIPPED]
    lines = [f"- could not be read: {as_text(name)}" for name in skipped]
    page = page.replace("`", "'")
    title = f"# Data quality of {as_text(visible(corpus))}"
    parts = [
        title,
        *(part for part in sections if part),
        "\n".join(lines),
        f"Page with charts: `{page}`",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _counts(rows: Sequence[CountRow]) -> list[tuple[str, str]]:
    return [(row.words, f"{row.count:,}") for row in rows]


def _table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = [f"| {as_text(what)} | {as_text(value)} |" for what, value in rows]
    return "\n".join([f"| {head[0]} | {head[1]} |", "|---|---|", *lines])
