"""Data quality of an ingested corpus, as counts: outcomes of the files, and kinds of songs.

statistics/<corpus>/quality.parquet has one row for each bar of each distribution.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nocturne.schemas.reasons import Outcome
from nocturne.tasks.corpus.notes.read_notes import families_of, shard_names, shard_table
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.storage.layout import (
    FILES,
    NOTES,
)
from nocturne.tasks.storage.root import Root

QUALITY_SCHEMA = pa.schema(
    [
        pa.field("distribution", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("low", pa.float64()),  # of the bin, inclusive; null for a plain category
        pa.field("high", pa.float64()),  # exclusive, but for the last bin of a distribution
        pa.field("count", pa.int64(), nullable=False),
    ]
)
BINS = 24
LENGTH_STEPS_SECONDS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 3600)
EXAMPLES = 5  # names of files for each reason
DOUBLINGS = np.array([2.0**power for power in range(19)])  # bins of numbers of notes and sizes
TEMPO_BINS = np.array([0.0, *np.arange(40, 261, 10), 10_000_000])  # quarters a minute
Row = dict[str, str | float | int | None]


def quality_table(root: Root, corpus: str) -> pa.Table:
    """Count a published corpus; see QUALITY_SCHEMA for the columns.

    The first files that could not be read from the source have a row each.
    """
    names = shard_names(root, corpus)
    files = pa.concat_tables([shard_table(root, corpus, FILES, name) for name in names])
    accepted = files.filter(pc.equal(files["outcome"], Outcome.ACCEPTED))
    families, _ = families_of(root, corpus)
    sizes = np.array(list(Counter(families.values()).values()), float)
    notes = accepted["notes"].to_numpy().astype(float)
    skipped = load_raw(root, corpus).skipped_files
    rows = [
        *_categories("outcome", files["outcome"].to_pylist()),
        *_categories("reason", [r for r in files["reason"].to_pylist() if r]),
        *_examples(files),
        *_bins("notes per song", notes, DOUBLINGS),
        *_total("seconds of music", accepted["seconds"]),
        *_bins("seconds per song", accepted["seconds"].to_numpy(), _lengths(accepted["seconds"])),
        *_bins("tempo", accepted["tempo"].to_numpy(), TEMPO_BINS),
        *_categories("program", accepted["program"].to_pylist()),
        *pitch_rows(pitch_counts(root, corpus).tolist()),
        *_bins("songs per family", sizes, DOUBLINGS),
        *_categories("skipped", [f"{s.path}: {s.reason}" for s in skipped]),
    ]
    return pa.Table.from_pylist(rows, QUALITY_SCHEMA)


def pitch_counts(root: Root, corpus: str) -> NDArray[np.int64]:
    """Return how many notes there are of each pitch, int64 [128], a shard at a time."""
    counts = np.zeros(128, np.int64)
    for name in shard_names(root, corpus):
        pitch = shard_table(root, corpus, NOTES, name, ["pitch"])["pitch"].to_numpy()
        counts += np.bincount(pitch, minlength=128)
    return counts


def _lengths(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return even bins of whole seconds up to the 99th percentile, and one above it."""
    values = column.to_numpy()
    top = float(np.percentile(values, 99)) if len(values) else 1.0
    fitting = (step for step in LENGTH_STEPS_SECONDS if step * BINS >= top)
    step = next(fitting, float(np.ceil(top / BINS)))
    return np.append(np.arange(0, np.ceil(top / step) + 1) * step, np.inf)


def _total(name: str, column: pa.ChunkedArray) -> list[Row]:
    """Return the rounded sum of a column, as a distribution of one bar."""
    total = round(pc.sum(column).as_py() or 0)
    return [{"distribution": name, "label": "all songs", "count": total}]


def _examples(files: pa.Table) -> list[Row]:
    """Return the first files of every reason: distribution `example of <reason>`."""
    rows: list[Row] = []
    for reason in pc.unique(files["reason"].drop_null()).to_pylist():
        paths = files.filter(pc.equal(files["reason"], reason))["path"].slice(0, EXAMPLES)
        rows += [
            {"distribution": f"example of {reason}", "label": path, "count": 1}
            for path in paths.to_pylist()
        ]
    return rows


def _categories(name: str, values: list[str] | list[int]) -> list[Row]:
    return [
        {"distribution": name, "label": str(label), "count": count}
        for label, count in sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    ]


def pitch_rows(counts: Sequence[int]) -> list[Row]:
    """Return the distribution of pitches from the number of notes of each, [128]."""
    return [
        {"distribution": "pitch", "label": str(value), "low": value, "high": value + 1, "count": n}
        for value, n in enumerate(counts)
    ]


def _bins(name: str, values: NDArray[np.float64], edges: NDArray[np.float64]) -> list[Row]:
    counts, _ = np.histogram(values, edges)
    return [
        {"distribution": name, "label": f"{low:.4g}", "low": low, "high": high, "count": n}
        for low, high, n in zip(edges[:-1], edges[1:], counts.tolist(), strict=True)
    ]
