"""Evaluate a model: bits per note on held-out songs beside baselines, and its samples' figures.

The model and the baselines predict the very same ids.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SchemeConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import Histogram, ModelMetrics, PredictorBits, SampleMetrics
from nocturne.schemas.model_card import Evaluation
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SPLITS, Split, SplitIds, Vocabulary
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.model.evaluation.baselines import evaluate_baselines
from nocturne.tasks.model.evaluation.drawn_samples import (
    draw_samples,
    evaluated_samples,
    measure_uptake,
    save_samples,
)
from nocturne.tasks.model.evaluation.gate import gate_figures
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.music.metrics import evaluate_samples
from nocturne.tasks.music.metrics.excerpt import excerpt_of, held_out_pieces
from nocturne.tasks.music.metrics.overlap import histograms
from nocturne.tasks.music.metrics.primer_reuse import UPTAKE
from nocturne.tasks.storage.root import Root

Splits = Mapping[Split, SplitIds]


def evaluate_model(root: Root, model_id: str, progress: Progress = silent) -> ModelMetrics:
    """Measure a model, write its metrics.json and return the metrics.

    The samples that the figures speak of are kept in the model's folder.
    """
    folder = open_model(root, model_id)
    model, splits = folder.load(), load_splits(root, folder.card.config)
    progress(0, 4)
    bits = evaluate(model, splits["test"])
    progress(1, 4)
    baselines = evaluate_baselines(
        splits["train"], splits["valid"], splits["test"], model.vocabulary
    )
    progress(2, 4)
    samples = draw_samples(model, splits["test"])
    save_samples(root, model_id, samples)
    progress(3, 4)
    metrics = ModelMetrics(
        bits_per_note=bits.bits_per_note,
        by_attribute=bits.by_attribute,
        baselines={name: _predictor_bits(one) for name, one in baselines.items()},
        **dict(_sample_metrics(model, samples, splits)),
        sample_count=len(samples),
        weights_sha256=folder.card.weights_sha256,
        histograms=_histograms(samples, splits["test"], model.vocabulary),
    )
    folder.write_metrics(metrics)
    progress(4, 4)
    return metrics


def load_splits(root: Root, config: SchemeConfig) -> Splits:
    """Return the three splits of a corpus and scheme."""
    corpus = PreparedCorpus(root, config.corpus, config.scheme)
    return {name: corpus.split(name) for name in SPLITS}


def complete_metrics(root: Root, model_id: str) -> ModelMetrics | None:
    """Return the metrics of a model whose evaluation is complete; None if it must be evaluated.

    Metrics that are damaged, of other weights or without the samples they speak of do not count.
    """
    try:
        metrics = open_model(root, model_id).metrics
        evaluated_samples(root, model_id)
    except (ModelError, FileNotFoundError):
        return None
    return None if None in gate_figures(metrics).values() else metrics


def _predictor_bits(evaluation: Evaluation) -> PredictorBits:
    return PredictorBits(
        bits_per_note=evaluation.bits_per_note, by_attribute=evaluation.by_attribute
    )


def _sample_metrics(model: Model, samples: NDArray[np.int16], splits: Splits) -> SampleMetrics:
    """Measure the samples, and what the model takes up from primers."""
    found = evaluate_samples(list(samples), splits["test"], splits["train"], model.vocabulary)
    uptake = measure_uptake(model, splits["test"])
    if uptake is None:
        return found
    return found.model_copy(
        update={
            "samples": {**found.samples, UPTAKE.name: uptake[0]},
            "held_out": {**found.held_out, UPTAKE.name: uptake[1]},
        }
    )


def _histograms(
    samples: NDArray[np.int16], held_out: SplitIds, vocabulary: Vocabulary
) -> dict[str, Histogram]:
    pieces = held_out_pieces(held_out, samples.shape[1])
    drawn, real = ([excerpt_of(vocabulary, ids) for ids in set_] for set_ in (samples, pieces))
    return histograms(drawn, real)
