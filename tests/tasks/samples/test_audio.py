"""Tests of rendering: the right tones, for the right time, never clipped."""

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from nocturne.schemas.samples import RENDERER
from nocturne.tasks.samples import audio
from nocturne.tasks.samples.audio import PEAK, TAIL_SECONDS, earlier_rendering, render, to_ogg
from nocturne.tasks.samples.synthesizer import SAMPLE_RATE_HZ
from tests.tasks.music.notes_for_tests import notes_in, notes_of, scale


def heard(ogg: bytes) -> np.ndarray:
    samples, rate = soundfile.read(io.BytesIO(ogg), always_2d=True)
    assert rate == SAMPLE_RATE_HZ
    return samples


def test_length_and_peak() -> None:
    made = render(scale(8), tempo=120, program=0)
    samples = heard(made.ogg)
    assert made.renderer == RENDERER
    assert made.seconds == pytest.approx(7.9 / 2 + TAIL_SECONDS, abs=1e-3)
    assert len(samples) == round(made.seconds * SAMPLE_RATE_HZ)
    assert 0.7 * PEAK < np.abs(samples).max() < 1.0
    assert np.abs(samples[-32:]).max() < 0.01
    end = round((made.seconds - TAIL_SECONDS) * SAMPLE_RATE_HZ)
    assert np.abs(samples[end : end + 2000]).max() > 0.02  # the last note rings on


@pytest.mark.parametrize("pitch", [57, 69, 76])
def test_the_pitch_is_heard(pitch: int) -> None:
    made = render(notes_of([(0, 4, pitch, 100)]), tempo=120, program=73)
    part = heard(made.ogg)[12_000:60_000].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    loudest = np.fft.rfftfreq(len(part), 1 / SAMPLE_RATE_HZ)[spectrum.argmax()]
    octaves = np.log2(loudest / hertz)
    assert abs(octaves - round(octaves)) < 0.02


def test_same_notes_same_sound() -> None:
    one, two = (render(scale(4), tempo=90, program=0) for _ in range(2))
    np.testing.assert_array_equal(heard(one.ogg), heard(two.ogg))


def test_a_rendering_of_the_same_notes_is_known_again() -> None:
    made = render(scale(4), tempo=90, program=0)
    assert earlier_rendering(made.ogg, scale(4), 90) == made
    assert earlier_rendering(made.ogg, scale(5), 90) is None
    assert earlier_rendering(made.ogg[:-2000], scale(4), 90) is None


@pytest.mark.parametrize(("renderer", "kept"), [("fluidsynth", True), ("pretty_midi", False)])
def test_audio_of_earlier_versions(renderer: str, kept: bool) -> None:
    rate = 32_000
    frames = round((2 + TAIL_SECONDS) * rate)
    stream = io.BytesIO()
    with soundfile.SoundFile(stream, "w", rate, 1, format="OGG", subtype="VORBIS") as file:
        file.comment = renderer
        file.write(np.zeros(frames, np.float32))
    notes = notes_of([(0, 4, 60, 64)])
    found = earlier_rendering(stream.getvalue(), notes, 120)
    assert (found is not None) == kept
    if found:
        assert (found.seconds, found.renderer) == (2 + TAIL_SECONDS, renderer)


@pytest.mark.parametrize("comment", ["Rendered", "orchestra"])
def test_audio_of_an_unknown_renderer_is_not_kept(comment: str) -> None:
    frames = round((2 + TAIL_SECONDS) * SAMPLE_RATE_HZ)
    ogg = to_ogg(np.zeros((frames, 2), np.float32), comment)
    assert earlier_rendering(ogg, notes_of([(0, 4, 60, 64)]), 120) is None


@pytest.mark.parametrize("content", [b"", b"OggS half a file", b"MThd"])
def test_not_an_ogg_file(content: bytes) -> None:
    assert earlier_rendering(content, scale(4), 90) is None


def test_a_very_long_piece_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "MAX_AUDIO_SECONDS", 2.0)
    made = render(notes_of([(0, 90, 60, 64), (80, 81, 72, 64)]), tempo=120, program=0)
    assert made.seconds == 2.0 + TAIL_SECONDS


def test_silence_is_valid_audio() -> None:
    made = render(notes_of([]), tempo=120, program=0)
    assert made.seconds == TAIL_SECONDS
    assert np.abs(heard(made.ogg)).max() == 0


def test_real_songs_do_not_clip(shared_midi: Path) -> None:
    path = min((shared_midi / "piano").glob("*.mid"))
    made = render(notes_in(path), tempo=120, program=0)
    assert 0.5 < np.abs(heard(made.ogg)).max() < 1.0


@pytest.mark.parametrize("frames", [0, 10, 30_000, 50_000])
def test_mastering_cuts_pads_fades_and_scales(frames: int) -> None:
    sound = np.random.default_rng(1).uniform(-0.5, 0.4, (40_000, 2)).astype(np.float32)
    expected = np.zeros((frames, 2), np.float32)
    kept = min(frames, len(sound))
    expected[:kept] = sound[:kept]
    fade = min(frames, round(audio.FADE_SECONDS * SAMPLE_RATE_HZ))
    expected[frames - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    largest = float(np.abs(expected).max(initial=0.0))
    if largest > 0:
        expected *= np.float32(PEAK / largest)
    np.testing.assert_array_equal(audio.mastered(sound, frames), expected)


def test_mastering_five_minutes_takes_no_copy_of_them() -> None:
    sound = np.ones((1_000_000, 2), np.float32)
    tracemalloc.start()
    try:
        audio.mastered(sound, 900_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < sound.nbytes / 4
