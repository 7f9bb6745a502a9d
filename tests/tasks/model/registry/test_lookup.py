"""Tests of naming models: champion, latest, ids, and what is said when there is none."""

from typing import Any

import pytest

from nocturne.schemas.errors import ModelError
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.lookup import find, last_changed, resolve
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card


def message(root: Root, name: str, *line: Any) -> str:
    with pytest.raises(ModelError) as error:
        resolve(root, name, *line)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def two(root: Root) -> Root:
    """A root with champions of folk and, trained later, models of mine."""
    add_card(root, "folk-1", day=1)
    add_card(root, "folk-2", day=3)
    add_card(root, "folk-old", scheme="song-max", day=2)
    add_card(root, "mine-1", corpus="mine", day=4)
    add_card(root, "mine-2", corpus="mine", day=5)
    promote(root, "mine-1", "better")
    promote(root, "folk-1", "better")
    return root


def test_an_id_is_itself_and_latest_is_the_newest(two: Root) -> None:
    assert resolve(two, "folk-1") == "folk-1"
    assert resolve(two, "latest") == "mine-2"
    assert resolve(two, "latest", "folk") == "folk-2"
    assert resolve(two, "latest", "folk", "song-max") == "folk-old"


def test_an_id_stands_for_itself_whatever_its_corpus(two: Root) -> None:
    found = find(two, "folk-1", "mine")
    assert found.words == "folk-1, a model of folk (not mine: an id stands for itself)"


def test_a_champion_is_that_of_the_corpus_or_of_the_corpus_last_trained(two: Root) -> None:
    assert find(two, "champion", "folk").words == "folk-1, the champion of folk (factored)"
    found = find(two, "champion")
    assert found.words == "mine-1, the champion of mine (factored), the corpus last trained"
    promote(two, "folk-old", "better")
    assert resolve(two, "champion", "folk") == "folk-1"  # its scheme was trained last
    assert resolve(two, "champion", "folk", "song-max") == "folk-old"
    assert resolve(two, "champion", None, "song-max") == "folk-old"


def test_a_corpus_without_a_champion_does_not_play_that_of_another(two: Root) -> None:
    add_card(two, "pop-1", corpus="pop", day=9)
    said = message(two, "champion")
    assert "no champion of pop, the corpus last trained" in said
    assert "--model: latest, pop-1; champions have: folk, mine (--corpus)" in said
    assert "no champion of pop, under" in message(two, "champion", "pop")
    assert "no champion of nope" in message(two, "champion", "nope")
    assert "no model of nope" in message(two, "latest", "nope")
    assert message(two, "champion", "") == said  # a form or a variable left empty
    assert "no model of mine (song-max)" in message(two, "latest", "mine", "song-max")


def test_without_models_it_says_to_train(root: Root) -> None:
    for name in ("champion", "latest", "a"):
        assert "run nocturne train" in message(root, name)


@pytest.mark.parametrize("name", ["zzz", "../a", "a/", "", "champions"])
def test_an_unknown_model_lists_the_known(root: Root, name: str) -> None:
    add_card(root, "a")
    add_card(root, "b")
    promote(root, "a", "")
    assert message(root, name).endswith("use champion, latest or one of a, b")


def test_without_champion_it_says_what_to_do(root: Root) -> None:
    add_card(root, "a")
    assert "--model: latest, a" in message(root, "champion")


def test_a_deleted_champion_is_told(root: Root) -> None:
    add_card(root, "a")
    add_card(root, "b")
    promote(root, "a", "better")
    root.delete("models/a")
    said = message(root, "champion")
    assert "the champion a is gone" in said
    assert "promote --rollback --corpus folk" in said


def test_a_damaged_card_hides_no_other_model(two: Root) -> None:
    two.write_bytes("models/mine-2/card.json", b"{")
    assert resolve(two, "latest") == "mine-1"
    assert resolve(two, "champion") == "mine-1"
    assert "is damaged" in message(two, "mine-2")


def test_when_no_card_reads_the_reason_is_said(root: Root) -> None:
    root.write_bytes("models/a/card.json", b"{")
    for name in ("latest", "champion"):
        assert "card.json is damaged" in message(root, name)


def test_a_damaged_pointer_hides_no_other_corpus(two: Root) -> None:
    two.write_bytes("models/champions/mine/factored.json", b"{")
    assert "factored.json is damaged" in message(two, "champion")
    assert resolve(two, "champion", "folk") == "folk-1"
    assert resolve(two, "latest") == "mine-2"
    with pytest.raises(ModelError, match=r"factored\.json is damaged"):
        last_changed(two)


def test_a_rollback_without_a_corpus_is_that_of_the_last_change(two: Root) -> None:
    assert last_changed(two).corpus == "folk"
    assert last_changed(two, "").corpus == "folk"
    assert last_changed(two, "mine").corpus == "mine"
    promote(two, "folk-old", "")
    assert last_changed(two, "folk").scheme == "song-max"
    assert last_changed(two, None, "factored").model_id == "folk-1"
    with pytest.raises(ModelError, match=r"folk \(factored\), folk \(song-max\), mine \(factored"):
        last_changed(two, "nope")
