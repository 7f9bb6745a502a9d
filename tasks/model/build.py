"""A model from a prepared corpus: trained, given its random inputs, and saved as a folder."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from platform import processor

import tensorflow as tf

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SequenceDataset, SplitIds, Vocabulary
from nocturne.tasks.corpus.sequences.read_sequences import load_dataset, load_split, load_vocabulary
from nocturne.tasks.model.network.precision import decided
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.identity import model_id
from nocturne.tasks.model.registry.lookup import resolve
from nocturne.tasks.model.registry.model_folder import save_model
from nocturne.tasks.model.sampling.random_inputs import random_inputs
from nocturne.tasks.model.training import checkpoint
from nocturne.tasks.model.training.memory_estimate import require_memory
from nocturne.tasks.model.training.train import TrainingResult, train
from nocturne.tasks.model.warm_start import first_weights
from nocturne.tasks.storage.layout import HISTORY_FILE, SEQUENCES_CACHE, checkpoints_of
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch

MOVING = ("champion", "latest")  # names of models that may stand for another one tomorrow


def resolved(root: Root, config: TrainConfig) -> TrainConfig:
    """Return the config with `init_from` as a model id, so that it names one warm start.

    An id stands as it is: a model that is finished does not need the one it was started from.
    """
    if config.init_from not in MOVING:
        return config
    return config.copy_with(init_from=resolve(root, config.init_from, config.corpus, config.scheme))


def model_name(root: Root, config: TrainConfig) -> str:
    """Return the id of the model that `config` gives on this machine."""
    return model_id(decided(config), load_dataset(root, config.corpus, config.scheme))


def build_model(root: Root, config: TrainConfig, progress: Progress = silent) -> ModelCard:
    """Train on a prepared corpus and save the model; return its card.

    Raises CorpusError for an unknown corpus, ModelError for an unfit warm start, ResourceError
    for a batch that does not fit into memory, StorageError where no more can be written. A run
    that was cut off goes on from its checkpoint, which is deleted once the model is saved.
    """
    config = decided(config)
    dataset = load_dataset(root, config.corpus, config.scheme)
    vocabulary = load_vocabulary(root, config.corpus, config.scheme)
    cache = scratch(root, SEQUENCES_CACHE)
    learn, valid = (
        load_split(root, config.corpus, config.scheme, split, cache) for split in ("train", "valid")
    )
    name = model_id(config, dataset)
    checkpoints = scratch(root, checkpoints_of(name))
    shape = PRESETS[config.preset]
    if not tf.config.list_physical_devices("GPU"):  # which has memory of its own
        require_memory(config, shape)
    first = first_weights(root, config, shape, vocabulary)
    result = train(learn, valid, vocabulary, config, shape, checkpoints, progress, first)
    card = _save(root, name, config, dataset, vocabulary, learn, result)
    checkpoint.clear(checkpoints)
    return card


def _save(
    root: Root,
    name: str,
    config: TrainConfig,
    dataset: SequenceDataset,
    vocabulary: Vocabulary,
    learn: SplitIds,
    result: TrainingResult,
) -> ModelCard:
    shape = PRESETS[config.preset]
    inputs = random_inputs(learn, vocabulary, shape, result.weights, config.seed)
    model = Model(name, shape, vocabulary, result.weights, *inputs)
    history = json.dumps(result.history, indent=1).encode()
    card = _card(name, config, dataset, vocabulary, result)
    return save_model(root, model, card, {HISTORY_FILE: history})


def _card(
    name: str,
    config: TrainConfig,
    dataset: SequenceDataset,
    vocabulary: Vocabulary,
    result: TrainingResult,
) -> ModelCard:
    return ModelCard(
        model_id=name,
        created=datetime.now(UTC),
        corpus=config.corpus,
        data_fingerprint=dataset.fingerprint,
        vocabulary_id=vocabulary.vocabulary_id,
        config=config,
        shape=PRESETS[config.preset],
        parameters=0,  # counted when the weights are saved
        weights_sha256="",
        songs=dict(dataset.songs),
        notes=dict(dataset.notes),
        program=dataset.program,
        steps=result.steps,
        epochs=result.epochs,
        train_seconds=result.seconds,
        device=_device(),
        stopped=result.stopped,
        code_version=version("nocturne-midi"),
        licence=dataset.licence,
        attribution=dataset.attribution,
    )


def _device() -> str:
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        return f"{len(gpus)} GPU"
    return processor() or "CPU"
