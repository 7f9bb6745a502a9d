"""What a retrained model starts from: the champion's weights as far as they fit, else nothing."""

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.model.carry_over import carried_words, carry_over, misfit
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.model_folder import load_model
from nocturne.tasks.model.registry.models import known_models, read_card
from nocturne.tasks.storage.root import Root

NOTHING = "starts from nothing"


def start_of(root: Root, config: TrainConfig) -> tuple[str | None, str]:
    """Return the model id to start from, None for random weights, and why in one line.

    A start that `config` names itself stands. Raises CorpusError for a corpus that is not
    prepared.
    """
    if config.init_from is not None:
        return config.init_from, f"starts from {config.init_from}, as asked"
    try:
        return _from_champion(root, config)
    except ModelError as error:  # damaged: the pointer, the card or the weights
        return None, f"{NOTHING}: {error}"


def _from_champion(root: Root, config: TrainConfig) -> tuple[str | None, str]:
    champion = read_champion(root, config.corpus, config.scheme)
    if champion is None:
        return None, f"{NOTHING}: there is no champion yet"
    name = champion.model_id
    if name not in known_models(root):
        return None, f"{NOTHING}: the champion {name} is gone"
    vocabulary = PreparedCorpus(root, config.corpus, config.scheme).vocabulary
    old = load_model(root, name).vocabulary
    if unfit := misfit(read_card(root, name), old, config, vocabulary):
        return None, f"{NOTHING}: the champion {name} {unfit}"
    return name, f"starts from the champion {name}"


def carried(root: Root, config: TrainConfig) -> str:
    """Say in one line what training takes over from its start, and what not; "" for nothing."""
    if config.init_from is None:
        return ""
    old = load_model(root, config.init_from).vocabulary
    vocabulary = PreparedCorpus(root, config.corpus, config.scheme).vocabulary
    if misfit(read_card(root, config.init_from), old, config, vocabulary):
        return ""
    return f"from {config.init_from}: {carried_words(old, vocabulary)}"


def first_weights(
    root: Root, config: TrainConfig, shape: NetworkShape, vocabulary: Vocabulary
) -> Weights:
    """Return the weights that training begins with: those of config.init_from, else random ones.

    ModelError for a model that is unknown, damaged or does not fit.
    """
    if config.init_from is None:
        return initial_weights(shape, vocabulary, config.seed)
    model = load_model(root, config.init_from)
    card = read_card(root, config.init_from)
    if unfit := misfit(card, model.vocabulary, config, vocabulary):
        raise ModelError(
            f"cannot start from the model {config.init_from}: it {unfit}; choose another, or train "
            "from nothing"
        )
    return carry_over(model.weights, model.vocabulary, vocabulary)
