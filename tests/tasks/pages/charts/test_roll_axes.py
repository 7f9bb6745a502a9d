"""Tests of what a piano roll shows: far-off notes do not squash the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.pages.charts.roll_axes import (
    BREAK_BEATS,
    MAX_BEATS,
    MIN_BEATS,
    flat_axis,
    pitch_range,
    time_axis,
    whole_axis,
)
from tests.tasks.music.notes_for_tests import notes_of

Rows = list[tuple[float, float, int, int]]
TUNE: Rows = [(i / 2, i / 2 + 0.4, 60 + i % 12, 90) for i in range(64)]  # 32 beats


def moved(rows: Rows, beats: float) -> Rows:
    return [(onset + beats, offset + beats, *rest) for onset, offset, *rest in rows]


@pytest.mark.parametrize(
    ("rows", "stretches"),
    [
        ([], [0, 16]),
        (TUNE[:4], [0, 16]),
        ([(0, 1, 60, 90), (15, 16, 60, 90)], [0, 16]),
        (TUNE, [0, 32]),
        ([*TUNE, (38, 39, 60, 90)], [0, 40]),  # a rest of 6 beats is music
        ([*TUNE, (96, 97, 60, 90)], [0, 32, 96, 100]),
        (moved(TUNE, 100.5), [0, 4, 100, 136]),
        (
            [*TUNE, *moved(TUNE, 70), *moved(TUNE, 140)],
            [0, 32, 68, 104, 140, 172],
        ),
        (
            [*TUNE, (31, 231, 60, 90)],
            [0, 32, 228, 232],
        ),  # a note that is held for ever
        ([(10 * i, 10 * i + 10, 60, 90) for i in range(8)], [0, 80]),  # slow chords
        ([(20 * i, 20 * i + 19, 60, 90) for i in range(8)], [0, 160]),
        ([(i, i + 0.5, 60, 90) for i in range(400)], [0, 256]),
        ([(4 * i, 4 * i + 0.1, 60, 90) for i in range(60)], [0, 240]),
    ],
)
def test_long_stretches_without_a_change_are_shortened(rows: Rows, stretches: list[float]) -> None:
    assert time_axis(notes_of(rows)).flat() == stretches


def test_a_short_rest_of_a_long_piece_is_drawn() -> None:
    long = [(i / 2, i / 2 + 0.4, 60, 90) for i in range(400)]  # 200 beats: an eighth is 25
    assert time_axis(notes_of([*long, *moved(TUNE, 220)])).flat() == [0, 252]
    assert time_axis(notes_of([*long, *moved(TUNE, 232)])).flat() == [
        0,
        200,
        232,
        264,
    ]


def test_places_are_to_scale_but_in_breaks() -> None:
    axis = flat_axis([0, 32, 96, 100])
    assert axis.width == 40
    assert axis.breaks == ((32, 96),)
    beats = np.array([0.0, 16, 32, 64, 96, 98, 100, 500])
    assert axis.places(beats).tolist() == [0, 16, 32, 34, 36, 38, 40, 40]


def test_an_earlier_version_shortened_nothing() -> None:
    assert [whole_axis(beats).end for beats in (1, 16, 16.0000001, 17, 1000)] == [
        16,
        16,
        16,
        20,
        256,
    ]


@given(
    st.lists(st.tuples(st.floats(0, 3000), st.floats(0.01, 300)), min_size=1, max_size=40),
)
def test_any_axis_rises_and_is_bounded(spans: list[tuple[float, float]]) -> None:
    notes = notes_of([(onset, onset + length, 60, 90) for onset, length in spans])
    axis = time_axis(notes)
    flat = axis.flat()
    assert flat == sorted(set(flat))
    assert flat[0] == 0
    assert flat_axis(flat) == axis
    assert all(beat % 4 == 0 for beat in flat)
    assert MIN_BEATS <= axis.width <= MAX_BEATS
    assert all(end - begin > BREAK_BEATS for begin, end in axis.breaks)
    inside = notes.onset_beats[notes.onset_beats < axis.end]
    assert not [
        onset for onset in inside for begin, end in axis.breaks if begin < onset < end - 1e-5
    ]  # no note begins where it would not be seen
    last = notes.offset_beats.max()
    assert axis.end >= last or axis.width >= MAX_BEATS - BREAK_BEATS


@pytest.mark.parametrize(
    ("pitches", "shown"),
    [
        ([], (48, 72)),
        ([60], (48, 72)),
        ([60, 72] * 20, (54, 78)),
        ([60, 72] * 20 + [96], (54, 78)),  # two octaves above
        ([60, 72] * 20 + [24], (54, 78)),
        ([60, 72] * 20 + [108, 30], (54, 78)),
        ([60, 72] * 20 + [72, 78, 84, 91, 98], (58, 100)),  # a way up, no gap over a fifth
        ([60, 72] * 20 + [96] * 8, (58, 98)),  # too many to be set apart
        ([60, 61, 62, 100], (58, 102)),  # too few to say what is far
        ([40, 80] * 50, (38, 82)),
        (list(range(21, 109)), (19, 110)),
    ],
)
def test_few_far_pitches_lie_outside(pitches: list[int], shown: tuple[int, int]) -> None:
    assert pitch_range(np.array(pitches, np.uint8)) == shown


@given(st.lists(st.integers(0, 127), max_size=300))
def test_nearly_all_notes_are_inside(pitches: list[int]) -> None:
    pitch = np.array(pitches, np.uint8)
    low, high = pitch_range(pitch)
    assert high - low >= 24
    for outside in (pitch < low, pitch > high):
        assert np.count_nonzero(outside) <= max(2, len(pitch) / 50)


def test_time_and_pitch_are_cut_for_themselves() -> None:
    notes = notes_of([*TUNE, (5, 6, 12, 90), (300, 301, 120, 90)])
    assert time_axis(notes).flat() == [0, 32, 300, 304]
    assert pitch_range(notes.pitch) == (54, 78)
