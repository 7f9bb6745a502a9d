"""The formulas against muspy itself, on real files and on made-up notes."""

import math
from collections.abc import Callable
from pathlib import Path

import muspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.metrics import formulas
from nocturne.tasks.music.metrics.excerpt import Excerpt
from tests.tasks.music.metrics.music import excerpt, excerpt_of_notes
from tests.tasks.music.notes_for_tests import notes_in

MUSPY: dict[str, Callable[[Excerpt], float]] = {
    metric.name: getattr(formulas, metric.name) for metric in formulas.METRICS
}
REAL = ["folk", "pop", "piano", "chorales", "multitrack"]


def in_muspy(one: Excerpt) -> muspy.Music:
    rows = zip(one.onset, one.pitch, one.duration, strict=True)
    notes = [muspy.Note(int(onset), int(pitch), int(ticks), 64) for onset, pitch, ticks in rows]
    return muspy.Music(resolution=480, tracks=[muspy.Track(notes=notes)])


def assert_same(one: Excerpt) -> None:
    music = in_muspy(one)
    for name, formula in MUSPY.items():
        expected = getattr(muspy, name)(music)
        assert formula(one) == pytest.approx(expected, abs=1e-12), name


@pytest.mark.parametrize("corpus", REAL)
def test_equal_muspy_on_real_files(shared_midi: Path, corpus: str) -> None:
    for path in sorted((shared_midi / corpus).rglob("*.mid"))[:3]:
        assert_same(excerpt_of_notes(notes_in(path, 128)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.integers(1, 1500), st.integers(55, 67)),
        min_size=1,
        max_size=25,
    )
)
def test_equal_muspy_on_any_notes(rows: list[tuple[int, int, int]]) -> None:
    assert_same(excerpt(sorted((onset, onset + ticks, pitch) for onset, ticks, pitch in rows)))


def test_values_by_hand() -> None:
    chord = excerpt([(0, 480, 60), (0, 480, 64), (0, 240, 67), (960, 1440, 61)])
    assert MUSPY["pitch_class_entropy"](chord) == pytest.approx(2.0)
    assert MUSPY["scale_consistency"](chord) == 0.75
    assert MUSPY["polyphony"](chord) == pytest.approx((240 * 3 + 240 * 2 + 480) / 960)
    assert MUSPY["polyphony_rate"](chord) == pytest.approx(240 / 1440)
    assert MUSPY["empty_beat_rate"](chord) == 0.0


def test_an_empty_beat_is_counted() -> None:
    assert MUSPY["empty_beat_rate"](excerpt([(0, 100, 60), (960, 1000, 60)])) == pytest.approx(
        1 / 3
    )


def test_no_notes_is_not_a_number() -> None:
    nothing = excerpt([])
    assert all(math.isnan(formula(nothing)) for formula in MUSPY.values())
    assert np.all([name in dir(muspy) for name in MUSPY])
