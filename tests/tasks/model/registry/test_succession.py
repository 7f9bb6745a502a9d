"""A history of promotions and roll-backs, against a simple stack."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.schemas.model_card import Promotion
from nocturne.tasks.model.registry.succession import standing, taken_back


def entries(steps: str) -> list[Promotion]:
    """Return a history: each word is a promoted model, or with `<` before it a roll-back to it."""
    return [
        Promotion(
            model_id=word.lstrip("<"),
            at=datetime(2026, 1, 1, tzinfo=UTC),
            reason="",
            previous=None,
            by="rollback" if word.startswith("<") else "gate",
        )
        for word in steps.split()
    ]


def names(steps: str) -> list[str]:
    return [one.model_id for one in standing(entries(steps))]


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ("", ""),
        ("a", "a"),
        ("a b c", "a b c"),
        ("a b c <b", "a b"),
        ("a b c <b <a", "a"),
        ("a b c <a", "a"),  # b was gone by then
        ("a b c <b d", "a b d"),  # c was taken back: it does not return
        ("a b c <b d <b <a", "a"),
        ("a b b", "a b"),
        ("a b a", "a b a"),
        ("a b a <b", "a b"),
        ("a b c <b <c <b", "a b"),  # back and forth, as earlier versions did
        ("<a", "a"),
        ("a <a", "a"),
    ],
)
def test_what_stands(steps: str, left: str) -> None:
    assert names(steps) == left.split()


@pytest.mark.parametrize(
    ("steps", "back"),
    [("a b", ""), ("a b <a", "b"), ("a b <a b", ""), ("a b c <b <a", "b c"), ("a b <a c", "b")],
)
def test_who_was_taken_back(steps: str, back: str) -> None:
    assert taken_back(entries(steps)) == set(back.split())


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "<"]), max_size=30))
def test_a_history_is_a_stack_that_roll_backs_pop(steps: list[str]) -> None:
    stack: list[str] = []
    history = []
    for step in steps:
        if step != "<":
            stack = [*stack, step] if stack[-1:] != [step] else stack
            history.append(step)
        elif len(stack) > 1:
            stack.pop()
            history.append(f"<{stack[-1]}")
    assert names(" ".join(history)) == stack
    assert not stack or entries(" ".join(history))[-1].model_id == stack[-1]
