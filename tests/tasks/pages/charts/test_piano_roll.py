"""Tests of the picture: its size, where the notes are, how bright they are."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nocturne.tasks.music.notes import Notes
from nocturne.tasks.pages.charts.piano_roll import BACKGROUND, draw, is_current
from tests.tasks.music.notes_for_tests import notes_in, notes_of, scale


def pixels(notes: Notes, **size: int) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw(notes, **size))).convert("RGB")).astype(int)


def lit(picture: np.ndarray) -> np.ndarray:
    """Pixels of notes, in the area right of the labels and above the beat numbers."""
    area = picture[: int(0.87 * len(picture)), int(0.055 * picture.shape[1]) :]
    return np.argwhere(area.max(axis=2) > 170)


@pytest.mark.parametrize(("width", "height"), [(1200, 480), (600, 300)])
def test_size_and_background(width: int, height: int) -> None:
    picture = pixels(scale(), width=width, height=height)
    assert picture.shape == (height, width, 3)
    assert "#{:02x}{:02x}{:02x}".format(*picture[1, 1]) == BACKGROUND


def test_time_runs_right_and_pitch_runs_up() -> None:
    early_low = lit(pixels(notes_of([(0, 1, 60, 100), (15, 16, 72, 1)]))).mean(axis=0)
    late_high = lit(pixels(notes_of([(15, 16, 72, 100), (0, 1, 60, 1)]))).mean(axis=0)
    assert late_high[1] > early_low[1] + 800
    assert late_high[0] < early_low[0] - 80


def test_louder_is_brighter() -> None:
    brightness = [pixels(notes_of([(0, 16, 60, v)])).sum() for v in (20, 50, 80, 110, 127)]
    assert brightness == sorted(set(brightness))


def test_longer_notes_light_more() -> None:
    short, long = (len(lit(pixels(notes_of([(0, d, 60, 100)])))) for d in (4, 8))
    assert long == pytest.approx(2 * short, rel=0.03)


def test_no_notes_and_very_long_pieces_draw() -> None:
    assert len(lit(pixels(notes_of([])))) == 0
    beyond = notes_of([(0, 1, 60, 100), (5000, 5001, 62, 100)])
    assert len(lit(pixels(beyond))) > 0


@pytest.mark.parametrize("far", [[(100, 101, 62, 1)], [(3, 3.5, 108, 1)], [(3, 3.5, 12, 1)]])
def test_a_far_off_note_squashes_nothing(far: list[tuple[float, float, int, int]]) -> None:
    tune = [(i / 2, i / 2 + 0.4, 60 + i % 12, 120) for i in range(64)]
    within = slice(60, 380)  # between the edges, where far notes are marked
    alone = lit(pixels(notes_of(tune))[within])
    beside = lit(pixels(notes_of([*tune, *far]))[within])
    height, width = (np.ptp(beside, axis=0) / np.ptp(alone, axis=0)).tolist()
    assert height == pytest.approx(1, abs=0.12)
    assert width > 0.75


def test_a_far_off_note_is_marked_at_the_edge_it_lies_beyond() -> None:
    tune = [(i / 2, i / 2 + 0.4, 60 + i % 12, 1) for i in range(64)]
    for pitch, rows in ((108, slice(10, 60)), (12, slice(380, 430))):
        marked = pixels(notes_of([*tune, (16, 16.1, pitch, 127)]))[rows, 600:680]
        assert (marked.max(axis=2) > 200).any()
        assert not (pixels(notes_of(tune))[rows, 600:680].max(axis=2) > 200).any()


def test_a_shortened_rest_is_hatched() -> None:
    tune = [(i / 2, i / 2 + 0.4, 60 + i % 12, 90) for i in range(64)]
    picture = pixels(notes_of([*tune, (96, 97, 64, 90)]))
    left, right = (round(1200 * (0.058 + 0.924 * place / 40)) for place in (32, 36))
    assert (picture[40:400, left + 4 : right - 4].mean(axis=(0, 1)) > (26, 28, 60)).all()


def test_only_whole_pictures_of_today_are_kept() -> None:
    png = draw(scale())
    assert is_current(png)
    assert not is_current(b"")
    assert not is_current(png[:-1])
    assert not is_current(png.replace(b"Nocturne piano roll 2", b"Nocturne piano roll 1"))


def test_same_notes_same_picture_from_any_thread() -> None:
    expected = draw(scale(64))
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(draw, [scale(64)] * 8)) == {expected}


def test_real_song_is_drawn(shared_midi: Path) -> None:
    path = min((shared_midi / "pop").glob("*.mid"))
    assert len(lit(pixels(notes_in(path)))) > 2000
