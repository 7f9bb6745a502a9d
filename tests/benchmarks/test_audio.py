"""The benchmark of audio, on a few notes."""

from benchmarks.audio import beginning, figures
from tests.tasks.music.notes_for_tests import scale


def test_it_tells_time_and_size_a_sample() -> None:
    found = figures([beginning(scale(8), 4)] * 2)
    assert found["samples"] == 2
    assert found["rustysynth_cpu_s"] > 0
    assert found["rustysynth_bytes"] > 1000
