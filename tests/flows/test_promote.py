"""Promotion by hand on the command line: each model in its own corpus, and the way back."""

import pytest

from nocturne.flows.cli.commands import run
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_model

pytestmark = pytest.mark.usefixtures("prefect_server", "quiet_logging")


def champions(root: Root) -> dict[str, str]:
    found = {corpus: read_champion(root, corpus, "factored") for corpus in ("folk", "mine")}
    return {corpus: one.model_id for corpus, one in found.items() if one}


def said(root: Root, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """Run a command that ends with `code`; return what it printed."""
    assert run([*words, "--root", root.uri]) == code
    found = capsys.readouterr()
    return found.out if code == 0 else found.err


def test_promote_and_roll_back(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    for number, name in enumerate(("folk-1", "folk-2", "mine-1", "mine-2")):
        add_model(root, name, seed=number, corpus=name.partition("-")[0], day=number)
    for name in ("folk-1", "folk-2", "mine-1"):
        said(root, capsys, "promote", name)
    assert champions(root) == {"folk": "folk-2", "mine": "mine-1"}
    assert "Champion of mine (factored): mine-2" in said(root, capsys, "promote", "latest")
    said(root, capsys, "promote", "--rollback", "--corpus", "folk")
    assert champions(root) == {"folk": "folk-1", "mine": "mine-2"}
    said(root, capsys, "promote", "latest", "--corpus", "folk")
    assert champions(root) == {"folk": "folk-2", "mine": "mine-2"}
    said(root, capsys, "promote", "--rollback")  # what changed last was the champion of folk
    assert champions(root) == {"folk": "folk-1", "mine": "mine-2"}
    line = said(root, capsys, "promote", "--rollback", code=1)
    assert "no earlier champion of folk (factored) to go back to" in line


def test_a_damaged_model_is_not_promoted(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    add_model(root, "folk-1")
    root.write_bytes("models/folk-1/weights.safetensors", b"")
    line = said(root, capsys, "promote", "folk-1", code=1)
    assert "weights.safetensors is not what was saved" in line
    assert champions(root) == {}
