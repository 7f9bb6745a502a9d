"""Tests of what is known of the models of a root: cards and metrics, whole or damaged."""

from typing import Any

import pytest

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.models import (
    known_models,
    read_card,
    read_cards,
    read_metrics,
)
from nocturne.tasks.storage.layout import METRICS_FILE, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card


def test_a_model_is_a_folder_with_a_card(root: Root) -> None:
    for name in ("b", "a"):
        add_card(root, name)
    root.write_bytes("models/unfinished/weights.safetensors", b"")
    promote(root, "a", "")
    add_card(root, "card", corpus="card.json")
    promote(root, "card", "")  # under models/champions there is now a folder card.json
    assert known_models(root) == ["a", "b", "card"]
    assert read_card(root, "b").model_id == "b"


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff\xfe"])
def test_a_damaged_card_is_told_and_hides_no_other(root: Root, content: bytes) -> None:
    add_card(root, "b")
    root.write_bytes("models/a/card.json", content)
    with pytest.raises(ModelError, match=r"card\.json is damaged: .*; train the model again"):
        read_card(root, "a")
    cards, damaged = read_cards(root)
    assert [card.model_id for card in cards] == ["b"]
    assert "models/a/card.json is damaged" in damaged["a"]


def test_a_card_of_a_newer_version_names_the_unknown_field(root: Root) -> None:
    add_card(root, "a")
    card = root.read_json("models/a/card.json")
    card["config"]["depth"] = 3
    root.write_json("models/a/card.json", card)
    with pytest.raises(ModelError, match=r"another version of Nocturne \(unknown: config\.depth\)"):
        read_card(root, "a")


def test_the_card_of_another_model_is_refused(root: Root) -> None:
    add_card(root, "a")
    root.write_bytes("models/copy/card.json", root.read_bytes("models/a/card.json"))
    with pytest.raises(ModelError, match=r"copy/card\.json is that of a: rename or delete"):
        read_card(root, "copy")


def test_metrics_count_for_the_weights_that_were_measured(root: Root) -> None:
    add_card(root, "a")
    assert read_metrics(root, "a") == ModelMetrics()
    digest = read_card(root, "a").weights_sha256
    figures: dict[str, Any] = {"bits_per_note": 2.5, "looping_share": 0.5}
    for content in (figures, {**figures, "weights_sha256": digest}):  # earlier versions: without
        root.write_json(model_path("a", METRICS_FILE), content)
        assert read_metrics(root, "a").flat() == content
    root.write_json(model_path("a", METRICS_FILE), {**figures, "weights_sha256": "another"})
    assert read_metrics(root, "a") == ModelMetrics()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"bits_per_note": "low"}'])
def test_damaged_metrics_are_one_line(root: Root, content: bytes) -> None:
    add_card(root, "a")
    root.write_bytes(model_path("a", METRICS_FILE), content)
    with pytest.raises(ModelError, match=r"a/metrics\.json is damaged: .*; delete it and train"):
        read_metrics(root, "a")
