"""The files of one sample: what an earlier try left is kept if it is what would be made."""

import hashlib

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.pages.charts.piano_roll import is_current
from nocturne.tasks.pages.charts.roll_axes import time_axis
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.sample_files import make_files
from tests.tasks.samples.runs_for_tests import card_of, wander

RUN = plan_run(GenerateConfig(samples=1, audio=False, seed=1), card_of())


def test_whole_pictures_of_today_are_kept() -> None:
    files, row = make_files(RUN, 0, Composition(wander(0)))
    again, same = make_files(RUN, 0, Composition(wander(0)), files.get)
    assert again == {}
    assert same == row
    assert row["picture_beats"] == time_axis(wander(0)).flat()


def test_only_what_the_prefect_ui_shows_has_a_picture() -> None:
    run = plan_run(GenerateConfig(samples=5, audio=2, seed=1), card_of())
    for index in (2, 3):
        files, row = make_files(run, index, Composition(wander(index)))
        assert set(files) == {f"{index:05d}.mid"} | ({"00002.png"} if index == 2 else set())
        assert (row["picture"], row["audio"]) == ("00002.png" if index == 2 else None, None)


@pytest.mark.parametrize(
    "change", [lambda png: png[:-20], lambda png: png.replace(b"roll", b"ROLL")]
)
def test_a_cut_picture_or_one_with_other_axes_is_drawn_again(change) -> None:  # type: ignore[no-untyped-def]
    files, _ = make_files(RUN, 0, Composition(wander(0)))
    left = files | {"00000.png": change(files["00000.png"])}
    again, _ = make_files(RUN, 0, Composition(wander(0)), left.get)
    assert list(again) == ["00000.png"]
    assert is_current(again["00000.png"])


def test_midi_of_this_format_stays() -> None:
    """Raise FORMAT_VERSION where these bytes change."""
    run = plan_run(GenerateConfig(seed=0, audio=False), card_of())
    run = run.model_copy(update={"origin": run.origin.model_copy(update={"version": "0.1.0"})})
    files, row = make_files(run, 3, Composition(wander(3)))
    assert row["midi_sha256"].startswith("944139b605dca63d")
    assert hashlib.sha256(files["00003.mid"]).hexdigest() == row["midi_sha256"]
