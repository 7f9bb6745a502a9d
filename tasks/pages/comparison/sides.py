"""The two models that are compared, read from a storage root."""

from dataclasses import dataclass

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.nights import ModelCorpus
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.lookup import resolve
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.nights.drift import read_model_corpus
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class Side:
    """One of the two models; `corpus` is None if what it learned from was not recorded."""

    card: ModelCard
    metrics: ModelMetrics
    corpus: ModelCorpus | None
    is_champion: bool

    @property
    def model_id(self) -> str:
        """The model's id."""
        return self.card.model_id


def read_sides(root: Root, first: str, second: str, corpus: str = "") -> tuple[Side, Side]:
    """Return two models; each name is an id, `latest` or `champion`, those of `corpus` if given.

    ModelError in one line for an unknown or damaged model, the same model twice, and models of
    different corpora or schemes, whose bits per note are those of different notes.
    """
    one, other = (_side(root, resolve(root, name, corpus or None)) for name in (first, second))
    if one.model_id == other.model_id:
        raise ModelError(f"{first} and {second} are the same model, {one.model_id}: name two")
    lines = [f"{side.card.corpus} ({side.card.config.scheme})" for side in (one, other)]
    if lines[0] != lines[1]:
        raise ModelError(
            f"{one.model_id} is a model of {lines[0]} and {other.model_id} one of {lines[1]}: "
            "compare models of one corpus and scheme, which predict the same kind of notes"
        )
    return one, other


def _side(root: Root, model_id: str) -> Side:
    card = read_card(root, model_id)
    champion = read_champion(root, card.corpus, card.config.scheme)
    return Side(
        card=card,
        metrics=read_metrics(root, model_id),
        corpus=read_model_corpus(root, model_id),
        is_champion=champion is not None and champion.model_id == model_id,
    )
