"""Notes of one song."""

import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.music.notes import Notes

Row = tuple[float, float, float, float, int, int]
TIMES = st.floats(0, 1e6, allow_nan=False)
ROWS = st.lists(st.tuples(TIMES, TIMES, TIMES, TIMES, st.integers(0, 127), st.integers(1, 127)))


@given(ROWS)
def test_a_pickle_gives_the_same_columns(rows: list[Row]) -> None:
    columns = [np.array(column, float) for column in zip(*rows, strict=True)] or [np.zeros(0)] * 6
    kinds = [np.float64] * 4 + [np.uint8] * 2
    notes = Notes(*(column.astype(kind) for column, kind in zip(columns, kinds, strict=True)))
    again = pickle.loads(pickle.dumps(notes))
    assert len(again) == len(rows)
    for one, other in zip(notes.columns(), again.columns(), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def test_columns_that_are_views_of_others_are_pickled_by_value() -> None:
    beats = np.arange(20, dtype=float)
    pitch = np.arange(40, 60, dtype=np.uint8)
    notes = Notes(beats[::2], beats[1::2], beats[::2], beats[1::2], pitch[::2], pitch[1::2])
    again = pickle.loads(pickle.dumps(notes))
    assert again.offset_beats.tolist() == beats[1::2].tolist()
    assert again.velocity.tolist() == pitch[1::2].tolist()
