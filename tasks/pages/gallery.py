"""The gallery: HTML pages that show and play a run's samples from disk, with no network."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import MAX_AUDIO_SECONDS, SampleRun
from nocturne.tasks.pages.charts.piano_roll import AXES_LEFT
from nocturne.tasks.pages.environment import render
from nocturne.tasks.pages.formatting import counted, pitch_name
from nocturne.tasks.pages.page_links import PageLink
from nocturne.tasks.pages.player import pieces
from nocturne.tasks.pages.player.excerpts import HeldOut
from nocturne.tasks.pages.player.scripts import scripts
from nocturne.tasks.pages.sampling_settings import settings_of_piece, settings_of_run
from nocturne.tasks.storage.layout import INDEX_PAGE

SAMPLES_PER_PAGE = 1000
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
    held_out: Sequence[HeldOut] = (),
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, HTML) of every page, index.html last.

    `manifest` is a SampleManifest sorted by index; pages link to its files by relative name.
    `notes` returns the notes of samples from (first index, count): row["page_notes"], as in
    player/notes.py, None for an unknown piece. Pieces whose notes are known are drawn and played by
    the page; the others show their picture and play their audio file. `caution` is a warning above
    the music, "" for none; `links` lead to other pages; `held_out` are the real pieces of the
    listening test.
    """
    count = _page_count(manifest.num_rows)
    for page in reversed(range(1, count + 1)):
        rows = manifest.slice((page - 1) * SAMPLES_PER_PAGE, SAMPLES_PER_PAGE).to_pylist()
        for row, page_notes in zip(rows, notes(rows[0]["index"], len(rows)), strict=True):
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
            data=pieces.page_data(run, rows, held_out),
            scripts=scripts(),
            axes_left=AXES_LEFT,
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
    breaks = [f"{begin:.0f} to {end:.0f}" for begin, end in pieces.axis_of(row).breaks]
    return f"{text}; beats {', '.join(breaks)} are shortened" if breaks else text


def picture_note(row: dict[str, Any]) -> str:
    """Return what the picture of a manifest row leaves out; "" if it shows the whole piece."""
    end, beats = pieces.axis_of(row).end, row["beats"]
    return f"The picture shows the first {end:.0f} of {beats:.0f} beats." if end < beats else ""


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says of a manifest row beside the row's own values."""
    return {
        "picture_text": picture_text(row),
        "picture_note": picture_note(row),
        "length": pieces.length_of(row),
        "page_notes": row.get("page_notes"),
        "can_play": bool(row["audio"] or row.get("page_notes")),
        "settings": settings_of_piece(row),
    }


def _page_count(samples: int) -> int:
    return max(1, -(-samples // SAMPLES_PER_PAGE))
