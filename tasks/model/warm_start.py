"""What a retrained model starts from: the champion's weights if they fit, else nothing."""

from schemas.config import TrainConfig
from schemas.model_card import ModelCard
from tasks.model.champion import read_champion
from tasks.model.registry import known_models, read_card
from tasks.storage.root import Root
from tasks.storage.sequences import load_vocabulary


def start_of(root: Root, config: TrainConfig) -> tuple[str | None, str]:
    """Return the model id to start from, None for random weights, and why in one line.

    A start that `config` names itself stands. Raises CorpusError for a corpus that is not
    prepared.
    """
    if config.init_from is not None:
        return config.init_from, f"starts from {config.init_from}, as asked"
    champion = read_champion(root, config.corpus, config.scheme)
    if champion is None:
        return None, "starts from nothing: there is no champion yet"
    if champion.model_id not in known_models(root):
        return None, f"starts from nothing: the champion {champion.model_id} is gone"
    vocabulary = load_vocabulary(root, config.corpus, config.scheme)
    misfit = _misfit(read_card(root, champion.model_id), config, vocabulary.vocabulary_id)
    if misfit:
        return None, f"starts from nothing: the champion {champion.model_id} {misfit}"
    return champion.model_id, f"starts from the champion {champion.model_id}"


def _misfit(card: ModelCard, config: TrainConfig, vocabulary_id: str) -> str | None:
    """Return why the weights cannot be taken over; None if they can."""
    if card.config.preset != config.preset:
        return f"has the preset {card.config.preset}, not {config.preset}"
    if card.vocabulary_id != vocabulary_id:
        return f"has the vocabulary {card.vocabulary_id}, not {vocabulary_id}"
    return None
