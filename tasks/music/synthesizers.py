"""Two synthesizers of one pretty_midi piece: FluidSynth's program, and pretty_midi's own.

Audio is float32 [frames, channels] at 32,000 frames a second: General MIDI samples hold
little above 16 kHz, and a third less is rendered, encoded and stored than at 44,100.
"""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pretty_midi
from numpy.typing import NDArray

from tasks.storage.temporary import temporary_folder

Samples = NDArray[np.float32]

SAMPLE_RATE_HZ = 32_000
PATIENCE_SECONDS = 30.0  # for FluidSynth, besides the length of the music
SILENCE = 1e-4  # below this peak nothing was played
SOUND_FONT = Path(pretty_midi.__file__).parent / "TimGM6mb.sf2"
HARMONICS = (1.0, 0.4, 0.2, 0.1)


def has_fluidsynth() -> bool:
    """Whether FluidSynth's program and pretty_midi's sound font are both there."""
    return shutil.which("fluidsynth") is not None and SOUND_FONT.is_file()


def peak_of(audio: Samples) -> float:
    """Return the largest absolute value, without a copy of the audio."""
    return max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))


def _wave(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """A tone with a few overtones, milder than a bare sine; `phase` in radians."""
    total = np.zeros_like(phase)
    for number, amplitude in enumerate(HARMONICS, start=1):
        total += amplitude * np.sin(number * phase)
    return total


def synthesize(midi: pretty_midi.PrettyMIDI) -> Samples:
    """Return pretty_midi's synthesis, [frames, 1]."""
    if not midi.instruments[0].notes:
        return np.zeros((0, 1), dtype=np.float32)
    audio = midi.synthesize(fs=SAMPLE_RATE_HZ, wave=_wave)
    return np.asarray(audio, dtype=np.float32)[:, None]


def play(midi: pretty_midi.PrettyMIDI) -> Samples | None:
    """Return FluidSynth's rendering, [frames, 2], or None if the program fails or hangs."""
    with temporary_folder() as folder:
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
    return audio if peak_of(audio) > SILENCE else None
