"""The gallery: HTML pages that show and play a run's samples from disk, with no network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pretty_midi
import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.model_card import ModelCard
from schemas.samples import SampleRun
from tasks.music.audio import MAX_SECONDS
from tasks.music.piano_roll import AXES_LEFT, AXES_WIDTH, pitch_name, shown_beats

SAMPLES_PER_PAGE = 120
TEMPLATE = "gallery.html.j2"


def pages(
    run: SampleRun, card: ModelCard, manifest: pa.Table, caution: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, HTML) of every page, index.html last.

    Each begins with `caution`, if there is one. `manifest` is a SampleManifest sorted by index;
    pages link to its files by relative name.
    """
    template = _environment().get_template(TEMPLATE)
    count = max(1, -(-manifest.num_rows // SAMPLES_PER_PAGE))
    for page in reversed(range(1, count + 1)):
        rows = manifest.slice((page - 1) * SAMPLES_PER_PAGE, SAMPLES_PER_PAGE).to_pylist()
        html = template.render(
            run=run,
            card=card,
            caution=caution,
            config=run.config,
            rows=rows,
            total=manifest.num_rows,
            page=page,
            pages=count,
            axes_left=AXES_LEFT,
            axes_width=AXES_WIDTH,
            audio_limit=MAX_SECONDS,
        )
        yield page_name(page), html.encode()


def page_name(page: int) -> str:
    """Return the file name of a page, counted from 1."""
    return "index.html" if page == 1 else f"page-{page}.html"


def page_names(samples: int) -> list[str]:
    """Return the file names of all pages that so many samples take."""
    return [page_name(page) for page in range(1, max(1, -(-samples // SAMPLES_PER_PAGE)) + 1)]


def clock(seconds: float) -> str:
    """Return a length of time as minutes:seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def instrument_name(program: int) -> str:
    """Return the General MIDI name of a program, 0-127."""
    return str(pretty_midi.program_to_instrument_name(program))


def described(row: dict[str, Any]) -> str:
    """Say in words what the picture of a manifest row shows."""
    low, high = pitch_name(row["lowest_pitch"]), pitch_name(row["highest_pitch"])
    return (
        f"Piano roll of piece {row['index']}: {row['notes']} notes over {row['beats']:.0f} beats, "
        f"{row['distinct_pitches']} different pitches from {low} to {high}"
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=clock,
        described=described,
        instrument_name=instrument_name,
        page_name=page_name,
        pitch_name=pitch_name,
        shown_beats=shown_beats,
    )
    return environment
