"""The main job end to end, as a newcomer runs it: `make demo`, and what it leaves behind."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pretty_midi
import pyarrow.parquet as pq
import pytest

from tests.integration.nocturne import demo, nocturne
from tests.integration.pages import PLAYS, Visit

pytestmark = [pytest.mark.readme, pytest.mark.timeout(1800)]


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.mid")
    }


def _one(folder: Path) -> Path:
    (found,) = [path for path in folder.iterdir() if path.is_dir()]
    return found


def _model(home: Path) -> Path:
    (card,) = home.glob("nocturne-data/models/*/card.json")
    return card.parent


def test_every_file_is_accounted_for(composed: tuple[Path, str]) -> None:
    counts = json.loads((composed[0] / "nocturne-data/corpora/folk/notes.json").read_text())
    counts = counts["counts"]
    assert counts["inputs"] > 2000  # tunes
    assert counts["accepted"] + counts["quarantined"] + counts["duplicate"] == counts["inputs"]


def test_the_end_of_the_output_says_where_everything_is(composed: tuple[Path, str]) -> None:
    home, printed = composed
    places = {line.split()[-1] for line in printed.splitlines() if "/" in line}
    run, model = _one(home / "nocturne-data/samples"), _model(home)
    assert {str(run / "index.html"), str(run), str(model)} <= places


def test_the_index_pages_lead_to_all_of_it(composed: tuple[Path, str]) -> None:
    root = composed[0] / "nocturne-data"
    for section, page in (("samples", "index"), ("models", "report"), ("quality", "report")):
        (found,) = root.glob(f"{section}/*/{page}.html")
        html = (root / section / "index.html").read_text()
        assert f'href="{found.parent.name}/{page}.html"' in html


def test_samples_are_music_that_other_programs_read(composed: tuple[Path, str]) -> None:
    run = _one(composed[0] / "nocturne-data/samples")
    manifest = pq.read_table(run / "manifest.parquet").to_pylist()
    assert len(manifest) == len(list(run.glob("*.mid"))) == len(list(run.glob("*.ogg"))) == 3
    for row in manifest:
        (instrument,) = pretty_midi.PrettyMIDI(str(run / row["file"])).instruments
        assert 32 < len(instrument.notes) == row["notes"] <= 64


def test_the_gallery_opens_from_disk_and_plays_every_sample(
    composed: tuple[Path, str], browser: Any
) -> None:
    visit = Visit(browser, _one(composed[0] / "nocturne-data/samples") / "index.html")
    rolls = visit.page.locator(".card canvas")
    assert rolls.count() == 3
    for i in range(3):
        rolls.nth(i).scroll_into_view_if_needed()
        visit.until(f"document.querySelectorAll('.card canvas')[{i}].width > 0")  # drawn
    played = visit.page.evaluate(PLAYS)
    assert len(played) == 3
    assert all(at >= 0.2 and length > 1 for at, length, _ in played)
    assert visit.complaints == []
    assert all(request.startswith(("file:", "data:")) for request in visit.requests)


def test_training_learned_something(composed: tuple[Path, str]) -> None:
    model = _model(composed[0])
    metrics = json.loads((model / "metrics.json").read_text())
    history = json.loads((model / "history.json").read_text())
    assert history[-1]["valid_bits"] < metrics["baselines"]["uniform"]["bits_per_note"]
    assert metrics["bits_per_note"] < metrics["unigram_bits_per_note"]
    assert (model / "report.html").stat().st_size > 10_000


def test_a_second_run_reuses_everything_and_says_so(composed: tuple[Path, str]) -> None:
    home, _ = composed
    before = {p: p.stat().st_mtime_ns for p in (home / "nocturne-data").rglob("*.parquet")}
    again = demo(home)
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("reused") + again.stderr.count("already") >= 4
    assert "(already done: reused)" in again.stdout
    assert before == {p: p.stat().st_mtime_ns for p in (home / "nocturne-data").rglob("*.parquet")}


def test_the_same_seed_gives_the_same_bytes_in_another_process(
    composed: tuple[Path, str],
) -> None:
    home, _ = composed
    samples = home / "nocturne-data/samples"
    run = _one(samples)
    first = _digests(run)
    moved = shutil.move(run, home / "first")
    model = _model(home).name
    command = ("generate", "--model", model, "--samples", "3", "--seed", "0")
    assert nocturne(home, *command).returncode == 0
    assert _digests(_one(samples)) == first
    shutil.rmtree(_one(samples))
    shutil.move(moved, run)


def test_models_lists_the_model_with_its_scores(composed: tuple[Path, str]) -> None:
    home, _ = composed
    listed = nocturne(home, "models")
    model = _model(home).name
    (row,) = [line for line in listed.stdout.splitlines() if line.startswith(model)]
    metrics = json.loads((home / f"nocturne-data/models/{model}/metrics.json").read_text())
    assert f"{metrics['bits_per_note']:.2f}" in row
    pointer = home / "nocturne-data/models/champions/folk/factored.json"
    assert ("champion" in row) == pointer.exists()
