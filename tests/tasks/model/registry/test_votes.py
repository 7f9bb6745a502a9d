"""Tests of the votes of listening tests: counted once, checked, and in the model's report."""

import json
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

from nocturne.flows.cli.commands import run as nocturne
from nocturne.schemas.errors import ModelError
from nocturne.schemas.samples.votes import VotesFile
from nocturne.tasks.model.registry.votes import (
    add_votes,
    listening_result,
    parse_votes,
    wilson_interval,
)
from nocturne.tasks.pages.model_report.report import report_markdown, report_page
from nocturne.tasks.storage.root import Root
from tests.tasks.model import model_for_tests as example
from tests.tasks.model.tiny_models import add_model

MODEL = "folk-small-1"


def votes_file(correct: list[bool], session: str = "1-2-3-4", **changes: Any) -> VotesFile:
    votes = [{"sample": i, "real": f"{i:032x}", "correct": one} for i, one in enumerate(correct)]
    content = {
        "kind": "nocturne-votes",
        "run_id": f"{MODEL}-seed7-0123abcd",
        "model_id": MODEL,
        "session": session,
        "votes": votes,
        **changes,
    }
    return parse_votes(json.dumps(content).encode(), "votes.json")


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (12, 20), (57, 100)])
def test_the_interval_is_wilsons(successes: int, trials: int) -> None:
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((expected.low, expected.high))


def test_a_session_counts_once_with_its_longest_file(root: Root) -> None:
    add_model(root, MODEL)
    assert listening_result(root, MODEL) is None
    assert add_votes(root, votes_file([True, False])).added == 2
    assert add_votes(root, votes_file([True, False])).added == 0
    longer = add_votes(root, votes_file([True, False, True]))
    assert (longer.added, longer.votes, longer.correct) == (1, 3, 2)
    assert add_votes(root, votes_file([True, False])).votes == 3
    other = add_votes(root, votes_file([True], session="5"))
    assert (other.sessions, other.votes, other.correct) == (2, 4, 3)
    assert other.words == (
        "Listeners found the real piece in 3 of 4 pairs of a real piece and a sample: 75%, with a "
        "95% interval from 30% to 95%; who guesses finds 50%"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\x00",
        json.dumps({"kind": "nocturne-keep", "run_id": "a", "indices": [1]}).encode(),
    ],
)
def test_other_files_are_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"^x\.json is no file of votes: save one") as error:
        parse_votes(content, "x.json")
    assert "\n" not in str(error.value)


def test_votes_on_other_models_are_refused(root: Root) -> None:
    with pytest.raises(ModelError, match="no model folk-small-1 under"):
        add_votes(root, votes_file([True]))
    with pytest.raises(ModelError, match="is not by model other"):
        votes_file([True], model_id="other")


def test_the_report_shows_them(root: Root) -> None:
    add_model(root, MODEL)
    heard = add_votes(root, votes_file([True, True, False]))
    of_model = (example.card(), example.model_metrics(), example.history(), [])
    for text in (report_page(*of_model, heard=heard), report_markdown(*of_model, heard=heard)):
        assert "Listeners found the real piece in 2 of 3 pairs" in text
    assert "Listeners" not in report_page(*of_model)


def test_the_command_counts_votes_though_no_report_can_be_written(
    root: Root, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_model(root, MODEL)
    file = tmp_path / "votes.json"
    file.write_text(votes_file([True, False]).model_dump_json())
    assert nocturne(["votes", str(file), "--root", root.uri, "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["result"]["votes"] == 2
    assert "the report was not written again" in err
