"""Two models side by side: which rows, what is said, what is refused, on screen and as a page."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from nocturne.schemas.config import TrainConfig
from nocturne.schemas.manifest import Counts
from nocturne.schemas.nights import CorpusProfile, ModelCorpus
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.pages.comparison.page import Comparison, compare_models, write_comparison
from nocturne.tasks.pages.comparison.rows import Row
from nocturne.tasks.storage.root import Root
from tests.tasks.model import model_for_tests as example
from tests.tasks.model.tiny_models import add_card


def add(
    root: Root, model_id: str, *, bits: float = 1.434, pitch: str = "60", **card: object
) -> None:
    """Write the card, metrics and corpus of a model."""
    content = example.card(**{"model_id": model_id, **card}).model_dump_json().encode()
    root.write_bytes(f"models/{model_id}/card.json", content)
    root.write_json(f"models/{model_id}/metrics.json", {**example.metrics(), "bits_per_note": bits})
    counts = Counts(inputs=4000, accepted=3603, quarantined=300, duplicate=97)
    profile = CorpusProfile(
        corpus="folk", fingerprint="f", counts=counts, notes=9, distributions={"pitch": {pitch: 9}}
    )
    recorded = ModelCorpus(profile=profile).model_dump(mode="json")
    root.write_json(f"models/{model_id}/corpus.json", recorded)


@pytest.fixture
def pair(root: Root) -> Root:
    """Return a root with folk-1, which is champion, and folk-2, which learned from more songs."""
    add(root, "folk-1")
    add(
        root,
        "folk-2",
        bits=1.25,
        pitch="61",
        created=example.card().created + timedelta(days=1),
        config=TrainConfig(seed=8, dropout=0.2),
        data_fingerprint="other",
        songs={"train": 3300, "valid": 401, "test": 1},
    )
    promote(root, "folk-1", "better")
    return root


def row(rows: tuple[Row, ...], name: str) -> Row:
    (found,) = (one for one in rows if one.name == name)
    return found


def test_figures_settings_and_corpora_stand_side_by_side(pair: Root) -> None:
    found = compare_models(pair, "champion", "latest", "folk")
    assert (found.first, found.second) == ("folk-1", "folk-2")
    assert row(found.figures, "Bits per note")[1:] == ("1.434", "1.250", "-0.184")
    assert row(found.figures, "Pitch, bits")[1:] == ("0.912", "0.912", "")
    assert row(found.figures, "Composite baseline, bits")[1:3] == ("2.384", "2.384")
    assert row(found.figures, "Samples: Repetition")[1:] == ("0.34", "0.34", "")
    assert [one[:3] for one in found.settings] == [("Seed", "7", "8"), ("Dropout", "0.1", "0.2")]
    assert row(found.corpora, "Songs, train")[1:] == ("3,201", "3,300", "+99")
    assert row(found.corpora, "Files, quarantined")[1:] == ("300", "300", "")
    assert dict(found.divergences)["Pitch"] == "1.000"
    assert row(found.facts, "Champion")[1:3] == ("yes", "no")
    assert found.summary == (
        "folk-2 needs 1.250 bits per note, 0.184 fewer than folk-1 with 1.434."
    )
    assert found.caution.startswith("The corpus changed between the two")


def test_what_was_not_measured_or_recorded_is_said(root: Root) -> None:
    for name in ("folk-1", "folk-2"):
        add_card(root, name)
    found = compare_models(root, "folk-1", "folk-2")
    assert found.summary == "Bits per note were not measured of both models."
    assert row(found.figures, "Bits per note")[1:] == ("not measured", "not measured", "")
    assert row(found.corpora, "Files, accepted")[1:3] == ("not recorded", "not recorded")
    assert (found.divergences, found.settings, found.caution) == ((), (), "")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("folk-1", "folk-9"), "no model folk-9 under "),
        (("folk-1", "champion"), "folk-1 and champion are the same model, folk-1: name two"),
        (
            ("folk-1", "mine-1"),
            "folk-1 is a model of folk (factored) and mine-1 one of mine (factored): compare "
            "models of one corpus and scheme",
        ),
        (("folk-1", "folk-max"), "one of folk (song-max): compare models of one corpus"),
        (("folk-1", "folk-bad"), "card.json is damaged"),
    ],
)
def test_models_that_do_not_compare_are_refused_in_one_line(
    root: Root, capsys: pytest.CaptureFixture[str], names: tuple[str, str], message: str
) -> None:
    add_card(root, "folk-1")
    add_card(root, "mine-1", corpus="mine")
    add_card(root, "folk-max", scheme="song-max")
    root.write_bytes("models/folk-bad/card.json", b"{")
    promote(root, "folk-1", "")
    assert run(["compare", *names, "--root", root.uri, "--corpus", "folk"]) == 1
    found = capsys.readouterr()
    assert message in found.err
    assert found.err.count("\n") == 1
    assert found.out == ""


def test_the_command_prints_tables_and_where_the_page_is(
    pair: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", "folk-1", "folk-2", "--root", pair.uri]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "folk-2 needs 1.250 bits per note, 0.184 fewer than folk-1 with 1.434."
    table = [line.split() for line in lines]
    assert ["figures", "folk-1", "folk-2", "change"] in table
    assert ["Bits", "per", "note", "1.434", "1.250", "-0.184"] in table
    assert ["Dropout", "0.1", "0.2"] in table
    assert lines[-1] == f"page  {pair.base}/models/folk-1/compare-folk-2.html"
    assert Path(lines[-1].removeprefix("page  ")).is_file()


def test_the_page_has_every_row_and_links_to_reports_that_exist(pair: Root) -> None:
    pair.write_bytes("models/folk-2/report.html", b"<!doctype html>")
    comparison: Comparison = compare_models(pair, "folk-1", "folk-2")
    path = write_comparison(pair, comparison)
    html = pair.read_bytes(path).decode()
    assert path == "models/folk-1/compare-folk-2.html"
    rows = (*comparison.figures, *comparison.settings, *comparison.facts, *comparison.corpora)
    assert html.count('<th scope="row">') == len(rows) + len(comparison.divergences)
    assert 'href="../../models/folk-2/report.html"' in html
    assert "Report on folk-1" not in html
    assert json.dumps("http") not in html


def test_the_page_shows_hostile_text_as_text(pair: Root) -> None:
    add(pair, "folk-3", stopped=example.HOSTILE)
    html = pair.read_bytes(
        write_comparison(pair, compare_models(pair, "folk-3", "folk-1"))
    ).decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
