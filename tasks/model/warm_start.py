"""The warm start: a retrained model starts from the champion's weights as far as they fit."""

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.model.carry_over import carry_over, describe_carry_over, misfit
from nocturne.tasks.model.network.network import initial_weights, network_of
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.lookup import resolve
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.storage.root import Root

NOTHING = "starts from nothing"
MOVING = ("champion", "latest")  # names of models that may stand for another one tomorrow


def resolve_warm_start(root: Root, config: TrainConfig) -> TrainConfig:
    """Return the config with `init_from` as a model id, so that it names one warm start.

    An id stands as it is: a finished model does not need the model that it was started from.
    """
    if config.init_from not in MOVING:
        return config
    return config.copy_with(init_from=resolve(root, config.init_from, config.corpus, config.scheme))


def choose_warm_start(root: Root, config: TrainConfig) -> tuple[str | None, str]:
    """Return the model id to start from, None for random weights, and why in one line.

    An `init_from` of the config is kept. CorpusError for a corpus that is not prepared.
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
    folder = open_model(root, name)
    folder.load()  # damaged weights are no start
    if unfit := misfit(folder.card, folder.vocabulary, config, vocabulary):
        return None, f"{NOTHING}: the champion {name} {unfit}"
    return name, f"starts from the champion {name}"


def describe_warm_start(root: Root, config: TrainConfig) -> str:
    """Say in one line which weights training takes over from its warm start; "" without one."""
    if config.init_from is None:
        return ""
    folder = open_model(root, config.init_from)
    vocabulary = PreparedCorpus(root, config.corpus, config.scheme).vocabulary
    if misfit(folder.card, folder.vocabulary, config, vocabulary):
        return ""
    return f"from {config.init_from}: {describe_carry_over(folder.vocabulary, vocabulary)}"


def first_weights(
    root: Root, config: TrainConfig, shape: NetworkShape, vocabulary: Vocabulary
) -> Weights:
    """Return the weights that training begins with: those of config.init_from, else random ones.

    ModelError for a model that is unknown, damaged or does not fit.
    """
    if config.init_from is None:
        return initial_weights(shape, vocabulary, config.seed)
    folder = open_model(root, config.init_from)
    model = folder.load()
    if unfit := misfit(folder.card, model.vocabulary, config, vocabulary):
        raise ModelError(
            f"cannot start from the model {config.init_from}: it {unfit}; choose another, or train "
            "from nothing"
        )
    carried = carry_over(model.weights, model.vocabulary, vocabulary)
    # Files give their weights in any order; sums over them must round the same after a restart.
    return {name: carried[name] for name in network_of(shape, vocabulary).weight_shapes()}
