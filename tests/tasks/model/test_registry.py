"""Tests of naming models: champion, latest, ids, and what is said when there is none."""

from datetime import UTC, datetime

import pytest

from schemas.errors import ModelError
from tasks.model.champion import promote
from tasks.model.registry import known_models, read_card, resolve
from tasks.storage.root import Root
from tests.tasks.storage.runs_for_tests import card_of


def add(root: Root, model_id: str, year: int = 2026) -> None:
    card = card_of(model_id).model_copy(update={"created": datetime(year, 1, 1, tzinfo=UTC)})
    root.write_bytes(f"models/{model_id}/card.json", card.model_dump_json().encode())


def message(root: Root, name: str) -> str:
    with pytest.raises(ModelError) as error:
        resolve(root, name)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_an_id_is_itself_and_latest_is_the_newest(root: Root) -> None:
    add(root, "a", 2026)
    add(root, "b", 2024)
    add(root, "c", 2025)
    root.write_bytes("models/unfinished/weights.safetensors", b"")
    assert known_models(root) == ["a", "b", "c"]
    assert resolve(root, "b") == "b"
    assert resolve(root, "latest") == "a"
    assert read_card(root, "b").model_id == "b"


def test_champion_is_the_promoted_one(root: Root) -> None:
    add(root, "a")
    add(root, "b")
    promote(root, "a", "better")
    assert resolve(root, "champion") == "a"
    promote(root, "b", "better still")
    assert resolve(root, "champion") == "b"


def test_without_models_it_says_to_train(root: Root) -> None:
    for name in ("champion", "latest", "a"):
        assert "run nocturne train" in message(root, name)


@pytest.mark.parametrize("name", ["zzz", "../a", "a/", ""])
def test_an_unknown_model_lists_the_known(root: Root, name: str) -> None:
    add(root, "a")
    add(root, "b")
    assert message(root, name).endswith("use champion, latest or one of a, b")


def test_without_champion_it_says_what_to_do(root: Root) -> None:
    add(root, "a")
    assert "--model: latest, a" in message(root, "champion")


def test_a_deleted_champion_is_told(root: Root) -> None:
    add(root, "a")
    add(root, "b")
    promote(root, "a", "better")
    root.delete("models/a")
    assert "the champion a is gone" in message(root, "champion")


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff\xfe"])
def test_a_damaged_card_is_told(root: Root, content: bytes) -> None:
    root.write_bytes("models/a/card.json", content)
    with pytest.raises(ModelError, match="is damaged: train the model again"):
        read_card(root, "a")
