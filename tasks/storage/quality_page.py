"""The data-quality report of a corpus: a page that opens from disk, and Markdown for Prefect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.manifest import NoteDataset
from schemas.reason_sentences import reason_sentence
from tasks.model.report_facts import UNSTATED, counted
from tasks.model.report_markdown import as_text
from tasks.model.report_words import Tile
from tasks.music.gallery import instrument_name
from tasks.storage.file_names import visible
from tasks.storage.page_links import ICON, links_of_quality
from tasks.storage.quality_charts import KINDS, pitch_charts, quality_chart

TEMPLATE = "quality_page.html.j2"
MOST_INSTRUMENTS = 24
MOST_SKIPPED = 24  # in Markdown

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class CountRow:
    """One line of a table of counts: `share` is of the table's whole, `examples` are files."""

    words: str
    count: int
    share: float
    examples: tuple[str, ...] = ()


def quality_page(
    corpus: str, dataset: NoteDataset, quality: pa.Table, made: datetime | None = None
) -> str:
    """Return the whole page as HTML; `quality` as quality_table gives it.

    `made` is when, now by default.
    """
    distributions = _distributions(quality)
    charts = [quality_chart(name, distributions.get(name, [])) for name in KINDS]
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            icon=ICON,
            links=links_of_quality(),
            corpus=visible(corpus),
            opening=_opening(dataset),
            tiles=_tiles(dataset, distributions),
            outcomes=_outcomes(dataset),
            reasons=_reasons(distributions),
            charts=[chart for chart in charts if chart],
            pitches=pitch_charts(distributions.get("pitch", [])),
            instruments=_instruments(distributions.get("program", [])),
            skipped=_labels(distributions, "skipped"),
            skipped_files=dataset.skipped,
            facts=_facts(dataset, made or datetime.now(UTC)),
        )
    )


def quality_markdown(corpus: str, dataset: NoteDataset, quality: pa.Table, page: str) -> str:
    """Return the figures and reasons as Markdown, with where the page is."""
    distributions = _distributions(quality)
    figures = [(tile.label, tile.value) for tile in _tiles(dataset, distributions)]
    sections = [
        _table(("The corpus", "How many"), figures),
        _table(("What came of the files", "Files"), _counts(_outcomes(dataset))),
        _table(("Why files were not used", "Files"), _counts(_reasons(distributions))),
        _table(("Where the corpus comes from", ""), _facts(dataset)),
    ]
    skipped = _labels(distributions, "skipped")[:MOST_SKIPPED]
    lines = [f"- could not be read: {as_text(name)}" for name in skipped]
    page = page.replace("`", "'")
    title = f"# Data quality of {as_text(visible(corpus))}"
    parts = [title, *(part for part in sections if part), "\n".join(lines), f"Pictures: `{page}`"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _counts(rows: Sequence[CountRow]) -> list[tuple[str, str]]:
    return [(row.words, f"{row.count:,}") for row in rows]


def _table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = [f"| {as_text(what)} | {as_text(value)} |" for what, value in rows]
    return "\n".join([f"| {head[0]} | {head[1]} |", "|---|---|", *lines])


def _distributions(quality: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every distribution, by its name."""
    names = pc.unique(quality["distribution"]).to_pylist()
    return {
        name: quality.filter(pc.equal(quality["distribution"], name)).to_pylist() for name in names
    }


def _opening(dataset: NoteDataset) -> str:
    source = f" of {visible(dataset.source)}" if dataset.source else ""
    return (
        f"What came of the {counted(dataset.counts.inputs, 'file')}{source}, and what the songs "
        "are that a model learns from."
    )


def _tiles(dataset: NoteDataset, distributions: Mapping[str, Rows]) -> tuple[Tile, ...]:
    """Return the five figures that a reader looks for first."""
    counts = dataset.counts
    seconds = sum(row["count"] for row in distributions.get("seconds of music", []))
    length, unit = (seconds / 3600, "hours") if seconds >= 3600 else (seconds / 60, "minutes")
    return (
        Tile("Files in", f"{counts.inputs:,}", "read from the source"),
        Tile("Songs kept", f"{counts.accepted:,}", _share(counts.accepted, counts.inputs)),
        Tile("Notes", f"{dataset.notes:,}", "of one instrument of each song"),
        Tile("Music", f"{length:,.1f} {unit}", "songs kept, from begin to end"),
        Tile("Different songs", f"{dataset.families:,}", "near duplicates counted as one"),
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of the files" if whole else "of no files"


def _outcomes(dataset: NoteDataset) -> list[CountRow]:
    """Return every outcome and its share of the files in."""
    counts = dataset.counts
    named = {
        "Kept as songs": counts.accepted,
        "Duplicates of files that were kept": counts.duplicate,
        "Not usable": counts.quarantined,
    }
    return [CountRow(words, n, n / max(1, counts.inputs)) for words, n in named.items()]


def _reasons(distributions: Mapping[str, Rows]) -> list[CountRow]:
    """Return every reason that occurred, in words, with its first files."""
    rows = distributions.get("reason", [])
    total = max(1, sum(row["count"] for row in rows))
    return [
        CountRow(
            reason_sentence(row["label"]),
            row["count"],
            row["count"] / total,
            _labels(distributions, f"example of {row['label']}"),
        )
        for row in rows
    ]


def _labels(distributions: Mapping[str, Rows], name: str) -> tuple[str, ...]:
    return tuple(visible(row["label"]) for row in distributions.get(name, []))


def _instruments(rows: Rows) -> list[CountRow]:
    """Return the most frequent instruments by name, and the others as one."""
    total = max(1, sum(row["count"] for row in rows))
    shown = [
        CountRow(instrument_name(int(row["label"])), row["count"], row["count"] / total)
        for row in rows[:MOST_INSTRUMENTS]
    ]
    others = rows[MOST_INSTRUMENTS:]
    if others:
        songs = sum(row["count"] for row in others)
        shown.append(CountRow(counted(len(others), "other instrument"), songs, songs / total))
    return shown


def _facts(dataset: NoteDataset, made: datetime | None = None) -> list[tuple[str, str]]:
    """Return where the corpus comes from; rows of which nothing is known say so."""
    when = [("Made", f"{made.astimezone(UTC):%d %B %Y, %H:%M} UTC")] if made else []
    return [
        ("Source", visible(dataset.source) or UNSTATED),
        ("Licence", visible(dataset.licence) or UNSTATED),
        ("Attribution", visible(dataset.attribution) or UNSTATED),
        *when,
        ("Fingerprint of the notes", dataset.fingerprint),
        ("Code version", version("nocturne-midi")),
    ]


@cache
def _environment() -> Environment:
    here = Path(__file__).parent
    return Environment(
        loader=FileSystemLoader([here, here.parent / "model"]),  # the style and charts of reports
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
