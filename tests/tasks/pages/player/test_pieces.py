"""Tests of the data that a page's script reads."""

import json
from pathlib import Path

from nocturne.tasks.music.notes import Notes
from nocturne.tasks.pages.player.pieces import axis_of, length_of, page_data
from tests.tasks.music.notes_for_tests import notes_of
from tests.tasks.pages.player.pages_for_tests import row_of, run_of, write_pages
from tests.tasks.samples.runs_for_tests import wander


def piece(notes: Notes) -> dict[str, object]:
    run = run_of(1)
    return dict(json.loads(page_data(run, [row_of(run, 0, notes)], []))["pieces"][0])


def test_a_piece_has_its_notes_and_the_scales_of_its_roll() -> None:
    found = piece(notes_of([(0, 1, 60, 90), (15, 16, 90, 80)]))
    assert found["notes"] == "[[0,480,60,90],[7200,480,90,80]]"
    assert found["points"] == [[0.0, 0.0], [8.0, 1.0]]
    assert (found["low"], found["high"]) == (58, 92)
    assert (found["microseconds"], found["tick"]) == (500_000, 500_000 / 1e6 / 480)
    assert found["length"] == 9.5  # 16 beats are 8 s, and the last note rings


def test_long_rests_are_shortened_without_a_picture() -> None:
    tune = [(i / 2, i / 2 + 0.4, 60 + i % 12, 90) for i in range(64)]
    row = row_of(run_of(1), 0, notes_of([*tune, (96, 100, 64, 90)]))
    assert axis_of(row).stretches == ((0, 32), (96, 100))


def test_audio_gives_the_length_of_a_piece() -> None:
    assert length_of({"audio_seconds": 12.5, "seconds": 10}) == 12.5


def test_text_cannot_end_the_element_that_holds_the_data(tmp_path: Path) -> None:
    run = run_of(1).model_copy(update={"run_id": "</script>"})
    data = page_data(run, [row_of(run, 0, wander(0))], [])
    assert "<" not in data
    assert json.loads(data)["run"] == "</script>"
    html = write_pages(tmp_path, [wander(0)] * 13).read_text()
    assert html.count('<ul class="grid wide">') == 2  # of twelve, and the rest
    assert html.count("<canvas role") == 13 + 2  # of the pieces and the listening test
