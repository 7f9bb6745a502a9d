"""Which promotions of a history still stand after its roll-backs."""

from collections.abc import Iterable

from nocturne.schemas.model_card import Promotion


def standing(history: Iterable[Promotion]) -> list[Promotion]:
    """Return the promotions that were not rolled back, oldest first; the last is the champion's.

    A promotion is put on top of a stack, in place of one of the same model there. A roll-back
    takes promotions off the top until one of its model is there. A roll-back to a model that
    does not stand (earlier versions could go forward by one) counts as a promotion.
    """
    stack: list[Promotion] = []
    for entry in history:
        if entry.by == "rollback" and any(other.model_id == entry.model_id for other in stack):
            while stack[-1].model_id != entry.model_id:
                stack.pop()
            continue
        if stack and stack[-1].model_id == entry.model_id:
            stack.pop()
        stack.append(entry)
    return stack


def taken_back(history: Iterable[Promotion]) -> set[str]:
    """Return the models that were champion, were rolled back from and not promoted since."""
    back: set[str] = set()
    champion = None
    for entry in history:
        if entry.by == "rollback" and champion is not None:
            back.add(champion)
        back.discard(entry.model_id)
        champion = entry.model_id
    return back
