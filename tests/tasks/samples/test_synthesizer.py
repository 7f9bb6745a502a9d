"""Tests of the synthesizer: instruments sound like themselves, the same on every call."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nocturne.schemas.errors import SamplesError
from nocturne.tasks.music.midi.writer import to_pretty_midi
from nocturne.tasks.samples import synthesizer
from nocturne.tasks.samples.synthesizer import FULL_SCALE, SAMPLE_RATE_HZ, peak_of, play
from tests.tasks.music.notes_for_tests import notes_of

PIANO, FLUTE, VIOLIN, ORGAN = 0, 73, 40, 16


def played(program: int, *notes: tuple[float, float, int, int]) -> NDArray[np.float32]:
    """The audio of notes (onset, offset in quarters, pitch, velocity) and a second after them."""
    midi = to_pretty_midi(notes_of(list(notes)), tempo=120, program=program, name="")
    return play(midi, midi.get_end_time() + 1)


def held(program: int) -> np.ndarray:
    """One second of A4, its attack left out, mono."""
    audio = played(program, (0, 4, 69, 100)).mean(axis=1)
    return audio[SAMPLE_RATE_HZ // 4 : SAMPLE_RATE_HZ * 5 // 4]


def overtones(sound: np.ndarray) -> np.ndarray:
    """Shares of the energy in the first six harmonics of A4."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    energy = [spectrum[np.abs(hertz - 440 * n) < 30].sum() for n in range(1, 7)]
    return np.array(energy) / sum(energy)


def loudness(sound: np.ndarray) -> float:
    return float(np.sqrt((sound**2).mean()))


def test_a_flute_is_no_piano() -> None:
    piano, flute, violin = held(PIANO), held(FLUTE), held(VIOLIN)
    half = SAMPLE_RATE_HZ // 2
    assert loudness(piano[half:]) < 0.8 * loudness(piano[:half])  # struck: it dies away
    assert loudness(flute[half:]) > 0.8 * loudness(flute[:half])  # blown: it stays
    shares = [overtones(sound) for sound in (piano, flute, violin)]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(shares[i] - shares[j]).sum() > 0.2


def test_every_program_sounds_and_differs_from_the_others() -> None:
    sounds = [played(program, (0, 2, 60, 100)) for program in range(128)]
    assert min(peak_of(sound) for sound in sounds) > 0.01
    assert len({sound.tobytes() for sound in sounds}) >= 120  # the font shares a few samples


def test_the_same_notes_give_the_same_frames_on_every_thread() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: played(FLUTE, (0, 1, 60, 100)).tobytes(), range(8)))
    assert len(set(made)) == 1


def test_a_shorter_piece_is_the_beginning_of_a_longer_one() -> None:
    """Nothing of an earlier call, such as its reverberation, is left in a later one."""
    before = played(PIANO, (0, 1, 60, 100))
    played(ORGAN, *((0, 8, pitch, 127) for pitch in range(40, 80)))
    np.testing.assert_array_equal(played(PIANO, (0, 1, 60, 100)), before)


@pytest.mark.parametrize("count", [1, 10, 88])
def test_many_loud_notes_together_do_not_clip(count: int) -> None:
    audio = played(ORGAN, *((0, 2, 20 + n, 127) for n in range(count)))
    assert 0.1 < peak_of(audio) < FULL_SCALE


@pytest.mark.parametrize("pitch", [0, 127])
@pytest.mark.parametrize("velocity", [1, 127])
def test_extreme_notes_are_played(pitch: int, velocity: int) -> None:
    audio = played(PIANO, (0, 1, pitch, velocity))
    assert len(audio) >= SAMPLE_RATE_HZ // 2
    assert np.isfinite(audio).all()


def test_no_notes_are_no_frames() -> None:
    assert played(PIANO).shape == (0, 2)


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"no sound font" * 100])
def test_a_missing_or_damaged_sound_font_is_one_line(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    font = tmp_path / "font.sf2"
    if content is not None:
        font.write_bytes(content)
    monkeypatch.setattr(synthesizer, "SOUND_FONT", font)
    synthesizer._sound_font.cache_clear()
    with pytest.raises(SamplesError, match=f"cannot render audio .*{font.name}") as caught:
        played(PIANO, (0, 1, 60, 100))
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    synthesizer._sound_font.cache_clear()


@pytest.mark.parametrize("program", [PIANO, FLUTE, VIOLIN])
def test_the_last_note_rings_on(program: int) -> None:
    audio = played(program, (0, 2, 69, 100))
    assert len(audio) == pytest.approx(2 * SAMPLE_RATE_HZ, abs=1000)
    released, gone = (audio[round(t * SAMPLE_RATE_HZ) :][:2000] for t in (1.02, 1.9))
    assert peak_of(released) > 0.02 * peak_of(audio)
    assert peak_of(gone) < 0.5 * peak_of(released)
