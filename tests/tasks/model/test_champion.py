"""The champions: one for each corpus and scheme, with histories that nothing loses."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import ModelError
from schemas.model_card import Champion
from tasks.model.champion import (
    all_champions,
    pointer_path,
    promote,
    read_champion,
    roll_back,
)
from tasks.model.root_champion import ROOT_POINTER
from tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card, add_model

FOLK = pointer_path("folk", "factored")
MINE = pointer_path("mine", "factored")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def _promote_elsewhere(uri: str, model_id: str) -> None:
    promote(Root.open(uri), model_id, "at the same time")


def _never(root: Root, model_id: str) -> None:
    """Say that no model is damaged: those of most tests are cards alone."""


def champion(root: Root, corpus: str = "folk", scheme: Any = "factored") -> Champion:
    found = read_champion(root, corpus, scheme)
    assert found is not None
    return found


def ids(found: Champion) -> list[str]:
    return [one.model_id for one in found.history]


def back(root: Root, corpus: str = "folk") -> str:
    return roll_back(root, corpus, "factored", _never).model_id


def earlier_version(root: Root, *promoted: str, reason: str = "better", hours: int = 0) -> None:
    """Write models/champion.json as versions with one champion for the whole root did."""
    history = []
    for number, word in enumerate(promoted):
        name = word.lstrip("<")
        previous = history[-1]["model_id"] if history else None
        history.append(
            {
                "model_id": name,
                "at": (BEGIN + timedelta(hours=hours + number)).isoformat(),
                "reason": f"rolled back from {previous}" if word != name else reason,
                "previous": previous,
            }
        )
    root.write_json(ROOT_POINTER, {"model_id": history[-1]["model_id"], "history": history})


@pytest.fixture
def models(root: Root) -> Root:
    for name in ("a", "b", "c", "d"):
        add_card(root, name)
    add_card(root, "m", corpus="mine")
    add_card(root, "n", corpus="mine")
    add_card(root, "old", corpus="folk", scheme="song-max")
    return root


def test_history_names_every_promotion_and_what_it_replaced(models: Root) -> None:
    assert read_champion(models, "folk", "factored") is None
    promote(models, "a", "first")
    found = promote(models, "b", "better", "gate")
    assert found == champion(models)
    assert [(p.model_id, p.previous, p.reason, p.by) for p in found.history] == [
        ("a", None, "first", "person"),
        ("b", "a", "better", "gate"),
    ]


def test_each_corpus_and_scheme_has_its_own(models: Root) -> None:
    for name in ("a", "m", "old", "b"):
        promote(models, name, "")
    assert ids(champion(models)) == ["a", "b"]
    assert ids(champion(models, "mine")) == ["m"]
    assert ids(champion(models, scheme="song-max")) == ["old"]
    assert [(one.corpus, one.scheme) for one in all_champions(models)[0]] == [
        ("folk", "factored"),
        ("folk", "song-max"),
        ("mine", "factored"),
    ]
    assert read_champion(models, "mine", "song-max") is None
    assert not models.exists(ROOT_POINTER)


@pytest.mark.parametrize("corpus", ["champions", "card.json", "champion.json", "factored.json"])
def test_any_name_of_a_corpus_will_do(root: Root, corpus: str) -> None:
    add_card(root, f"{corpus}-small-0123abcd", corpus=corpus)
    promote(root, f"{corpus}-small-0123abcd", "")
    assert champion(root, corpus).corpus == corpus
    assert len(all_champions(root)[0]) == 1


def test_rollback_walks_the_history_backwards(models: Root) -> None:
    for name in ("a", "b", "c"):
        promote(models, name, "")
    assert [back(models), back(models)] == ["b", "a"]
    with pytest.raises(ModelError, match=r"no earlier champion of folk \(factored\)"):
        back(models)
    assert ids(champion(models)) == ["a", "b", "c", "b", "a"]
    promote(models, "d", "")
    assert back(models) == "a"  # neither b nor c, which were taken back


def test_rollback_skips_what_is_gone_and_says_so(models: Root) -> None:
    for name in ("a", "b", "c"):
        promote(models, name, "")
    models.delete("models/b")
    assert back(models) == "a"
    assert champion(models).history[-1].reason == "rolled back from c; skipped b, which is gone"
    models.delete("models/a")
    promote(models, "c", "")
    with pytest.raises(ModelError, match=r"no earlier champion .* a is gone"):
        back(models)
    assert champion(models).model_id == "c"


def test_rollback_skips_what_does_not_load(root: Root) -> None:
    for number, name in enumerate("abc"):
        add_model(root, name, seed=number)
        promote(root, name, "")
    root.write_bytes("models/b/weights.safetensors", b"")
    found = roll_back(root, "folk", "factored")
    assert found.model_id == "a"
    assert "skipped b, which is damaged" in found.history[-1].reason


def test_rollback_of_nothing_is_one_line(models: Root) -> None:
    with pytest.raises(ModelError, match=r"nope \(factored\) has no champion yet"):
        back(models, "nope")


def test_unknown_model_changes_nothing(models: Root) -> None:
    promote(models, "a", "first")
    for name in ("nope", "champions", ""):
        with pytest.raises(ModelError, match=f"no model {name}"):
            promote(models, name, "why not")
    assert champion(models).model_id == "a"


def test_promotions_at_once_all_stand_in_the_history(models: Root) -> None:
    spawn = multiprocessing.get_context("spawn")
    names = ["a", "b", "c", "m", "b", "c"]
    runs = [spawn.Process(target=_promote_elsewhere, args=(models.uri, name)) for name in names]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    found = champion(models)
    assert sorted(ids(found)) == ["a", "b", "b", "c", "c"]
    assert ids(champion(models, "mine")) == ["m"]
    assert [p.previous for p in found.history[1:]] == ids(found)[:-1]


def test_the_order_of_promotions_outlives_a_clock_that_goes_back(models: Root) -> None:
    promote(models, "a", "")
    pointer = models.read_json(FOLK)
    pointer["history"][0]["at"] = "2100-01-01T00:00:00Z"
    models.write_json(FOLK, pointer)
    for name in ("b", "c"):
        promote(models, name, "")
    assert ids(champion(models)) == ["a", "b", "c"]


# Roots of earlier versions, which had one champion for all corpora.


def test_one_champion_for_a_root_is_split_by_the_models_own_cards(models: Root) -> None:
    earlier_version(models, "a", "m", "b", "old", "n", reason="promoted by a person")
    assert ids(champion(models)) == ["a", "b"]
    assert ids(champion(models, "mine")) == ["m", "n"]
    assert champion(models, scheme="song-max").model_id == "old"
    assert {one.by for one in champion(models).history} == {"person"}
    assert not models.exists("models/champions")  # reading writes nothing


def test_a_promotion_takes_the_history_over_and_leaves_the_old_file(models: Root) -> None:
    earlier_version(models, "a", "m", "b")
    before = models.read_bytes(ROOT_POINTER)
    promote(models, "c", "")
    assert ids(champion(models)) == ["a", "b", "c"]
    assert models.read_bytes(ROOT_POINTER) == before
    assert ids(champion(models, "mine")) == ["m"]
    models.delete(ROOT_POINTER)
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


IDS = [f"folk-small-0000000{letter}" for letter in "abcd"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["promote", "back", "delete", "restore"]), st.sampled_from(IDS)),
    max_size=14,
)


def _put(stack: list[str], name: str) -> list[str]:
    return stack if stack[-1:] == [name] else [*stack, name]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(legacy=st.lists(st.sampled_from([*IDS, "m"]), max_size=4), steps=STEPS)
def test_rollback_is_a_stack(models: Root, legacy: list[str], steps: list[tuple[str, str]]) -> None:
    models.delete("models/champions")
    models.delete(ROOT_POINTER)
    for name in IDS:
        add_card(models, name)
    if legacy:
        earlier_version(models, *legacy)
    stack: list[str] = []
    for name in legacy:
        stack = stack if name == "m" else _put(stack, name)
    for step, name in steps:
        if step == "delete":
            models.delete(f"models/{name}")
        elif step == "restore":
            add_card(models, name)
        elif step == "promote" and models.exists(f"models/{name}"):
            promote(models, name, "")
            stack = _put(stack, name)
        elif step == "back":
            places = [n for n, x in enumerate(stack) if models.exists(f"models/{x}")]
            places = [n for n in places if stack[n] != stack[-1]]
            if places:
                stack = stack[: places[-1] + 1]
                assert back(models) == stack[-1]
            else:
                with pytest.raises(ModelError):
                    back(models)
        now = read_champion(models, "folk", "factored")
        assert (now.model_id if now else None) == (stack[-1] if stack else None)
