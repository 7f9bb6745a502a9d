"""The data of a gallery page's script, as JSON in the page: its pieces and what they share."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nocturne.schemas.instruments import INSTRUMENTS
from nocturne.schemas.samples import SampleRun
from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music.midi.writer import microseconds_per_quarter
from nocturne.tasks.pages.charts.roll_axes import (
    TimeAxis,
    flat_axis,
    pitch_range,
    time_axis,
    whole_axis,
)
from nocturne.tasks.pages.player.excerpts import HeldOut
from nocturne.tasks.pages.player.figures import figures_of, value_of
from nocturne.tasks.pages.player.notes import from_page_notes

RING_SECONDS = 1.5  # for the last note to ring, as in the audio files
Row = Mapping[str, Any]


def page_data(run: SampleRun, rows: Sequence[Row], held_out: Sequence[HeldOut]) -> str:
    """Return what the script of a page of `rows` needs, as JSON that may stand in HTML."""
    figures = figures_of(rows)
    columns = [figure.column for figure in figures]
    data = {
        "run": run.run_id,
        "model": run.model_id,
        "tempo": rows[0]["tempo"],
        "instruments": INSTRUMENTS,
        "figures": [figure.title for figure in figures],
        "pieces": [_piece(row, columns) for row in rows],
        "real": [{"song": piece.song_id, "notes": piece.notes} for piece in held_out],
    }
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def axis_of(row: Row) -> TimeAxis:
    """Return the time axis of a row's roll; that of an earlier version's picture has no breaks."""
    if stretches := row["picture_beats"]:
        return flat_axis(stretches)
    text = row.get("page_notes")
    return time_axis(from_page_notes(text)) if text else whole_axis(row["beats"])


def length_of(row: Row) -> float:
    """Return for how many seconds a piece plays, its last note ringing out."""
    return float(row["audio_seconds"] or row["seconds"] + RING_SECONDS)


def time_points(row: Row, axis: TimeAxis) -> list[list[float]]:
    """Return [seconds, share of the time axis] of the axis's points; straight lines lie between."""
    seconds_per_beat = row["seconds"] / row["beats"]
    return [
        [round(beat * seconds_per_beat, 4), round(place / axis.width, 6)]
        for beat, place in axis.points
    ]


def _piece(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    text, axis = row.get("page_notes"), axis_of(row)
    microseconds = microseconds_per_quarter(row["tempo"])
    low, high = pitch_range(from_page_notes(text).pitch) if text else (0, 0)
    return {
        "index": row["index"],
        "file": row["file"],
        "program": row["program"],
        "microseconds": microseconds,
        "tick": microseconds / 1e6 / TICKS_PER_QUARTER,
        "length": round(length_of(row), 4),
        "points": time_points(row, axis),
        "low": low,
        "high": high,
        "notes": text,
        "figures": [value_of(row, column) for column in columns],
    }
