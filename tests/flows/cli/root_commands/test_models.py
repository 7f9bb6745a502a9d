"""The list of models: by corpus and scheme, with the champion of each."""

import pytest

from nocturne.flows.cli.commands import run
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card


def listed(root: Root, capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    """Return the lines of `nocturne models`, and those of standard error."""
    assert run(["models", "--root", root.uri]) == 0
    found = capsys.readouterr()
    return found.out.splitlines(), found.err.splitlines()


def test_models_stand_by_corpus_and_scheme_the_newest_first(
    root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    add_card(root, "folk-1", day=1)
    add_card(root, "folk-2", day=4)
    add_card(root, "folk-old", scheme="song-max", day=2)
    add_card(root, "mine-1", corpus="mine", day=3)
    for name in ("folk-1", "mine-1", "folk-old"):
        promote(root, name, "")
    lines, errors = listed(root, capsys)
    assert lines[0].split()[:2] == ["model", "bits/note"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["folk-2", "-"],
        ["folk-1", "champion"],
        [],
        ["mine-1", "champion"],
        [],
        ["folk-old", "champion"],
    ]
    assert "song-max" in lines[-1]
    assert errors == []


def test_a_damaged_model_stands_in_the_list_and_its_reason_below(
    root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    add_card(root, "a")
    root.write_bytes("models/b/card.json", b"{")
    root.write_bytes("models/a/metrics.json", b"{")
    add_card(root, "c")
    promote(root, "c", "")
    root.delete("models/c")
    lines, errors = listed(root, capsys)
    assert [line.split()[:2] for line in lines[1:]] == [["a", "-"], [], ["b", "damaged"]]
    assert "the champion c of folk (factored) is gone" in errors.pop(0)
    assert [("metrics.json" in line, "card.json" in line) for line in errors] == [
        (True, False),
        (False, True),
    ]
