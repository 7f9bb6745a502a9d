"""Training a model: shuffled windows, early stopping, checkpoints, limits of steps and time."""

from dataclasses import dataclass
from pathlib import Path

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.executors import layer_of
from nocturne.tasks.model.network.network import Network, initial_weights, network_of, tables
from nocturne.tasks.model.network.precision import half_layer, half_product, resolve_precision
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training import checkpoint
from nocturne.tasks.model.training.loop import Loop


@dataclass(frozen=True)
class TrainingResult:
    """The best weights by validation bits, and how the run went.

    `history` has a row per evaluation: step, epoch, seconds, rate, train_bits (mean since the
    row before), valid_bits. `stopped` says why training ended.
    """

    weights: Weights
    history: list[dict[str, float]]
    steps: int
    epochs: float
    seconds: float
    stopped: str


def train(
    train: SplitIds,
    valid: SplitIds,
    vocabulary: Vocabulary,
    config: TrainConfig,
    shape: NetworkShape,
    checkpoints: Path,
    progress: Progress = silent,
    initial: Weights | None = None,
) -> TrainingResult:
    """Train until the steps, the epochs, the time or the patience is spent.

    `initial` are the first weights of a warm start. With config.resume an unfinished run of the
    same config, data and first weights goes on from its checkpoint in `checkpoints`; a finished
    run returns its result again until `checkpoint.clear` is called. progress counts seconds when
    the clock ends the run, else steps.
    """
    config = resolve_precision(config)
    first = initial or initial_weights(shape, vocabulary, config.seed)
    network = training_network(config, shape, vocabulary)
    _check(first, network, train, valid)
    run = checkpoint.run_digest(config, shape, vocabulary, train, first)
    loop = Loop(network, tables(vocabulary), config, train, valid, checkpoints, progress)
    loop.start(checkpoint.read(checkpoints, run) if config.resume else None, run, first)
    while not loop.state.stopped:
        loop.advance()
    state, epochs = loop.state, loop.state.step / loop.batches.per_epoch
    return TrainingResult(
        loop.best, state.history, state.step, epochs, state.seconds, state.stopped
    )


def training_network(config: TrainConfig, shape: NetworkShape, vocabulary: Vocabulary) -> Network:
    """Return the network in the config's executor and precision, which must be resolved."""
    layer = layer_of(config.executor)
    if config.precision == "mixed":
        return network_of(shape, vocabulary, half_layer(layer), half_product)
    return network_of(shape, vocabulary, layer)


def _check(first: Weights, network: Network, *splits: SplitIds) -> None:
    if {name: value.shape for name, value in first.items()} != network.weight_shapes():
        raise ModelError(
            "cannot start from these weights: they are of another network or vocabulary; "
            "choose a model of the same preset, or train from nothing"
        )
    if any(len(split.ids) == 0 for split in splits):
        raise CorpusError("cannot train: a split has no notes; add songs to the corpus")
