"""One generated piece: its MIDI file, picture and audio, and its row in the manifest."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from nocturne.schemas.samples import SampleRun
from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music.midi.writer import TickNotes, microseconds_per_quarter, to_midi, to_ticks
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.pages.charts.piano_roll import draw, is_current
from nocturne.tasks.pages.charts.roll_axes import time_axis
from nocturne.tasks.samples.audio import Rendering, earlier_rendering, render
from nocturne.tasks.storage.layout import piece_file

ExistingFile = Callable[[str], bytes | None]  # a file's name -> what an earlier try left of it
Row = dict[str, Any]
SUFFIXES = ("mid", "png", "ogg")


def nothing_kept(name: str) -> None:
    """A Kept that knows no earlier file."""


def make_files(
    run: SampleRun, index: int, notes: Notes, kept: ExistingFile = nothing_kept
) -> tuple[dict[str, bytes], Row]:
    """Return the files of sample `index` that are still to be written, and its manifest row.

    `notes` has at least one note. Files that `kept` returns are not made again, except a MIDI
    file with other content, a picture that was cut and audio that is cut or of a poorer renderer.
    """
    midi_name, picture_name, audio_name = (piece_file(index, kind) for kind in SUFFIXES)
    config = run.config
    name = f"Nocturne no. {index}, seed {config.seed}, {run.model_id}"
    midi = to_midi(notes, tempo=config.tempo, program=run.program, name=name)
    files = {} if kept(midi_name) == midi else {midi_name: midi}
    picture = kept(picture_name) or b""
    if not is_current(picture):
        picture = files[picture_name] = draw(notes)
    rendering = None
    if config.audio:
        rendering = earlier_rendering(kept(audio_name) or b"", notes, config.tempo)
        if rendering is None:
            rendering = render(notes, tempo=config.tempo, program=run.program)
            files[audio_name] = rendering.ogg
    row = _request(run) | _content(to_ticks(notes), config.tempo) | _audio(audio_name, rendering)
    row |= {"index": index, "file": midi_name, "picture": picture_name}
    row |= {"picture_bytes": len(picture), "picture_beats": time_axis(notes).flat()}
    row |= {"midi_bytes": len(midi), "midi_sha256": hashlib.sha256(midi).hexdigest()}
    return files, row


def _request(run: SampleRun) -> Row:
    """Return what all samples of the run share."""
    config = run.config
    return {
        "run_id": run.run_id,
        "seed": config.seed,
        "model_id": run.model_id,
        "vocabulary_id": run.vocabulary_id,
        "temperature": config.temperature,
        "top_p": config.top_p,
        "random_input": config.random_input,
        "tempo": config.tempo,
        "program": run.program,
    }


def _content(ticks: TickNotes, tempo: float) -> Row:
    """Return what the MIDI file holds, as a reader of it would find."""
    end = int(ticks.offset.max())
    seconds_per_tick = microseconds_per_quarter(tempo) / 1e6 / TICKS_PER_QUARTER
    return {
        "notes": len(ticks.onset),
        "beats": end / TICKS_PER_QUARTER,
        "seconds": end * seconds_per_tick,
        "lowest_pitch": int(ticks.pitch.min()),
        "highest_pitch": int(ticks.pitch.max()),
        "distinct_pitches": len(np.unique(ticks.pitch)),
    }


def _audio(name: str, rendering: Rendering | None) -> Row:
    if rendering is None:
        return dict.fromkeys(("audio", "audio_seconds", "audio_renderer", "audio_bytes"))
    return {
        "audio": name,
        "audio_seconds": rendering.seconds,
        "audio_renderer": rendering.renderer,
        "audio_bytes": len(rendering.ogg),
    }
