"""Tracks written again for symusic: the same music, and only where it is needed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi import track_events
from nocturne.tasks.music.midi.extraction import extract
from nocturne.tasks.music.midi.header import scan
from nocturne.tasks.music.midi.score import UnreadableError
from nocturne.tasks.music.midi.track_events import PADDING, Event, events, readable
from tests.tasks.music.smf import TEMPO_100, off, on, smf, tune

PLAIN = smf([(0, TEMPO_100), (0, [0xC0, 5]), (9, [7]), (0, [0xF0, 2, 1, 0xF7]), *tune()])


def test_a_plain_file_keeps_its_bytes() -> None:
    assert readable(PLAIN) == PLAIN + PADDING


def test_events_carry_their_status_and_the_data_without_its_length() -> None:
    body = bytes([0, 0x90, 60, 64, 0x81, 0, 60, 0, 0, 0xFF, 1, 1, 65, 5, 61, 64, 1, 0xF7, 1, 2])
    assert list(events(body)) == [
        Event(0, 0x90, bytes([60, 64])),
        Event(128, 0x90, bytes([60, 0])),
        Event(128, 0xFF, bytes([1, 65])),
        Event(133, 0x90, bytes([61, 64])),
        Event(134, 0xF7, bytes([2])),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([0, 0x90, 60], Reason.TRUNCATED),
        ([0, 0xFF, 1, 9, 65], Reason.TRUNCATED),
        ([0x81], Reason.TRUNCATED),
        ([0, 60, 64], Reason.BAD_EVENT),
        ([0, 0xF5, 0], Reason.BAD_EVENT),
        ([0xFF] * 12, Reason.BAD_TIME),
    ],
)
def test_broken_events_have_a_reason(body: list[int], reason: Reason) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(events(bytes(body)))
    assert caught.value.reason is reason


def test_a_delta_of_five_bytes_is_read_whole() -> None:
    longest = [0x87, 0xFF, 0xFF, 0xFE, 0x00]  # 2,147,483,392 ticks
    content = smf([(0, [*off(40)]), *[(0, on(60)), (99, off(60))]])
    late = content[:22] + bytes(longest) + content[23:]
    late = late[:18] + (len(late) - 22).to_bytes(4, "big") + late[22:]
    written = readable(late)
    assert written != late + PADDING
    ticks = [event.tick for event in events(written[22 : -len(PADDING)]) if event.status < 0xF0]
    assert ticks == [2_147_483_392, 2_147_483_392, 2_147_483_491]


@given(st.binary(max_size=80))
def test_any_bytes_are_written_or_refused_with_a_reason(body: bytes) -> None:
    content = smf([(0, body)])
    try:
        written = readable(content)
    except UnreadableError as error:
        assert error.reason in Reason
    else:
        assert written.endswith(PADDING)


def test_real_files_give_the_same_notes_when_written_again(
    shared_midi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = sorted(path for path in (shared_midi / "lakh").rglob("*.mid"))[:40]
    before = [repr(extract(path.read_bytes())) for path in paths]
    monkeypatch.setattr(track_events, "_is_plain", lambda *_: False)
    rewritten = [readable(scan(path.read_bytes()).content) for path in paths[:1]]
    assert rewritten[0] != scan(paths[0].read_bytes()).content + PADDING
    assert [repr(extract(path.read_bytes())) for path in paths] == before
