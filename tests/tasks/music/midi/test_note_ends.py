"""pretty_midi's overlaps, exactly: the same notes as pretty_midi on every small tangle."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.music.midi.note_ends import are_apart, find_ends, key_of
from tests.tasks.music.smf import off, on, smf

EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["on", "off"]), st.integers(60, 61)),
    min_size=2,
    max_size=14,
)
LAST_OFFS = [(1, off(p)) for p in (60, 61) for _ in range(14)]  # so that no note stays open


def notes_of(content: bytes, reader: str) -> list[tuple[float, ...]]:
    result = extract(content, reader)
    if not isinstance(result, Extracted):
        return []
    n = result.notes
    columns = (n.onset_beats, n.offset_beats, n.pitch, n.velocity, n.onset_seconds)
    return list(zip(*(c.tolist() for c in columns), strict=True))


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_same_notes_as_pretty_midi(events: list[tuple[int, str, int]]) -> None:
    track = [
        (delta, on(pitch, 10 + i) if kind == "on" else off(pitch))
        for i, (delta, kind, pitch) in enumerate(events)
    ]
    content = smf([*track, *LAST_OFFS])
    assert notes_of(content, "symusic") == notes_of(content, "pretty_midi")


def test_a_note_off_closes_every_earlier_note_of_its_pitch() -> None:
    content = smf([(0, on(60, 1)), (10, on(60, 2)), (10, off(60)), (10, off(60))], division=10)
    assert [note[:4] for note in notes_of(content, "symusic")] == [
        (0.0, 2.0, 60, 1),
        (1.0, 2.0, 60, 2),
    ]


def test_bytes_after_the_end_of_a_track_are_not_music() -> None:
    tangle = [(0, on(0)), (0, on(0)), (10, on(0, 2)), (0, off(0)), (0, off(0)), (10, off(0))]
    followed = smf([*tangle, (0, [0xFF, 0x2F, 0]), (0, [0x90, 96])])
    found = notes_of(followed, "symusic")
    assert len(found) == 2
    assert found == notes_of(smf(tangle), "symusic") == notes_of(smf(tangle), "pretty_midi")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4), st.integers(0, 2)), max_size=12))
def test_notes_that_are_apart_keep_their_ends(notes: list[tuple[int, int, int]]) -> None:
    table = np.array(notes, np.int64).reshape(-1, 3)
    onset, offset, pitch = table[:, 0], table[:, 0] + table[:, 1], table[:, 2]
    ends = find_ends(onset, pitch, np.sort(key_of(pitch, offset)))
    if are_apart(onset, offset, pitch):
        assert np.array_equal(ends.offset, offset)
        assert not ends.unclear.any()
    else:
        spans = {(p, t) for s, e, p in zip(onset, offset, pitch, strict=True) for t in range(s, e)}
        assert len(spans) < (offset - onset).sum()
