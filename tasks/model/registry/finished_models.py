"""Find finished models: the one that a config gives, and any that learned from the same data."""

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.model.network.precision import resolve_precision
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.identity import model_id
from nocturne.tasks.model.registry.models import known_models, read_card
from nocturne.tasks.model.registry.open_models import damage_of, open_model
from nocturne.tasks.storage.root import Root


def finished_model(root: Root, config: TrainConfig) -> ModelCard | None:
    """Return the card of the model that `config` gives on this machine, if it is there and loads.

    CorpusError for a corpus that is not prepared.
    """
    name = model_id(resolve_precision(config), load_dataset(root, config.corpus, config.scheme))
    folder = open_model(root, name)
    is_whole = name in known_models(root) and folder.damage() is None
    return folder.card if is_whole else None


def learned_models(root: Root, config: TrainConfig) -> list[ModelCard]:
    """Return the finished models of the same data and config, whatever they were started from.

    The champion comes first, then the newest. CorpusError for a corpus that is not prepared.
    """
    dataset = load_dataset(root, config.corpus, config.scheme)
    config = resolve_precision(config)

    def has_learned(card: ModelCard) -> bool:
        """Return whether only the start and what followed from it can differ."""
        return card.model_id == model_id(as_started(config, card), dataset)

    cards = filter(has_learned, _cards(root, f"{config.corpus}-{config.preset}-"))
    champion = _champion(root, config)
    best_first = sorted(cards, key=lambda c: (c.model_id == champion, c.created), reverse=True)
    return [card for card in best_first if damage_of(root, card.model_id) is None]


def as_started(config: TrainConfig, card: ModelCard) -> TrainConfig:
    """Return the config with what a night chose for the model: its start, and its plan for news."""
    chosen = {"init_from", "new_share", "max_steps"} if card.config.new_share else {"init_from"}
    return config.copy_with(**card.config.model_dump(include=chosen))


def _cards(root: Root, prefix: str) -> list[ModelCard]:
    """Return the cards of the models of this prefix; one that is damaged hides no other."""
    cards = []
    for name in known_models(root):
        try:
            cards += [read_card(root, name)] if name.startswith(prefix) else []
        except ModelError:
            continue
    return cards


def _champion(root: Root, config: TrainConfig) -> str | None:
    try:
        champion = read_champion(root, config.corpus, config.scheme)
    except ModelError:
        return None
    return champion.model_id if champion else None
