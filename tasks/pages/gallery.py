"""The gallery: HTML pages that show and play a run's samples from disk, with no network."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
from jinja2 import Environment

from nocturne.schemas.instruments import INSTRUMENTS
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import MAX_AUDIO_SECONDS, SampleRun
from nocturne.tasks.pages.charts.piano_roll import AXES_LEFT, AXES_WIDTH
from nocturne.tasks.pages.charts.roll_axes import TimeAxis, flat_axis, pitch_name, whole_axis
from nocturne.tasks.pages.environment import environment
from nocturne.tasks.pages.links import ICON, PageLink
from nocturne.tasks.storage.layout import INDEX_PAGE

SAMPLES_PER_PAGE = 120
TEMPLATE = "gallery.html.j2"


def pages(
    run: SampleRun,
    card: ModelCard,
    manifest: pa.Table,
    caution: str = "",
    links: Sequence[PageLink] = (),
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, HTML) of every page, index.html last.

    `manifest` is a SampleManifest sorted by index; pages link to its files by relative name.
    `caution` is a warning that stands before the music; `links` lead to other pages.
    """
    template = _environment().get_template(TEMPLATE)
    count = max(1, -(-manifest.num_rows // SAMPLES_PER_PAGE))
    for page in reversed(range(1, count + 1)):
        rows = manifest.slice((page - 1) * SAMPLES_PER_PAGE, SAMPLES_PER_PAGE).to_pylist()
        html = template.render(
            run=run,
            card=card,
            config=run.config,
            rows=rows,
            total=manifest.num_rows,
            page=page,
            pages=count,
            axes_left=AXES_LEFT,
            axes_width=AXES_WIDTH,
            links=links,
            caution=caution,
            icon=ICON,
            audio_limit=MAX_AUDIO_SECONDS,
        )
        yield page_name(page), html.encode()


def page_name(page: int) -> str:
    """Return the file name of a page, counted from 1."""
    return INDEX_PAGE if page == 1 else f"page-{page}.html"


def page_names(samples: int) -> list[str]:
    """Return the file names of all pages that so many samples take."""
    return [page_name(page) for page in range(1, max(1, -(-samples // SAMPLES_PER_PAGE)) + 1)]


def clock(seconds: float) -> str:
    """Return a length of time as minutes:seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def instrument_name(program: int) -> str:
    """Return the General MIDI name of a program, 0-127."""
    return INSTRUMENTS[program]


def counted_notes(row: dict[str, Any]) -> str:
    """Return the number of notes of a manifest row, in words."""
    return f"{row['notes']:,} note" + ("" if row["notes"] == 1 else "s")


def described(row: dict[str, Any]) -> str:
    """Say in words what the picture of a manifest row shows."""
    low, high = pitch_name(row["lowest_pitch"]), pitch_name(row["highest_pitch"])
    text = (
        f"Piano roll of piece {row['index']}: {counted_notes(row)} over {row['beats']:.0f} beats, "
        f"{row['distinct_pitches']} different pitches from {low} to {high}"
    )
    breaks = [f"{begin:.0f} to {end:.0f}" for begin, end in _axis(row).breaks]
    return f"{text}; beats {', '.join(breaks)} are shortened" if breaks else text


def picture_note(row: dict[str, Any]) -> str:
    """Say what the picture of a manifest row leaves out; empty if it shows the whole piece."""
    end, beats = _axis(row).end, row["beats"]
    return f"The picture shows the first {end:.0f} of {beats:.0f} beats." if end < beats else ""


def time_points(row: dict[str, Any]) -> str:
    """Return JSON of [seconds, share of the picture's time axis]; straight lines lie between."""
    axis, seconds_per_beat = _axis(row), row["seconds"] / row["beats"]
    points = [
        [round(beat * seconds_per_beat, 4), round(place / axis.width, 6)]
        for beat, place in axis.points
    ]
    return json.dumps(points)


def _axis(row: dict[str, Any]) -> TimeAxis:
    """Return the time axis of a row's picture; an earlier version's had no breaks."""
    stretches = row["picture_beats"]
    return flat_axis(stretches) if stretches else whole_axis(row["beats"])


@cache
def _environment() -> Environment:
    return environment(
        clock=clock,
        counted_notes=counted_notes,
        described=described,
        instrument_name=instrument_name,
        page_name=page_name,
        picture_note=picture_note,
        pitch_name=pitch_name,
        time_points=time_points,
    )
