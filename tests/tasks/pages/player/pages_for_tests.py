"""Gallery pages that carry the notes of made-up pieces."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.pages.gallery import pages
from nocturne.tasks.pages.player.excerpts import HeldOut
from nocturne.tasks.pages.player.notes import to_page_notes
from nocturne.tasks.samples.identity import plan_run
from tests.tasks.samples.runs_for_tests import card_of, wander

PROGRAM = 73  # a flute, as in the card


def run_of(samples: int) -> SampleRun:
    return plan_run(GenerateConfig(samples=samples, audio=False, seed=41), card_of())


def row_of(run: SampleRun, index: int, notes: Notes) -> dict[str, Any]:
    """A manifest row of a piece without picture and audio, with the columns that pages read."""
    beats = float(notes.offset_beats.max())
    return {
        **run.config.model_dump(include={"temperature", "top_p", "random_input", "tempo", "seed"}),
        "run_id": run.run_id,
        "model_id": run.model_id,
        "program": PROGRAM,
        "index": index,
        "file": f"{index:05d}.mid",
        "picture": None,
        "picture_beats": None,
        "audio": None,
        "audio_seconds": None,
        "audio_renderer": None,
        "notes": len(notes),
        "beats": beats,
        "seconds": beats / 2,
        "lowest_pitch": int(notes.pitch.min()),
        "highest_pitch": int(notes.pitch.max()),
        "distinct_pitches": len(set(notes.pitch.tolist())),
        "midi_sha256": "0" * 64,
        "page_notes": to_page_notes(notes),
    }


def write_pages(folder: Path, pieces: list[Notes], real: int = 0) -> Path:
    """Write the pages of `pieces`, with `real` held-out pieces; return index.html."""
    run = run_of(len(pieces))
    rows = [row_of(run, index, notes) for index, notes in enumerate(pieces)]
    texts = [to_page_notes(notes) for notes in pieces]
    held_out = [HeldOut(f"{i:032x}", to_page_notes(wander(1000 + i))) for i in range(real)]
    manifest = pa.Table.from_pylist(rows)
    made = pages(
        run,
        card_of(),
        manifest,
        notes=lambda first, count: list(texts[first : first + count]),
        held_out=held_out,
    )
    for name, html in made:
        (folder / name).write_bytes(html)
    return folder / "index.html"
