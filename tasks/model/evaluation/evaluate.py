"""How good a model is: bits on held-out songs beside honest baselines, and its samples' figures.

All of it stands in the model folder's metrics.json, on the very same ids for model and rivals.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from nocturne.schemas.config import SamplingConfig, SchemeConfig
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.model_card import Evaluation
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SPLITS, Split, SplitIds, Vocabulary
from nocturne.tasks.corpus.sequences.read_sequences import load_split
from nocturne.tasks.model.evaluation.baselines import evaluate_baselines
from nocturne.tasks.model.evaluation.gate import FIGURES
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.model_folder import load_model
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.sampling.random_inputs import choose_primers
from nocturne.tasks.model.sampling.sample import primer_of, sample
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.music.metrics import Primed, evaluate_samples, evaluate_uptake, primed
from nocturne.tasks.music.metrics.excerpt import excerpt_of, held_out_pieces
from nocturne.tasks.music.metrics.overlap import histograms
from nocturne.tasks.storage.arrays import packed
from nocturne.tasks.storage.layout import EVALUATED_FILE, METRICS_FILE, SEQUENCES_CACHE, model_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch

SAMPLES = 200
SAMPLE_NOTES = 256
UPTAKE_SAMPLES = 128
TEMPERATURE = 0.9
EVALUATION_SEED = 20_190_101  # a sample set of its own, the same for every model

Splits = Mapping[Split, SplitIds]


def evaluate_model(root: Root, model_id: str, progress: Progress = silent) -> dict[str, Any]:
    """Measure a model, write its metrics.json and return what is in it.

    The samples that it is judged by are kept beside, for whoever wants to look at them.
    """
    model = load_model(root, model_id)
    card = read_card(root, model_id)
    splits = load_splits(root, card.config)
    progress(0, 4)
    bits = evaluate(model, splits["test"])
    progress(1, 4)
    baselines = evaluate_baselines(
        splits["train"], splits["valid"], splits["test"], model.vocabulary
    )
    progress(2, 4)
    samples = _draw(model, splits["test"])
    root.write_bytes(model_path(model_id, EVALUATED_FILE), packed({"samples": samples}))
    progress(3, 4)
    metrics = _metrics(bits, baselines) | evaluate_samples(
        list(samples), splits["test"], splits["train"], model.vocabulary
    )
    metrics |= _uptake(model, splits["test"])
    metrics["samples"] = len(samples)
    metrics["weights_sha256"] = card.weights_sha256
    metrics["histograms"] = _histograms(samples, splits["test"], model.vocabulary)
    root.write_json(model_path(model_id, METRICS_FILE), metrics)
    progress(4, 4)
    return metrics


def load_splits(root: Root, config: SchemeConfig) -> Splits:
    """Return the three splits of a corpus and scheme."""
    cache = scratch(root, SEQUENCES_CACHE)
    return {name: load_split(root, config.corpus, config.scheme, name, cache) for name in SPLITS}


def evaluated_samples(root: Root, model_id: str) -> NDArray[np.int16]:
    """Return the samples that a model was judged by, int16 [SAMPLES, SAMPLE_NOTES, attributes].

    FileNotFoundError before it was judged; ModelError if the file is damaged.
    """
    path = model_path(model_id, EVALUATED_FILE)
    try:
        samples: NDArray[np.int16] = load(root.read_bytes(path))["samples"]
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(
            f"{root.display_path(path)} is damaged: delete it and train the model again, which "
            "then only measures it"
        ) from error
    return samples


def measured(root: Root, model_id: str) -> dict[str, Any]:
    """Return the metrics of a model that was judged to the end; empty if that is to be done.

    Metrics that are damaged, of other weights or without the samples they speak of do not count.
    """
    try:
        metrics = read_metrics(root, model_id)
        evaluated_samples(root, model_id)
    except (ModelError, FileNotFoundError):
        return {}
    return metrics if all(metrics.get(name) is not None for name in FIGURES) else {}


def _draw(model: Model, held_out: SplitIds) -> NDArray[np.int16]:
    """Draw the samples to judge by.

    They continue windows of held-out songs: what they then share with the training songs comes
    from the model and not from what it was given.
    """
    primers = choose_primers(held_out, model.vocabulary, model.shape.window, EVALUATION_SEED)
    return _continued(model, primers, SAMPLES, SAMPLE_NOTES)


def _uptake(model: Model, held_out: SplitIds) -> dict[str, float]:
    """Measure how much of held-out primers comes back; nothing if the songs are too short."""
    try:
        real = primed(held_out, model.shape.window, 2 * model.shape.window)
    except CorpusError:
        return {}
    chosen = [
        primer_of(EVALUATION_SEED, index, len(real.primers)) for index in range(UPTAKE_SAMPLES)
    ]
    drawn = _continued(model, real.primers, UPTAKE_SAMPLES, 2 * model.shape.window)
    pairs = Primed(real.primers[chosen], [real.continuations[i] for i in chosen])
    return evaluate_uptake(pairs, drawn, model.vocabulary)


def _continued(
    model: Model, primers: NDArray[np.int16], count: int, notes: int
) -> NDArray[np.int16]:
    config = SamplingConfig(
        notes=notes,
        seed=EVALUATION_SEED,
        temperature=TEMPERATURE,
        top_p=1.0,
        random_input="primer",
    )
    return sample(replace(model, primers=primers), config, 0, count)


def _metrics(bits: Evaluation, baselines: Mapping[str, Evaluation]) -> dict[str, Any]:
    return {
        "bits_per_note": bits.bits_per_note,
        "by_attribute": bits.by_attribute,
        "composite_bits_per_note": baselines["composite"].bits_per_note,
        "cache_bits_per_note": baselines["cache"].bits_per_note,
        "unigram_bits_per_note": baselines["unigram"].bits_per_note,
        "baselines": {name: one.model_dump() for name, one in baselines.items()},
    }


def _histograms(
    samples: NDArray[np.int16], held_out: SplitIds, vocabulary: Vocabulary
) -> dict[str, Any]:
    pieces = held_out_pieces(held_out, SAMPLE_NOTES)
    ours, theirs = ([excerpt_of(vocabulary, ids) for ids in set_] for set_ in (samples, pieces))
    return histograms(ours, theirs)
