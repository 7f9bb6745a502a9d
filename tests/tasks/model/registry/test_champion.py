"""The champions: one for each corpus and scheme, with histories that nothing loses."""

import multiprocessing
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Champion
from nocturne.tasks.model.registry.champion import (
    all_champions,
    promote,
    read_champion,
    record,
    roll_back,
)
from nocturne.tasks.storage.layout import OLD_CHAMPION, champion_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.registry.promote_elsewhere import promote_elsewhere
from tests.tasks.model.tiny_models import add_card, add_model, earlier_version

FOLK = champion_path("folk", "factored")
MINE = champion_path("mine", "factored")


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
    assert not models.exists(OLD_CHAMPION)


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
    runs = [spawn.Process(target=promote_elsewhere, args=(models.uri, name)) for name in names]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    found = champion(models)
    assert sorted(ids(found)) == ["a", "b", "b", "c", "c"]
    assert ids(champion(models, "mine")) == ["m"]
    assert [p.previous for p in found.history[1:]] == ids(found)[:-1]


def test_what_another_machine_adds_meanwhile_is_kept(models: Root) -> None:
    """Should a lock be lost, the pointer itself still takes changes one after the other."""
    runs = [
        threading.Thread(
            target=lambda: [
                record(models, ("folk", "factored"), "a", "without the lock", "gate")
                for _ in range(5)
            ]
        )
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(champion(models).history) == 20


def test_the_order_of_promotions_outlives_a_clock_that_goes_back(models: Root) -> None:
    promote(models, "a", "")
    pointer = models.read_json(FOLK)
    pointer["history"][0]["at"] = "2100-01-01T00:00:00Z"
    models.write_json(FOLK, pointer)
    for name in ("b", "c"):
        promote(models, name, "")
    assert ids(champion(models)) == ["a", "b", "c"]


IDS = [f"folk-small-0000000{letter}" for letter in "abcd"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["promote", "back", "delete", "restore"]), st.sampled_from(IDS)),
    max_size=14,
)


LEGACY = st.lists(st.sampled_from([*IDS, "m", "<"]), max_size=6)


def _as_earlier_versions(steps: list[str]) -> list[str]:
    """Return a history whose roll-backs (<) go to the last entry of another model, as they did."""
    history: list[str] = []
    for step in steps:
        names = [word.lstrip("<") for word in history]
        others = [name for name in names if name != names[-1]]
        if step != "<":
            history.append(step)
        elif others:
            history.append(f"<{others[-1]}")
    return history


def _stack_of(history: list[str]) -> list[str]:
    """Return what stands of an earlier version's history of folk."""
    stack: list[str] = []
    for word in history:
        name = word.lstrip("<")
        if word != name and name in stack:
            stack = stack[: len(stack) - stack[::-1].index(name)]
        elif name != "m":
            stack = _put(stack, name)
    return stack


def _put(stack: list[str], name: str) -> list[str]:
    return stack if stack[-1:] == [name] else [*stack, name]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(legacy=LEGACY.map(_as_earlier_versions), steps=STEPS)
def test_rollback_is_a_stack(models: Root, legacy: list[str], steps: list[tuple[str, str]]) -> None:
    models.delete("models/champions")
    models.delete(OLD_CHAMPION)
    for name in IDS:
        add_card(models, name)
    if legacy:
        earlier_version(models, *legacy)
    stack = _stack_of(legacy)
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
