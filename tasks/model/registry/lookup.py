"""Find the model that a name stands for: a champion, the latest model, or an id."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Champion, ModelCard
from nocturne.tasks.model.registry.champion import all_champions, read_champion
from nocturne.tasks.model.registry.models import known_models, read_card, read_cards
from nocturne.tasks.storage.layout import MODELS
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class Found:
    """A model, and in words what it is, such as the champion of a corpus."""

    model_id: str
    words: str


def resolve(
    root: Root, name: str, corpus: str | None = None, scheme: SchemeName | None = None
) -> str:
    """Return the id of the model that `name` stands for, as `find` does."""
    return find(root, name, corpus, scheme).model_id


def find(
    root: Root, name: str, corpus: str | None = None, scheme: SchemeName | None = None
) -> Found:
    """Return the model that `name` (champion, latest or an id) stands for.

    champion and latest are those of the corpus and scheme; where no corpus is named, a champion
    is that of the corpus last trained, and the latest that of any. An id stands for itself,
    whatever its corpus. ModelError if there is none: it lists the models that there are.
    """
    corpus = corpus or None  # an empty name stands for no corpus
    if name not in ("champion", "latest"):
        return _by_id(root, name, corpus)
    cards, damaged = read_cards(root)
    if not cards:
        raise ModelError(_no_model(root, damaged))
    matching = [card for card in cards if _is_of(card, corpus, scheme)]
    if name == "latest" and matching:
        newest = max(matching, key=age)
        return Found(newest.model_id, f"{newest.model_id}, the latest of {newest.corpus}")
    if name == "champion" and (corpus or matching):
        its_corpus = corpus or max(matching, key=age).corpus
        return _champion(root, matching, its_corpus, scheme, is_last_trained=corpus is None)
    restriction = " ".join(part for part in (corpus, scheme and f"({scheme})") if part)
    raise ModelError(
        f"no model of {restriction} under {root.display_path(MODELS)}: train one, or use one of "
        f"{_listed(cards)}"
    )


def last_changed(
    root: Root, corpus: str | None = None, scheme: SchemeName | None = None
) -> Champion:
    """Return the champion that changed last, of those of a corpus or scheme if one is named."""
    champions, damages = all_champions(root)
    if damages:  # the damaged pointer may be that of the champion that changed last
        raise ModelError(damages[0])
    matching = [
        champion
        for champion in champions
        if corpus in (None, "", champion.corpus) and scheme in (None, champion.scheme)
    ]
    if not matching:
        existing = ", ".join(f"{champion.corpus} ({champion.scheme})" for champion in champions)
        raise ModelError(
            f"no earlier champion under {root.display_path(MODELS)} to go back to "
            f"(there are champions of: {existing or 'nothing'})"
        )
    return max(matching, key=lambda champion: champion.history[-1].at)


def age(card: ModelCard) -> tuple[float, str]:
    """Return the key that models are sorted by, the newest last."""
    return card.created.timestamp(), card.model_id


def _by_id(root: Root, name: str, corpus: str | None) -> Found:
    known = known_models(root)
    if not known:
        raise ModelError(_no_model(root, {}))
    if name not in known:
        raise ModelError(
            f"no model {name} under {root.display_path(MODELS)}: use champion, latest or one of "
            f"{', '.join(known)}"
        )
    own = read_card(root, name).corpus
    other = f" (not {corpus}: an id stands for itself)" if corpus not in (None, own) else ""
    return Found(name, f"{name}, a model of {own}{other}")


def _champion(
    root: Root,
    cards: list[ModelCard],
    corpus: str,
    scheme: SchemeName | None,
    *,
    is_last_trained: bool,
) -> Found:
    """Return the champion of a corpus, of the scheme last trained of those that have one."""
    newest_first = sorted((c for c in cards if c.corpus == corpus), key=age, reverse=True)
    trained = [card.config.scheme for card in newest_first]
    schemes = [scheme] if scheme else dict.fromkeys([*trained, *get_args(SchemeName)])
    champion = next(filter(None, (read_champion(root, corpus, one) for one in schemes)), None)
    why = ", the corpus last trained" if is_last_trained else ""
    if champion is None:
        others = sorted({one.corpus for one in all_champions(root)[0]} - {corpus})
        named = f"; champions have: {', '.join(others)} (--corpus)" if others else ""
        mend = f"train a model that passes, or name one with --model: {_named(newest_first)}"
        if not newest_first:
            mend = f"nocturne train --corpus {corpus} makes a first model of it"
        raise ModelError(
            f"no champion of {corpus}{why}, under {root.display_path(MODELS)} yet: {mend}{named}"
        )
    if champion.model_id not in known_models(root):
        raise ModelError(
            f"the champion {champion.model_id} is gone from {root.display_path(MODELS)}: go back "
            f"with nocturne promote --rollback --corpus {corpus}, or name another with --model: "
            f"{_named(newest_first)}"
        )
    words = f"{champion.model_id}, the champion of {corpus} ({champion.scheme}){why}"
    return Found(champion.model_id, words)


def _is_of(card: ModelCard, corpus: str | None, scheme: SchemeName | None) -> bool:
    return corpus in (None, card.corpus) and scheme in (None, card.config.scheme)


def _no_model(root: Root, damaged: dict[str, str]) -> str:
    if damaged:
        return f"no model under {root.display_path(MODELS)} reads: {next(iter(damaged.values()))}"
    return (
        f"no trained model under {root.display_path(MODELS)}: run nocturne train (or compose) first"
    )


def _named(cards: Iterable[ModelCard]) -> str:
    """Return what --model may be: latest, or an id."""
    return ", ".join(["latest", *(card.model_id for card in cards)])


def _listed(cards: Iterable[ModelCard]) -> str:
    return ", ".join(card.model_id for card in cards)
