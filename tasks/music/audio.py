"""Notes to audio: FluidSynth when its program is installed, else pretty_midi's own synthesis."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import soundfile
from pretty_midi import PrettyMIDI

from tasks.music import synthesizers
from tasks.music.midi_writer import to_pretty_midi
from tasks.music.notes import Notes
from tasks.music.synthesizers import SAMPLE_RATE_HZ, Samples, peak_of

Renderer = Literal["fluidsynth", "pretty_midi"]
RENDERERS: tuple[Renderer, ...] = ("fluidsynth", "pretty_midi")

MAX_SECONDS = 300.0  # of music; bounds memory at about 80 MB a rendering
TAIL_SECONDS = 1.5  # for the last note to ring
FADE_SECONDS = 0.75
PEAK = 0.89  # -1 dBFS: Vorbis may overshoot what it was given by a little
BLOCK_FRAMES = 65_536  # libsndfile has crashed on very long writes of OGG


@dataclass(frozen=True)
class Rendering:
    """An OGG (Vorbis) file, how many seconds it plays and what made its sound."""

    ogg: bytes
    seconds: float
    renderer: Renderer


def render(
    notes: Notes, *, tempo: float, program: int, renderer: Renderer | None = None
) -> Rendering:
    """Render the first five minutes of `notes`; tempo in quarters a minute, program 0-127.

    `renderer` of None takes FluidSynth when it is installed. A FluidSynth that fails or hangs
    is replaced by pretty_midi's synthesis. The length depends on the notes alone.
    """
    midi = _beginning(notes, tempo, program)
    chosen: Renderer = renderer or (
        "fluidsynth" if synthesizers.has_fluidsynth() else "pretty_midi"
    )
    audio = synthesizers.play(midi) if chosen == "fluidsynth" else None
    if audio is None:
        chosen, audio = "pretty_midi", synthesizers.synthesize(midi)
    frames = _frames(midi)
    ogg = to_ogg(mastered(audio, frames), comment=chosen)
    return Rendering(ogg, frames / SAMPLE_RATE_HZ, chosen)


def frames_of(notes: Notes, tempo: float) -> int:
    """Return how many frames `render` makes of `notes`, whatever plays them."""
    return _frames(_beginning(notes, tempo, program=0))


def read_rendering(ogg: bytes) -> Rendering:
    """Return what `render` once returned, from its OGG file; ValueError if it is not one."""
    try:
        with soundfile.SoundFile(io.BytesIO(ogg)) as file:
            renderer: Renderer = RENDERERS[RENDERERS.index(file.comment)]
            return Rendering(ogg, file.frames / file.samplerate, renderer)
    except soundfile.LibsndfileError as error:
        raise ValueError("not an OGG file") from error


def _beginning(notes: Notes, tempo: float, program: int) -> PrettyMIDI:
    """Return the first five minutes of `notes`."""
    midi = to_pretty_midi(notes, tempo=tempo, program=program, name="")
    (instrument,) = midi.instruments
    instrument.notes = [n for n in instrument.notes if n.start < MAX_SECONDS]
    for note in instrument.notes:
        note.end = min(note.end, MAX_SECONDS)
    return midi


def _frames(midi: PrettyMIDI) -> int:
    return round((float(midi.get_end_time()) + TAIL_SECONDS) * SAMPLE_RATE_HZ)


def mastered(audio: Samples, frames: int) -> Samples:
    """Cut or pad `audio` to `frames`, fade its end out and bring its peak to -1 dBFS.

    `audio` itself is changed where it is long enough: five minutes of it are 77 MB.
    """
    out = audio[:frames]
    if len(out) < frames:
        out = np.concatenate((out, np.zeros((frames - len(out), audio.shape[1]), np.float32)))
    fade = min(frames, round(FADE_SECONDS * SAMPLE_RATE_HZ))
    out[frames - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    peak = peak_of(out)
    if peak > 0:
        out *= np.float32(PEAK / peak)
    return out


def to_ogg(audio: Samples, comment: str) -> bytes:
    """Encode float32 [frames, channels] as OGG Vorbis with a comment, a block at a time."""
    stream = io.BytesIO()
    with soundfile.SoundFile(
        stream, "w", SAMPLE_RATE_HZ, audio.shape[1], format="OGG", subtype="VORBIS"
    ) as file:
        file.comment = comment
        for start in range(0, len(audio), BLOCK_FRAMES):
            file.write(audio[start : start + BLOCK_FRAMES])
    return stream.getvalue()
