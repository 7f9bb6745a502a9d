"""The files of ../shared/cases; what is right is what its README says."""

from pathlib import Path

from nocturne.schemas.reasons import Reason
from tests.field.rows import Ingested, Notes

CASES = Path(__file__).parents[3] / "shared" / "cases"


def steps(pitches: list[int], start: int = 0, ticks: int = 240) -> list[tuple[int, int, int]]:
    """Return notes of `ticks` ticks one after another."""
    ends = (start + ticks * number for number in range(len(pitches)))
    return [(at, at + ticks, pitch) for at, pitch in zip(ends, pitches, strict=True)]


SCALE = [60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83, 84, 86, 88, 89, 91, 93]

SHARED_MIDI: dict[str, Notes | Reason] = {
    "empty_tempo_at_end_of_buffer.mid": Notes(steps([66, 62, 67])),
    "f7_escape_realtime.mid": Notes(steps(list(range(50, 70)))),
    "f7_sysex_packets.mid": Notes(steps([62, 64, 65], start=300)),
    "format_2_two_patterns.mid": Notes(steps([72, 74, 76, 77, 79]), tempo=66.66667),
    "header_of_10_bytes.mid": Notes(steps(SCALE)),
    "program_change_under_note.mid": Notes(steps([62, 64, 65], start=240), program=7),
    "running_status_over_text_and_retrigger.mid": Notes([(0, 10, 60), (20, 30, 60)]),
    "struck_twice_released_once.mid": Notes([(0, 480, 60), *steps([62, 64, 65], start=480)]),
    "tempo_event_2_bytes.mid": Notes(steps(SCALE)),
    "tempo_event_empty.mid": Notes(steps(SCALE)),
    "ticks_beyond_32_bits.mid": Reason.BAD_TIME,
    "zero_length_notes_outnumber_real.mid": Notes(steps([60, 62, 64] * 10)),
    "zero_tempo_after_last_note.mid": Notes(steps(SCALE)),
}

SHARED_ARCHIVES: dict[str, Ingested] = {
    "finder_zip_with_duplicates.zip": Ingested(5, duplicates=5),
    "first_name_begins_with_lt.tar": Ingested(3),
    "hard_links.tar": Ingested(3, duplicates=3, skipped={"y/only-a-symlink.mid": "a link"}),
    "nested_archives.zip": Ingested(
        1,
        skipped=dict.fromkeys(("part0.zip", "part1.zip", "part2.zip", "song.mid.gz"), "unpack it"),
    ),
    "zeros_after_gzip.tar.gz": Ingested(4),
}
