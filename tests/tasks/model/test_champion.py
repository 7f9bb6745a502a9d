"""The champion pointer."""

import multiprocessing

import pytest

from schemas.errors import ModelError
from tasks.model.champion import POINTER, promote, read_champion, roll_back
from tasks.storage.root import Root


def _promote_elsewhere(uri: str, model_id: str) -> None:
    promote(Root.open(uri), model_id, "at the same time")


@pytest.fixture
def models(root: Root) -> Root:
    for name in ("a", "b", "c"):
        root.write_json(f"models/{name}/card.json", {})
    return root


def test_history_names_every_promotion_and_what_it_replaced(models: Root) -> None:
    assert read_champion(models) is None
    promote(models, "a", "first")
    champion = promote(models, "b", "better")
    assert champion == read_champion(models)
    assert [(p.model_id, p.previous, p.reason) for p in champion.history] == [
        ("a", None, "first"),
        ("b", "a", "better"),
    ]


def test_rollback_goes_to_the_previous_and_is_itself_history(models: Root) -> None:
    promote(models, "a", "first")
    with pytest.raises(ModelError, match="no earlier champion"):
        roll_back(models)
    promote(models, "b", "better")
    assert roll_back(models).model_id == "a"
    assert [p.model_id for p in read_champion(models).history] == ["a", "b", "a"]


def test_rollback_passes_over_a_model_promoted_twice(models: Root) -> None:
    for name in ("a", "b", "b"):
        promote(models, name, "")
    assert roll_back(models).model_id == "a"


def test_unknown_model_changes_nothing(models: Root) -> None:
    promote(models, "a", "first")
    with pytest.raises(ModelError, match="no model nope"):
        promote(models, "nope", "why not")
    assert read_champion(models).model_id == "a"


def test_damaged_pointer_is_one_clear_line(models: Root) -> None:
    models.write_bytes(POINTER, b"{")
    with pytest.raises(ModelError, match="is damaged"):
        read_champion(models)


def test_promotions_at_once_all_stand_in_the_history(models: Root) -> None:
    spawn = multiprocessing.get_context("spawn")
    names = ["a", "b", "c", "a", "b", "c"]
    runs = [spawn.Process(target=_promote_elsewhere, args=(models.uri, name)) for name in names]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    champion = read_champion(models)
    assert sorted(p.model_id for p in champion.history) == sorted(names)
    assert champion.model_id == champion.history[-1].model_id
    assert [p.previous for p in champion.history[1:]] == [p.model_id for p in champion.history[:-1]]
