"""The champions: one for each corpus and scheme, changed by promotion alone, with its history.

Kept in models/champions/<corpus>/<scheme>.json (Champion), replaced atomically under a lock.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_args

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Champion, Decider, Promotion
from nocturne.tasks.model.registry.models import known_models, read_card
from nocturne.tasks.model.registry.open_models import damage_of
from nocturne.tasks.model.registry.root_champion import MEND, ROLLED_BACK, Line, earlier_histories
from nocturne.tasks.model.registry.succession import standing
from nocturne.tasks.storage.layout import CHAMPIONS, MODELS, champion_path
from nocturne.tasks.storage.markers import parse_marker
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import locked


def lock_name(corpus: str, scheme: SchemeName) -> str:
    """Return the name of the lock that whoever changes this champion must hold."""
    return f"champion-{corpus}-{scheme}"


def read_champion(root: Root, corpus: str, scheme: SchemeName) -> Champion | None:
    """Return the champion and its history; None before the first promotion.

    ModelError if a pointer is damaged.
    """
    return _champion(root, (corpus, scheme), earlier_histories(root).get((corpus, scheme), []))


def all_champions(root: Root) -> tuple[list[Champion], list[str]]:
    """Return every champion, by corpus and scheme, and a line for each damaged pointer."""
    damages = []
    earlier: dict[Line, list[Promotion]] = {}
    try:
        earlier = earlier_histories(root)
    except ModelError as error:
        damages.append(str(error))
    champions = []
    for line in sorted({*_pointers(root), *earlier}):
        try:
            champions.append(_champion(root, line, earlier.get(line, [])))
        except ModelError as error:
            damages.append(str(error))
    return [champion for champion in champions if champion], damages


def promote(root: Root, model_id: str, reason: str, by: Decider = "person") -> Champion:
    """Make `model_id` champion of its own corpus and scheme; ModelError if it is unknown.

    Two promotions at once take turns: the later one wins and both stand in the history.
    """
    _require_known(root, model_id)
    card = read_card(root, model_id)
    line = card.corpus, card.config.scheme
    with locked(root, lock_name(*line)):
        _require_known(root, model_id)  # models are deleted under this lock
        return record(root, line, model_id, reason, by)


def _require_known(root: Root, model_id: str) -> None:
    if model_id not in known_models(root):
        raise ModelError(
            f"no model {model_id} under {root.display_path(MODELS)}: nocturne models lists them"
        )


def require_earlier(champion: Champion) -> None:
    """Raise ModelError if no champion stood before this one, whether or not that one loads."""
    if not champions_before(champion):
        raise _no_earlier_champion(champion.corpus or "", champion.scheme or "")


def _no_earlier_champion(corpus: str, scheme: str, skipped: str = "") -> ModelError:
    return ModelError(f"no earlier champion of {corpus} ({scheme}) to go back to{skipped}")


def roll_back(
    root: Root,
    corpus: str,
    scheme: SchemeName,
    damage: Callable[[Root, str], str | None] = damage_of,
) -> Champion:
    """Roll the last promotion back: make the champion before it champion again.

    Models that are gone or do not load are skipped; the entry in the history names them.
    ModelError if there was no champion before.
    """
    with locked(root, lock_name(corpus, scheme)):
        champion = read_champion(root, corpus, scheme)
        if champion is None:
            raise ModelError(f"{corpus} ({scheme}) has no champion yet: there is nothing to undo")
        skipped: dict[str, str] = {}
        for model_id in champions_before(champion):
            if model_id in skipped:
                continue
            if (reason := _unusable(root, model_id, damage)) is None:
                passed_over = "".join(
                    f"; skipped {name}, which {why}" for name, why in skipped.items()
                )
                reason = f"{ROLLED_BACK} {champion.model_id}{passed_over}"
                return record(root, (corpus, scheme), model_id, reason, "rollback")
            skipped[model_id] = reason
    passed_over = "".join(f"; {name} {why}" for name, why in skipped.items())
    raise _no_earlier_champion(corpus, scheme, passed_over)


def record(
    root: Root, line: Line, model_id: str, reason: str, by: Decider, bits: float | None = None
) -> Champion:
    """Add a change to the history of a corpus and scheme; the caller holds their lock.

    If the lock is lost to another machine, the changes that it makes meanwhile are kept as well.
    """
    path, earlier = champion_path(*line), earlier_histories(root).get(line, [])

    def with_change(content: bytes | None) -> bytes:
        before = _join_histories(line, _history(root, line, content), earlier)
        champion = _with_entry(before, line, model_id, reason, by, bits)
        return champion.model_dump_json(indent=2).encode()

    content = root.update(path, with_change)
    return parse_marker(root, path, content, Champion, ModelError, MEND)


def _with_entry(
    before: Champion | None,
    line: Line,
    model_id: str,
    reason: str,
    by: Decider,
    bits: float | None,
) -> Champion:
    """Return the champion after one more change."""
    now = datetime.now(UTC)
    entry = Promotion(
        model_id=model_id,
        at=max(now, before.history[-1].at) if before else now,  # a clock may have been set back
        reason=reason,
        previous=before.model_id if before else None,
        by=by,
        bits=bits,
    )
    history = (*(before.history if before else ()), entry)
    corpus, scheme = line
    return Champion(model_id=model_id, history=history, corpus=corpus, scheme=scheme)


def champions_before(champion: Champion) -> list[str]:
    """Return the ids of the champions before this one, the latest first."""
    stack = standing(champion.history)
    return [entry.model_id for entry in reversed(stack) if entry.model_id != champion.model_id]


def _unusable(root: Root, model_id: str, damage: Callable[[Root, str], str | None]) -> str | None:
    if model_id not in known_models(root):
        return "is gone"
    return "is damaged" if damage(root, model_id) else None


def _pointers(root: Root) -> list[Line]:
    paths = root.files(CHAMPIONS, ".json", recursive=True)
    schemes: dict[str, SchemeName] = {f"{name}.json": name for name in get_args(SchemeName)}
    parts = [path.removeprefix(f"{CHAMPIONS}/").split("/") for path in paths]
    return [(part[0], schemes[part[1]]) for part in parts if len(part) == 2 and part[1] in schemes]


def _champion(root: Root, line: Line, earlier: list[Promotion]) -> Champion | None:
    try:
        content = root.read_bytes(champion_path(*line))
    except FileNotFoundError:
        content = None
    return _join_histories(line, _history(root, line, content), earlier)


def _history(root: Root, line: Line, content: bytes | None) -> tuple[Promotion, ...]:
    """Return the history in a pointer; none if it is missing, ModelError if it is damaged."""
    if content is None:
        return ()
    path = champion_path(*line)
    pointer = parse_marker(root, path, content, Champion, ModelError, MEND)
    if (pointer.corpus, pointer.scheme) != line:
        raise ModelError(f"{root.display_path(path)} is that of {pointer.corpus}: {MEND}")
    return pointer.history


def _join_histories(
    line: Line, own: tuple[Promotion, ...], earlier: list[Promotion]
) -> Champion | None:
    """Join a history with what an earlier version wrote before it, or after a downgrade."""
    known = {(entry.model_id, entry.at) for entry in own}
    missing = [entry for entry in earlier if (entry.model_id, entry.at) not in known]
    history = sorted((*own, *missing), key=lambda entry: entry.at)
    if not history:
        return None
    corpus, scheme = line
    model_id = history[-1].model_id
    return Champion(model_id=model_id, history=tuple(history), corpus=corpus, scheme=scheme)
