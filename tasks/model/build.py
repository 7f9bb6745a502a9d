"""A model from a prepared corpus: trained, given its random inputs, and saved as a folder."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from platform import processor

import tensorflow as tf

from schemas.config import TrainConfig
from schemas.model_card import ModelCard
from schemas.presets import PRESETS
from schemas.sequences import SequenceDataset, Vocabulary
from tasks.model import checkpoint
from tasks.model.files import Model, save_model
from tasks.model.identity import model_id
from tasks.model.lookup import resolve
from tasks.model.memory import require_memory
from tasks.model.precision import decided
from tasks.model.primers import random_inputs
from tasks.model.training import TrainingResult, train
from tasks.model.warm_start import first_weights
from tasks.progress import Progress, silent
from tasks.storage.root import Root
from tasks.storage.scratch import scratch
from tasks.storage.sequences import SplitIds, load_dataset, load_split, load_vocabulary

MOVING = ("champion", "latest")  # names of models that may stand for another one tomorrow


def resolved(root: Root, config: TrainConfig) -> TrainConfig:
    """Return the config with `init_from` as a model id, so that it names one warm start.

    An id stands as it is: a model that is finished does not need the one it was started from.
    """
    if config.init_from not in MOVING:
        return config
    return config.having(init_from=resolve(root, config.init_from, config.corpus, config.scheme))


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
    cache = scratch(root, "sequences")
    learn, valid = (
        load_split(root, config.corpus, config.scheme, split, cache) for split in ("train", "valid")
    )
    name = model_id(config, dataset)
    checkpoints = scratch(root, f"checkpoints/{name}")
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
    return save_model(root, model, card, {"history.json": history})


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
