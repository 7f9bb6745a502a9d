"""The one champion that earlier versions kept for a whole root, in models/champion.json.

It is read as the beginning of the history of each corpus and scheme. It is never written, so an
earlier version still finds it unchanged.
"""

import re
from contextlib import suppress

from pydantic import BaseModel

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Decider, Promotion, RootChampion
from nocturne.tasks.model.registry.models import read_card
from nocturne.tasks.storage.layout import CONFIG_FILE, OLD_CHAMPION, model_path
from nocturne.tasks.storage.markers import find_marker, read_marker
from nocturne.tasks.storage.root import Root

MEND = "delete it and promote a model again"
BY_A_PERSON = "promoted by a person"
ROLLED_BACK = "rolled back from"
MODEL_ID = re.compile(r"(.+)-[a-z]+-[0-9a-f]{8}")  # corpus, preset, digest

Line = tuple[str, SchemeName]  # a corpus and a scheme, which have a champion of their own


def earlier_histories(root: Root) -> dict[Line, list[Promotion]]:
    """Return the history of the one champion that a root had, split by the models' own cards.

    ModelError if the file is damaged.
    """
    pointer = find_marker(root, [OLD_CHAMPION], RootChampion, ModelError, MEND)
    if pointer is None:
        return {}
    lines = {name: _line_of(root, name) for name in {one.model_id for one in pointer.history}}
    split: dict[Line, list[Promotion]] = {}
    for entry in pointer.history:
        if line := lines[entry.model_id]:
            split.setdefault(line, []).append(_with_decider(entry))
    return split


def _with_decider(entry: Promotion) -> Promotion:
    """Return an entry of an earlier version, whose reason alone says who decided."""
    by: Decider = "person" if entry.reason == BY_A_PERSON else "gate"
    if entry.reason.startswith(ROLLED_BACK):
        by = "rollback"
    return entry.model_copy(update={"by": by})


class _Place(BaseModel):
    corpus: str
    scheme: SchemeName


class _Saved(BaseModel):
    """The corpus and scheme in the config.json of a model; other fields are ignored."""

    config: _Place


def _line_of(root: Root, model_id: str) -> Line | None:
    """Return the corpus and scheme of a model, as far as card, config or id say; else None."""
    with suppress(ModelError):
        card = read_card(root, model_id)
        return card.corpus, card.config.scheme
    with suppress(ModelError, FileNotFoundError):
        path = model_path(model_id, CONFIG_FILE)
        place = read_marker(root, path, _Saved, ModelError, MEND).config
        return place.corpus, place.scheme
    found = MODEL_ID.fullmatch(model_id)
    return (found[1], "factored") if found else None
