"""Notes to audio: FluidSynth when its program is installed, else pretty_midi's own synthesis.

Audio is float32 [frames, channels] at 32,000 frames a second: General MIDI samples hold
little above 16 kHz, and a third less is rendered, encoded and stored than at 44,100.
"""

import io
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import pretty_midi
import soundfile
from numpy.typing import NDArray

from tasks.music.midi_writer import to_pretty_midi
from tasks.music.notes import Notes

Samples = NDArray[np.float32]
Renderer = Literal["fluidsynth", "pretty_midi"]
RENDERERS: tuple[Renderer, ...] = ("fluidsynth", "pretty_midi")

SAMPLE_RATE_HZ = 32_000
MAX_SECONDS = 300.0  # of music; bounds memory at about 250 MB a rendering
TAIL_SECONDS = 1.5  # for the last note to ring
FADE_SECONDS = 0.75
SILENCE = 1e-4  # below this peak nothing was played
PEAK = 0.89  # -1 dBFS: Vorbis may overshoot what it was given by a little
PATIENCE_SECONDS = 30.0  # for FluidSynth, besides the length of the music
BLOCK_FRAMES = 65_536  # libsndfile has crashed on very long writes of OGG
SOUND_FONT = Path(pretty_midi.__file__).parent / "TimGM6mb.sf2"
HARMONICS = (1.0, 0.4, 0.2, 0.1)


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
    midi = to_pretty_midi(notes, tempo=tempo, program=program, name="")
    (instrument,) = midi.instruments
    instrument.notes = [n for n in instrument.notes if n.start < MAX_SECONDS]
    for note in instrument.notes:
        note.end = min(note.end, MAX_SECONDS)
    chosen: Renderer = renderer or ("fluidsynth" if has_fluidsynth() else "pretty_midi")
    audio = _fluidsynth(midi) if chosen == "fluidsynth" else None
    if audio is None:
        chosen, audio = "pretty_midi", _synthesize(midi)
    frames = round((midi.get_end_time() + TAIL_SECONDS) * SAMPLE_RATE_HZ)
    ogg = to_ogg(mastered(audio, frames), comment=chosen)
    return Rendering(ogg, frames / SAMPLE_RATE_HZ, chosen)


def read_rendering(ogg: bytes) -> Rendering:
    """Return what `render` once returned, from its OGG file; ValueError if it is not one."""
    try:
        with soundfile.SoundFile(io.BytesIO(ogg)) as file:
            renderer: Renderer = RENDERERS[RENDERERS.index(file.comment)]
            return Rendering(ogg, file.frames / file.samplerate, renderer)
    except soundfile.LibsndfileError as error:
        raise ValueError("not an OGG file") from error


def has_fluidsynth() -> bool:
    """Whether FluidSynth's program and pretty_midi's sound font are both there."""
    return shutil.which("fluidsynth") is not None and SOUND_FONT.is_file()


def mastered(audio: Samples, frames: int) -> Samples:
    """Cut or pad `audio` to `frames`, fade its end out and bring its peak to -1 dBFS."""
    out = np.zeros((frames, audio.shape[1]), dtype=np.float32)
    kept = min(frames, len(audio))
    out[:kept] = audio[:kept]
    fade = min(frames, round(FADE_SECONDS * SAMPLE_RATE_HZ))
    out[frames - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    peak = float(np.abs(out).max(initial=0.0))
    return out * np.float32(PEAK / peak) if peak > 0 else out


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


def _wave(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """A tone with a few overtones, milder than a bare sine; `phase` in radians."""
    total = np.zeros_like(phase)
    for number, amplitude in enumerate(HARMONICS, start=1):
        total += amplitude * np.sin(number * phase)
    return total


def _synthesize(midi: pretty_midi.PrettyMIDI) -> Samples:
    """Return pretty_midi's synthesis, [frames, 1]."""
    if not midi.instruments[0].notes:
        return np.zeros((0, 1), dtype=np.float32)
    audio = midi.synthesize(fs=SAMPLE_RATE_HZ, wave=_wave)
    return np.asarray(audio, dtype=np.float32)[:, None]


def _fluidsynth(midi: pretty_midi.PrettyMIDI) -> Samples | None:
    """Return FluidSynth's rendering, [frames, 2], or None if the program fails or hangs."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mid"), Path(folder, "out.raw")
        midi.write(str(source))
        options = ["-niq", "-g", "0.5", "-r", str(SAMPLE_RATE_HZ), "-T", "raw", "-O", "float"]
        # No user's settings file: the same notes sound the same on every machine.
        command = [
            "fluidsynth",
            "-f",
            os.devnull,
            *options,
            "-F",
            str(target),
            str(SOUND_FONT),
            str(source),
        ]
        timeout = max(0.1, PATIENCE_SECONDS + midi.get_end_time())
        try:
            subprocess.run(  # noqa: S603 - a fixed program, and arguments made here
                command, check=True, capture_output=True, timeout=timeout
            )
            audio = np.fromfile(target, dtype=np.float32)
        except (OSError, subprocess.SubprocessError):
            return None
    audio = audio[: len(audio) // 2 * 2].reshape(-1, 2)
    # Without a sounding note what is left is the reverb's noise floor, not music.
    return audio if float(np.abs(audio).max(initial=0.0)) > SILENCE else None
