"""The contents of the data-quality report: its figures, its tables and its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.reason_sentences import reason_sentence
from nocturne.tasks.pages.formatting import UNSTATED, counted, instrument_name
from nocturne.tasks.pages.tile import Tile
from nocturne.tasks.storage.file_names import visible

MOST_INSTRUMENTS = 24

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class CountRow:
    """One row of a table of counts: `share` of the whole table, `examples` are file names."""

    words: str
    count: int
    share: float
    examples: tuple[str, ...] = ()


def by_distribution(quality: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every distribution, by its name."""
    names = pc.unique(quality["distribution"]).to_pylist()
    return {
        name: quality.filter(pc.equal(quality["distribution"], name)).to_pylist() for name in names
    }


def opening(dataset: NoteDataset) -> str:
    source = f" of {visible(dataset.source)}" if dataset.source else ""
    return (
        f"What became of the {counted(dataset.counts.inputs, 'file')}{source}, and what the songs "
        "that a model learns from are like."
    )


def tiles(dataset: NoteDataset, distributions: Mapping[str, Rows]) -> tuple[Tile, ...]:
    """Return the five figures that a reader looks for first."""
    counts = dataset.counts
    seconds = sum(row["count"] for row in distributions.get("seconds of music", []))
    length, unit = (seconds / 3600, "hours") if seconds >= 3600 else (seconds / 60, "minutes")
    return (
        Tile("Files read", f"{counts.inputs:,}", "from the source"),
        Tile("Songs kept", f"{counts.accepted:,}", _share(counts.accepted, counts.inputs)),
        Tile("Notes", f"{dataset.notes:,}", "of one instrument in each song"),
        Tile("Music", f"{length:,.1f} {unit}", "total length of the songs kept"),
        Tile("Different songs", f"{dataset.families:,}", "near duplicates counted as one"),
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of the files" if whole else "of no files"


def outcomes(dataset: NoteDataset) -> list[CountRow]:
    """Return every outcome of a file, with its share of all files read."""
    counts = dataset.counts
    named = {
        "Kept as songs": counts.accepted,
        "Duplicates of files that were kept": counts.duplicate,
        "Not usable": counts.quarantined,
    }
    return [CountRow(words, n, n / max(1, counts.inputs)) for words, n in named.items()]


def reasons(distributions: Mapping[str, Rows]) -> list[CountRow]:
    """Return every reason that occurred, as a sentence, with its first files."""
    rows = distributions.get("reason", [])
    total = max(1, sum(row["count"] for row in rows))
    return [
        CountRow(
            reason_sentence(row["label"]),
            row["count"],
            row["count"] / total,
            visible_labels(distributions, f"example of {row['label']}"),
        )
        for row in rows
    ]


def visible_labels(distributions: Mapping[str, Rows], name: str) -> tuple[str, ...]:
    return tuple(visible(row["label"]) for row in distributions.get(name, []))


def instruments(rows: Rows) -> list[CountRow]:
    """Return the most frequent instruments by name, and all others as one row."""
    total = max(1, sum(row["count"] for row in rows))
    instrument_rows = [
        CountRow(instrument_name(int(row["label"])), row["count"], row["count"] / total)
        for row in rows[:MOST_INSTRUMENTS]
    ]
    others = rows[MOST_INSTRUMENTS:]
    if others:
        songs = sum(row["count"] for row in others)
        instrument_rows.append(
            CountRow(counted(len(others), "other instrument"), songs, songs / total)
        )
    return instrument_rows


def facts(dataset: NoteDataset, made: datetime | None = None) -> list[tuple[str, str]]:
    """Return where the corpus comes from; a row of which nothing is known says "not stated"."""
    made_row = [("Made", f"{made.astimezone(UTC):%d %B %Y, %H:%M} UTC")] if made else []
    return [
        ("Source", visible(dataset.source) or UNSTATED),
        ("Licence", visible(dataset.licence) or UNSTATED),
        ("Attribution", visible(dataset.attribution) or UNSTATED),
        *made_row,
        ("Fingerprint of the notes", dataset.fingerprint),
        ("Code version", version("nocturne-midi")),
    ]
