"""Tests of the notes that pages hold: those of the MIDI files, whatever became of their tables."""

import json
from pathlib import Path

import pytest
import symusic

from nocturne.tasks.music.composition import Composition
from nocturne.tasks.pages import gallery
from nocturne.tasks.samples import batches, page_notes, publish
from nocturne.tasks.samples.batches import begin_run, write_batch
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.page_notes import notes_of_run, page_notes_of
from nocturne.tasks.storage.layout import NOTES_FILE, run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.music.notes_for_tests import notes_of
from tests.tasks.samples.requests_for_tests import requested
from tests.tasks.samples.runs_for_tests import contents, make, wander, wander_from, write_run


def test_notes_are_ticks_in_the_order_of_onset_and_pitch() -> None:
    notes = notes_of([(0, 1, 64, 80), (0, 0.5, 60, 90), (1.25, 2, 60, 1)])
    assert page_notes_of(notes) == "[[0,240,60,90],[0,480,64,80],[600,360,60,1]]"


@pytest.mark.usefixtures("quick")
def test_the_table_has_the_notes_of_every_midi_file(root: Root) -> None:
    run = write_run(root, 6, audio=False)
    texts = notes_of_run(root, run)(0, 6)
    for index, text in enumerate(texts):
        content = root.read_bytes(f"samples/{run.run_id}/{index:05d}.mid")
        played = symusic.Score.from_midi(content).tracks[0].notes
        expected = sorted([n.time, n.duration, n.pitch, n.velocity] for n in played)
        assert sorted(json.loads(text or "")) == expected
    assert notes_of_run(root, run)(4, 2) == texts[4:]
    assert notes_of_run(root, run)(5, 2) == [None, None]  # one of them is not there


@pytest.mark.usefixtures("quick")
def test_pages_get_the_notes_of_their_rows(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[int, str] = {}

    def render(_template: str, **values: object) -> str:
        seen.update({row["index"]: row["page_notes"] for row in values["rows"]})  # type: ignore
        return ""

    monkeypatch.setattr(gallery, "render", render)
    write_run(root, 5, audio=False)
    assert seen == {index: page_notes_of(wander(index)) for index in range(5)}


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_table_that_is_lost_is_made_again_from_the_midi_files(root: Root, damage: str) -> None:
    run = write_run(root, 2, audio=False)
    before = contents(root, run)
    path = Path(root.full(run_path(run.run_id, NOTES_FILE)))
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    assert not is_published(root, run)
    make(root, run)
    assert contents(root, run) == before


@pytest.mark.usefixtures("quick")
def test_a_longer_run_reads_no_midi_file_again(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_notes, "_from_midi", None)
    first = make(root, requested(root, samples=4, seed=7))
    more = make(root, requested(root, run=first.run_id, more=3))
    assert notes_of_run(root, more)(0, 7) == [page_notes_of(wander(i, 16)) for i in range(7)]


@pytest.mark.usefixtures("quick")
def test_one_batch_of_notes_is_held_at_a_time(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    table = page_notes._table
    monkeypatch.setattr(page_notes, "_table", lambda a, b: counts.append(len(b)) or table(a, b))
    run = requested(root, samples=10, seed=7)
    for first, count in begin_run(root, run):
        write_batch(root, run, first, wander_from(first, count, 16))
    assert counts == [4, 4, 2]
    make(root, run)
    assert counts == [4, 4, 2] * 2


def test_notes_of_another_try_are_written_again(root: Root) -> None:
    run = requested(root, samples=1, seed=7)
    for piece in (wander(1), wander(0)):
        write_batch(root, run, 0, [Composition(piece)])
    assert publish.batches_of(run) == batches.batches_of(run)
    make(root, run)
    assert notes_of_run(root, run)(0, 1) == [page_notes_of(wander(0))]
