"""Synthesize one pretty_midi piece with rustysynth and pretty_midi's sound font.

Audio is float32 [frames, 2] at 48,000 frames a second, the only rate of midirenderer.
midirenderer is a wheel around rustysynth: the same notes give the same frames on every call
and thread. It holds Python's global lock while it renders (about 0.4 s per minute of music).
"""

import io
import threading
from functools import cache
from pathlib import Path

import midirenderer
import numpy as np
import pretty_midi
import soundfile
from numpy.typing import NDArray
from pretty_midi import ControlChange, PrettyMIDI

from nocturne.schemas.errors import SamplesError

Samples = NDArray[np.float32]

SAMPLE_RATE_HZ = 48_000
CHANNELS = 2
SOUND_FONT = Path(pretty_midi.__file__).parent / "TimGM6mb.sf2"
VOLUME = 7  # number of the MIDI controller
# midirenderer returns 16-bit frames. The loudest volume leaves the least rounding noise; where
# many loud notes together exceed 16 bits, the next lower volume is tried. Amplitude is
# proportional to the square of the volume.
VOLUMES = (127, 64, 16)
FULL_SCALE = 32_767 / 32_768
# A second rendering at the same time would only wait for Python's lock and hold memory.
_one_at_a_time = threading.Lock()


def peak_of(audio: Samples) -> float:
    """Return the largest absolute value, without a copy of the audio."""
    return max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))


def play(midi: PrettyMIDI, seconds: float) -> Samples:
    """Return `seconds` of audio, or slightly less, of the only instrument of `midi`.

    Sets the instrument's volume. SamplesError if rendering fails.
    """
    (instrument,) = midi.instruments
    audio = np.zeros((0, CHANNELS), np.float32)
    if not instrument.notes:
        return audio
    for volume in VOLUMES:
        # Rendering ends at the last event: a second event lets the last note ring until `seconds`.
        instrument.control_changes = [
            ControlChange(VOLUME, volume, time) for time in (0.0, seconds)
        ]
        audio = _rendered(midi)
        if peak_of(audio) < FULL_SCALE:
            break
    return audio


def _rendered(midi: PrettyMIDI) -> Samples:
    stream = io.BytesIO()
    midi.write(stream)
    with _one_at_a_time:
        try:
            wave = midirenderer.render_wave_from(_sound_font(), stream.getvalue())
        except (OSError, RuntimeError, ValueError) as error:
            raise SamplesError(
                f"cannot render audio with the sound font {SOUND_FONT}: {error}; "
                "install pretty_midi again, or leave audio out (--audio none)"
            ) from error
        audio, _rate = soundfile.read(io.BytesIO(wave), dtype="float32", always_2d=True)
    return np.asarray(audio, np.float32)


@cache
def _sound_font() -> bytes:
    return SOUND_FONT.read_bytes()
