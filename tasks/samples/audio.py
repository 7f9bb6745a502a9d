"""Render notes as audio: an OGG file of normalised loudness and known length."""

import io
from dataclasses import dataclass

import numpy as np
import soundfile
from pretty_midi import PrettyMIDI

from nocturne.schemas.samples import EARLIER_RENDERERS, MAX_AUDIO_SECONDS, RENDERER
from nocturne.tasks.music.midi.writer import to_pretty_midi
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.samples.synthesizer import SAMPLE_RATE_HZ, Samples, peak_of, play

TAIL_SECONDS = 1.5  # for the last note to ring
FADE_SECONDS = 0.75
PEAK = 0.89  # -1 dBFS: Vorbis may exceed the peak of its input a little
BLOCK_FRAMES = 65_536  # libsndfile has crashed on very long writes of OGG


@dataclass(frozen=True)
class Rendering:
    """An OGG (Vorbis) file, its length in seconds and the renderer of its sound."""

    ogg: bytes
    seconds: float
    renderer: str


def render(notes: Notes, *, tempo: float, program: int) -> Rendering:
    """Render the first five minutes of `notes`; tempo in quarters a minute, program 0-127.

    The length depends on the notes alone. SamplesError if the synthesizer fails.
    """
    sound = _sound(notes, tempo, program)
    return Rendering(to_ogg(sound, comment=RENDERER), len(sound) / SAMPLE_RATE_HZ, RENDERER)


def render_wave(notes: Notes, *, tempo: float, program: int) -> bytes:
    """Render the same sound as a WAV file of 16 bits; the same notes give the same bytes."""
    stream = io.BytesIO()
    sound = _sound(notes, tempo, program)
    soundfile.write(stream, sound, SAMPLE_RATE_HZ, format="WAV", subtype="PCM_16")
    return stream.getvalue()


def _sound(notes: Notes, tempo: float, program: int) -> Samples:
    """Return the audio of a piece, mastered: float32 [frames, 2]."""
    midi = _beginning(notes, tempo, program)
    frames = _frames(midi, SAMPLE_RATE_HZ)
    return mastered(play(midi, frames / SAMPLE_RATE_HZ), frames)


def earlier_rendering(ogg: bytes, notes: Notes, tempo: float) -> Rendering | None:
    """Return the rendering in the file `ogg` if it is of all of `notes`, else None.

    None, too, for a damaged file and for a renderer whose instruments sound alike. The file may
    have the sample rate of an earlier version.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(ogg)) as file:
            length, rate, renderer = file.frames, file.samplerate, file.comment
    except soundfile.LibsndfileError:
        return None
    whole = length == _frames(_beginning(notes, tempo, program=0), rate)
    known = renderer in (RENDERER, *EARLIER_RENDERERS)
    return Rendering(ogg, length / rate, renderer) if whole and known else None


def _beginning(notes: Notes, tempo: float, program: int) -> PrettyMIDI:
    """Return the first five minutes of `notes`."""
    midi = to_pretty_midi(notes, tempo=tempo, program=program, name="")
    (instrument,) = midi.instruments
    instrument.notes = [n for n in instrument.notes if n.start < MAX_AUDIO_SECONDS]
    for note in instrument.notes:
        note.end = min(note.end, MAX_AUDIO_SECONDS)
    return midi


def _frames(midi: PrettyMIDI, rate: int) -> int:
    return round((float(midi.get_end_time()) + TAIL_SECONDS) * rate)


def mastered(audio: Samples, frames: int) -> Samples:
    """Cut or pad `audio` to `frames`, fade its end out and scale its peak to -1 dBFS.

    Changes `audio` in place if it is long enough: a copy of five minutes would take 115 MB.
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


def to_ogg(audio: Samples, comment: str, rate: int = SAMPLE_RATE_HZ) -> bytes:
    """Encode float32 [frames, channels] as OGG Vorbis with a comment, block by block."""
    stream = io.BytesIO()
    with soundfile.SoundFile(
        stream, "w", rate, audio.shape[1], format="OGG", subtype="VORBIS"
    ) as file:
        file.comment = comment
        for start in range(0, len(audio), BLOCK_FRAMES):
            file.write(audio[start : start + BLOCK_FRAMES])
    return stream.getvalue()
