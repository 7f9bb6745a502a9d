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
from tasks.model.files import Model, load_model, save_model
from tasks.model.identity import model_id
from tasks.model.initialise import Weights
from tasks.model.lookup import resolve
from tasks.model.precision import decided
from tasks.model.primers import random_inputs
from tasks.model.registry import known_models, read_card
from tasks.model.training import TrainingResult, train
from tasks.progress import Progress, silent
from tasks.storage.root import Root
from tasks.storage.scratch import scratch
from tasks.storage.sequences import SplitIds, load_dataset, load_split, load_vocabulary


def resolved(root: Root, config: TrainConfig) -> TrainConfig:
    """Return the config with `init_from` as a model id, so that it names one warm start."""
    if config.init_from is None:
        return config
    return config.having(init_from=resolve(root, config.init_from, config.corpus, config.scheme))


def finished_model(root: Root, config: TrainConfig) -> ModelCard | None:
    """Return the card of the model that `config` gives on this machine, if it is there."""
    name = model_name(root, config)
    return read_card(root, name) if name in known_models(root) else None


def model_name(root: Root, config: TrainConfig) -> str:
    """Return the id of the model that `config` gives on this machine."""
    return model_id(decided(config), load_dataset(root, config.corpus, config.scheme))


def build_model(root: Root, config: TrainConfig, progress: Progress = silent) -> ModelCard:
    """Train on a prepared corpus and save the model; return its card.

    Raises CorpusError for an unknown corpus, ModelError for an unfit warm start. A run that
    was cut off goes on from its checkpoint, which is deleted once the model is saved.
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
    first = _first_weights(root, config)
    shape = PRESETS[config.preset]
    result = train(learn, valid, vocabulary, config, shape, checkpoints, progress, first)
    card = _save(root, name, config, dataset, vocabulary, learn, result)
    checkpoint.clear(checkpoints)
    return card


def _first_weights(root: Root, config: TrainConfig) -> Weights | None:
    return load_model(root, config.init_from).weights if config.init_from else None


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
