"""The gallery: HTML pages that show and play a run's samples from disk, with no network."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import MAX_AUDIO_SECONDS, SampleRun
from nocturne.tasks.pages.charts.piano_roll import AXES_LEFT, AXES_WIDTH
from nocturne.tasks.pages.charts.roll_axes import TimeAxis, flat_axis, whole_axis
from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.formatting import counted, pitch_name
from nocturne.tasks.pages.page_links import PageLink
from nocturne.tasks.pages.sampling_settings import settings_of_piece, settings_of_run
from nocturne.tasks.storage.layout import INDEX_PAGE

SAMPLES_PER_PAGE = 120
TEMPLATE = "gallery.html.j2"
NotesOfRows = Callable[[int, int], list[str | None]]


def no_notes(_first: int, count: int) -> list[str | None]:
    """Return the notes of samples whose notes are not known."""
    return [None] * count


def pages(
    run: SampleRun,
    card: ModelCard,
    manifest: pa.Table,
    caution: str = "",
    links: Sequence[PageLink] = (),
    notes: NotesOfRows = no_notes,
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, HTML) of every page, index.html last.

    `manifest` is a SampleManifest sorted by index; pages link to its files by relative name.
    `notes` returns the notes of samples from (first index, count): row["page_notes"], JSON of
    [[onset, duration, pitch, velocity], ...] in ticks of 1/480 quarter, None for an unknown piece.
    `caution` is a warning above the music, "" for none; `links` lead to other pages.
    """
    count = _page_count(manifest.num_rows)
    for page in reversed(range(1, count + 1)):
        first = (page - 1) * SAMPLES_PER_PAGE
        rows = manifest.slice(first, SAMPLES_PER_PAGE).to_pylist()
        texts = notes(run.config.first_index + first, len(rows))
        for row, page_notes in zip(rows, texts, strict=True):
            row["page_notes"] = page_notes
        html = render(
            TEMPLATE,
            run=run,
            card=card,
            settings=settings_of_run(run),
            rows=[row | _texts(row) for row in rows],
            total=manifest.num_rows,
            page=page,
            pages=count,
            page_name=page_name,
            axes_left=AXES_LEFT,
            axes_width=AXES_WIDTH,
            links=links,
            caution=caution,
            audio_limit=MAX_AUDIO_SECONDS,
        )
        yield page_name(page), html.encode()


def page_name(page: int) -> str:
    """Return the file name of a page, counted from 1."""
    return INDEX_PAGE if page == 1 else f"page-{page}.html"


def page_names(samples: int) -> list[str]:
    """Return the file names of all pages of a run of `samples` samples."""
    return [page_name(page) for page in range(1, _page_count(samples) + 1)]


def picture_text(row: dict[str, Any]) -> str:
    """Return what the picture of a manifest row shows, in words."""
    low, high = pitch_name(row["lowest_pitch"]), pitch_name(row["highest_pitch"])
    notes = counted(row["notes"], "note")
    pitches = counted(row["distinct_pitches"], "different pitch", "different pitches")
    text = (
        f"Piano roll of piece {row['index']}: {notes} over {row['beats']:.0f} beats, "
        f"{pitches} from {low} to {high}"
    )
    breaks = [f"{begin:.0f} to {end:.0f}" for begin, end in _axis(row).breaks]
    return f"{text}; beats {', '.join(breaks)} are shortened" if breaks else text


def picture_note(row: dict[str, Any]) -> str:
    """Return what the picture of a manifest row leaves out; "" if it shows the whole piece."""
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


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says of a manifest row beside the row's own values."""
    return {
        "picture_text": picture_text(row),
        "picture_note": picture_note(row),
        "time_points": time_points(row),
        "settings": settings_of_piece(row),
    }


def _page_count(samples: int) -> int:
    return max(1, -(-samples // SAMPLES_PER_PAGE))


def _axis(row: dict[str, Any]) -> TimeAxis:
    """Return the time axis of a row's picture; an earlier version's had no breaks."""
    stretches = row["picture_beats"]
    return flat_axis(stretches) if stretches else whole_axis(row["beats"])
