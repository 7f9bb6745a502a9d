"""The page and audio of a run made again: of one of today, and of one of an earlier version."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from nocturne.flows.cli import commands
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import LATER_COLUMNS, RENDERER
from nocturne.tasks.samples import renew
from nocturne.tasks.samples.check import holds_run, read_run_folder
from nocturne.tasks.samples.page_notes import notes_of_run, page_notes_of
from nocturne.tasks.samples.renew import renew_gallery
from nocturne.tasks.storage.layout import run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, contents, wander, write_run


@pytest.fixture(autouse=True)
def _card(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up model of the runs has a card."""
    monkeypatch.setattr(renew, "read_card", lambda _root, _model: card_of())


def as_of_before(folder: Path) -> None:
    """Leave what an earlier version wrote: no notes, no sizes, audio of another synthesizer."""
    rows = pq.read_table(folder / "manifest.parquet").drop_columns(list(LATER_COLUMNS))
    table = rows.to_pylist()
    for row in table:
        row["audio_renderer"] = "fluidsynth"
        soundfile.write(folder / row["audio"], np.zeros((32_000, 1)), 32_000, subtype="VORBIS")
    pq.write_table(rows.from_pylist(table, schema=rows.schema), folder / "manifest.parquet")
    (folder / "notes.parquet").unlink()
    run = json.loads((folder / "run.json").read_bytes())
    for field in ("page_bytes", "origin", "drawn_seed", "first_samples", "extends"):
        del run[field]
    run["config"]["audio"] = True
    for field in ("formats", "first_index"):
        del run["config"][field]
    (folder / "run.json").write_text(json.dumps(run))


def test_a_run_of_an_earlier_version_gets_page_notes_and_audio(root: Root) -> None:
    run = write_run(root, 2, audio=True)
    folder = Path(root.full(run_path(run.run_id)))
    midi = {name: content for name, content in contents(root, run).items() if "mid" in name}
    as_of_before(folder)
    (folder / "index.html").write_text("of before")
    made = renew_gallery(root, run.run_id)
    assert (made.run_id, made.samples) == (run.run_id, 2)
    after = read_run_folder(root, run.run_id)
    assert after.run is not None
    assert after.manifest is not None
    assert holds_run(after, after.run)
    assert after.manifest["audio_renderer"].to_pylist() == [RENDERER] * 2
    assert soundfile.info(folder / "00001.ogg").samplerate == 48_000
    assert notes_of_run(root, run)(0, 2) == [page_notes_of(wander(index)) for index in range(2)]
    assert "of before" not in (folder / "index.html").read_text()
    assert {name: contents(root, run)[name] for name in midi} == midi


def test_only_what_is_missing_is_made(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_run(root, 2, audio=True)
    renew_gallery(root, run.run_id)
    before = contents(root, run)
    folder = Path(root.full(run_path(run.run_id)))
    (folder / "00001.ogg").unlink()
    (folder / "index.html").unlink()
    assert commands.run(["gallery", run.run_id, "--root", root.uri]) == 0
    assert "index.html" in capsys.readouterr().out
    after = contents(root, run)
    assert {name for name in before if after[name] != before[name]} <= {
        "00001.ogg",
        "manifest.parquet",
    }
    again = contents(root, run)
    renew_gallery(root, run.run_id)
    assert contents(root, run) == again


def test_a_run_that_is_not_there_is_one_line(root: Root) -> None:
    with pytest.raises(SamplesError, match=r"no finished run nothing under .*: nocturne runs"):
        renew_gallery(root, "nothing")
