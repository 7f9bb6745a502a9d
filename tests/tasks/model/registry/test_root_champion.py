"""Roots of earlier versions, which had one champion for all corpora, are read as they are."""

from datetime import UTC, datetime
from typing import Any

from nocturne.schemas.model_card import Champion
from nocturne.tasks.model.registry.champion import promote, read_champion, roll_back
from nocturne.tasks.storage.layout import OLD_CHAMPION
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import BEGIN, add_model, earlier_version


def champion(root: Root, corpus: str = "folk", scheme: Any = "factored") -> Champion:
    found = read_champion(root, corpus, scheme)
    assert found is not None
    return found


def ids(found: Champion) -> list[str]:
    return [one.model_id for one in found.history]


def back(root: Root) -> str:
    return roll_back(root, "folk", "factored", lambda *_: None).model_id


def test_one_champion_for_a_root_is_split_by_the_models_own_cards(models: Root) -> None:
    earlier_version(models, "a", "m", "b", "old", "n", reason="promoted by a person")
    assert ids(champion(models)) == ["a", "b"]
    assert ids(champion(models, "mine")) == ["m", "n"]
    assert champion(models, scheme="song-max").model_id == "old"
    assert {one.by for one in champion(models).history} == {"person"}
    assert not models.exists("models/champions")  # reading writes nothing


def test_a_promotion_takes_the_history_over_and_leaves_the_old_file(models: Root) -> None:
    earlier_version(models, "a", "m", "b")
    before = models.read_bytes(OLD_CHAMPION)
    promote(models, "c", "")
    assert ids(champion(models)) == ["a", "b", "c"]
    assert models.read_bytes(OLD_CHAMPION) == before
    assert ids(champion(models, "mine")) == ["m"]
    models.delete(OLD_CHAMPION)
    assert ids(champion(models)) == ["a", "b", "c"]


def test_what_an_earlier_version_promotes_after_a_downgrade_is_not_lost(models: Root) -> None:
    earlier_version(models, "a")
    promote(models, "b", "")
    later = int((datetime.now(UTC) - BEGIN).total_seconds() / 3600) + 1
    earlier_version(models, "a", "c", "<a", "d", hours=later)
    assert ids(champion(models))[-3:] == ["c", "a", "d"]
    assert back(models) == "a"


def test_rollbacks_of_earlier_versions_are_read_as_such(models: Root) -> None:
    earlier_version(models, "a", "b", "c", "<b", "<c", "<b")
    assert champion(models).model_id == "b"
    assert back(models) == "a"


def test_models_that_are_gone_or_damaged_keep_their_place_in_an_old_history(root: Root) -> None:
    card = add_model(root, "folk-small-00000001", scheme="song-max")
    root.write_bytes(f"models/{card.model_id}/card.json", b"")
    earlier_version(root, "folk-small-00000000", card.model_id, "?")
    assert champion(root).model_id == "folk-small-00000000"  # by its id: its folder is gone
    assert champion(root, scheme="song-max").model_id == card.model_id  # by its config.json
