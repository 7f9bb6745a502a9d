"""Build a model from a prepared corpus: train it, make its random inputs, save its folder."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from platform import processor

import numpy as np

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SequenceDataset, SplitIds, Vocabulary
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.model.network.executors import gpu_count
from nocturne.tasks.model.network.precision import resolve_precision
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.identity import model_id
from nocturne.tasks.model.registry.learned_songs import learned_document, learned_songs
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.model.sampling.random_inputs import random_inputs
from nocturne.tasks.model.training import checkpoint
from nocturne.tasks.model.training.memory_estimate import require_memory
from nocturne.tasks.model.training.train import TrainingResult, train
from nocturne.tasks.model.warm_start import first_weights
from nocturne.tasks.storage.layout import (
    HISTORY_FILE,
    LEARNED_FILE,
    checkpoints_of,
    markers_of,
    model_path,
)
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch


def model_name(root: Root, config: TrainConfig) -> str:
    """Return the id of the model that `config` gives on this machine."""
    return model_id(resolve_precision(config), load_dataset(root, config.corpus, config.scheme))


def needed_folders(config: TrainConfig) -> tuple[str, ...]:
    """Return the folders that must stay while the model of `config` is trained and evaluated."""
    start = (model_path(config.init_from),) if config.init_from else ()
    return (markers_of(config.corpus), *start)


def build_model(root: Root, config: TrainConfig, progress: Progress = silent) -> ModelCard:
    """Train on a prepared corpus and save the model; return its card.

    Raises CorpusError for an unknown corpus, ModelError for an unfit warm start, ResourceError
    for a batch that does not fit into memory, StorageError where no more can be written. A run
    that was cut off goes on from its checkpoint, which is deleted once the model is saved.
    """
    config = resolve_precision(config)
    corpus = PreparedCorpus(root, config.corpus, config.scheme)
    dataset, vocabulary = corpus.dataset, corpus.vocabulary
    training_songs, valid = _with_news(corpus, config), corpus.split("valid")
    name = model_id(config, dataset)
    checkpoints = scratch(root, checkpoints_of(name))
    shape = PRESETS[config.preset]
    if not gpu_count():  # which has memory of its own
        require_memory(config, shape)
    first = first_weights(root, config, shape, vocabulary)
    result = train(training_songs, valid, vocabulary, config, shape, checkpoints, progress, first)
    card = _save(corpus, name, config, training_songs, result)
    checkpoint.clear(checkpoints)
    return card


def _with_news(corpus: PreparedCorpus, config: TrainConfig) -> SplitIds:
    """Return the training songs, with those marked that the model to start from has not learned."""
    songs = corpus.split("train")
    if config.new_share is None or config.init_from is None:
        return songs
    learned = learned_songs(corpus.root, config.init_from)
    if learned is None:
        return songs
    new = [song not in learned for song in corpus.song_ids("train")]
    return replace(songs, new=np.array(new, bool))


def _save(
    corpus: PreparedCorpus,
    name: str,
    config: TrainConfig,
    training_songs: SplitIds,
    result: TrainingResult,
) -> ModelCard:
    shape, vocabulary = PRESETS[config.preset], corpus.vocabulary
    inputs = random_inputs(training_songs, vocabulary, shape, result.weights, config.seed)
    model = Model(name, shape, vocabulary, result.weights, *inputs)
    documents = {
        HISTORY_FILE: json.dumps(result.history, indent=1).encode(),
        LEARNED_FILE: learned_document(corpus.song_ids("train")),
    }
    card = _card(name, config, corpus.dataset, vocabulary, result)
    return save_model(corpus.root, model, card, documents)


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
    gpus = gpu_count()
    return f"{gpus} GPU" if gpus else processor() or "CPU"
