"""Every JSON file of a model or champion, damaged in every way: one line, and others still work."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nocturne.flows.cli.root_commands.models import list_models
from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import CorpusError, ModelError, NocturneError
from nocturne.tasks.model.evaluation import evaluate
from nocturne.tasks.model.promotion import consider
from nocturne.tasks.model.registry.champion import promote, read_champion, roll_back
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.models import read_metrics
from nocturne.tasks.model.registry.open_models import damage_of, load_model
from nocturne.tasks.model.warm_start import choose_warm_start
from nocturne.tasks.pages.model_report import publish
from nocturne.tasks.storage.layout import OLD_CHAMPION, champion_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_model

POINTER = champion_path("folk", "factored")
WRONG = {  # by file: a field, and a value of the wrong type for it
    "models/b/card.json": ("steps", "many"),
    "models/b/config.json": ("sha256", 3),
    "models/b/vocabulary.json": ("attributes", 3),
    "models/b/metrics.json": ("bits_per_note", ["low"]),
    "models/b/history.json": (0, 7),
    POINTER: ("history", "none"),
    OLD_CHAMPION: ("history", [{"model_id": 3}]),
}
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "not UTF-8": lambda content: content.replace(b'"', b'"\xff', 1),
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "zeros": lambda content: bytes(len(content)),
    "a number": lambda content: b"3",
    "null": lambda content: b"null",
    "deep": lambda content: b"[" * 50_000,
}


@pytest.fixture
def place(root: Root, monkeypatch: pytest.MonkeyPatch) -> Root:
    """A root with models a, b and c of folk, b the champion, and with an earlier version's file."""
    monkeypatch.setattr(publish, "_draw_rolls", lambda *_: iter(()))  # they need a corpus
    for number, name in enumerate("abc"):
        add_model(root, name, seed=number, day=number)
        root.write_json(f"models/{name}/history.json", [{"step": 1, "seconds": 2.0}])
    for name in "ab":
        promote(root, name, "better")
    root.write_bytes(OLD_CHAMPION, _as_before(root))
    return root


def _as_before(root: Root) -> bytes:
    pointer = root.read_json(POINTER)
    kept = ("model_id", "at", "reason", "previous")
    history = [{name: entry[name] for name in kept} for entry in pointer["history"]]
    return json.dumps({"model_id": pointer["model_id"], "history": history}).encode()


def everything(root: Root) -> dict[str, Callable[[], Any]]:
    """Return what commands do with models, by the command; each may fail in one line only."""
    folk = "folk", "factored"
    config = TrainConfig(root=root.uri, corpus="folk")
    return {
        "generate": lambda: load_model(root, find(root, "champion", "folk").model_id),
        "generate b": lambda: load_model(root, find(root, "b").model_id),
        "evaluate": lambda: evaluate.complete_metrics(root, "b"),
        "report": lambda: publish.write_report(root, "b"),
        "metrics": lambda: read_metrics(root, "b"),
        "retrain": lambda: choose_warm_start(root, config),
        "gate": lambda: consider(root, "b"),
        "gate of another": lambda: consider(root, "c"),
        "champion": lambda: read_champion(root, "folk", "factored"),
        "promote": lambda: promote(root, "b", ""),
        "rollback": lambda: roll_back(root, "folk", "factored"),
        "damage": lambda: damage_of(root, "b"),
        "folk": lambda: find(root, "latest", *folk),  # type: ignore[arg-type]
    }


def _spoil(root: Root, path: str, damage: str) -> None:
    content = root.read_bytes(path)
    if damage in DAMAGES:
        root.write_bytes(path, DAMAGES[damage](content))
        return
    value = json.loads(content)
    if damage == "wrong type":
        field, wrong = WRONG[path]
        value[field] = wrong
    elif isinstance(value, dict):
        value["of a newer version"] = 1
    root.write_json(path, value)


@pytest.mark.parametrize("damage", [*DAMAGES, "wrong type", "unknown field"])
@pytest.mark.parametrize("path", sorted(WRONG))
def test_nothing_gives_a_traceback(place: Root, path: str, damage: str) -> None:
    _spoil(place, path, damage)
    name = Path(path).name
    said = list_models(place.uri)  # always works
    assert {row[0] for row in said.rows} >= {"a", "b", "c"}
    lines = list(said.troubles)
    for call in everything(place).values():
        try:
            with suppress(CorpusError):  # no corpus is prepared, and only that is said
                call()
        except NocturneError as error:
            lines.append(str(error))
    for line in lines:
        assert "\n" not in line
        assert name in line or "no earlier champion" in line or "is gone" in line
        assert len(line) < 600
    harmless = {"config.json", "metrics.json", "history.json"} if damage == "unknown field" else ()
    assert name in harmless or lines


@pytest.mark.parametrize("damage", [*DAMAGES, "wrong type", "unknown field"])
def test_a_damaged_model_hides_no_other(place: Root, damage: str) -> None:
    _spoil(place, "models/b/card.json", damage)
    listing = list_models(place.uri)
    rows = {row[0]: row[1] for row in listing.rows if row[0]}
    assert rows == {"a": "", "b": "damaged", "c": ""}
    (reason,) = listing.troubles
    assert "models/b/card.json is" in reason
    assert find(place, "latest").model_id == "c"
    assert find(place, "a").model_id == "a"
    assert damage_of(place, "a") is None
    verdict = consider(place, "c")  # the champion is damaged: it defends nothing
    assert "not compared with" in verdict.reason
    assert "models/b/card.json is" in verdict.reason


@pytest.mark.parametrize("path", [POINTER, OLD_CHAMPION])
def test_a_damaged_pointer_hides_no_model(place: Root, path: str) -> None:
    _spoil(place, path, "cut")
    listing = list_models(place.uri)
    assert [row[0] for row in listing.rows] == ["c", "b", "a"]
    assert any(Path(path).name in line for line in listing.troubles)
    assert find(place, "latest").model_id == "c"
    with pytest.raises(ModelError, match=r"is damaged: .*delete it and promote a model again"):
        promote(place, "c", "")
    place.delete(path)
    assert promote(place, "c", "").model_id == "c"
