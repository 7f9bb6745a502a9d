"""The samples that a model is evaluated by: drawn from fixed primers, kept beside its metrics."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.random_inputs import choose_primers
from nocturne.tasks.model.sampling.sample import sample
from nocturne.tasks.model.sampling.starts import primer_of
from nocturne.tasks.music.metrics import Primed, evaluate_uptake, primed
from nocturne.tasks.storage.arrays import packed
from nocturne.tasks.storage.layout import EVALUATED_FILE, model_path
from nocturne.tasks.storage.root import Root

SAMPLES = 200
SAMPLE_NOTES = 256
UPTAKE_SAMPLES = 128
TEMPERATURE = 0.9
EVALUATION_SEED = 20_190_101  # a sample set of its own, the same for every model


def draw_samples(model: Model, held_out: SplitIds) -> NDArray[np.int16]:
    """Draw the samples to evaluate a model by, int16 [SAMPLES, SAMPLE_NOTES, attributes].

    They continue windows of held-out songs: what they then share with the training songs comes
    from the model and not from the primer.
    """
    primers = choose_primers(held_out, model.vocabulary, model.shape.window, EVALUATION_SEED)
    return _continue(model, primers, SAMPLES, SAMPLE_NOTES)


def save_samples(root: Root, model_id: str, samples: NDArray[np.int16]) -> None:
    """Keep the samples in the model's folder."""
    root.write_bytes(model_path(model_id, EVALUATED_FILE), packed({"samples": samples}))


def evaluated_samples(root: Root, model_id: str) -> NDArray[np.int16]:
    """Return the samples that a model was evaluated by, int16 [samples, notes, attributes].

    FileNotFoundError before its evaluation; ModelError if the file is damaged.
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


def measure_uptake(model: Model, held_out: SplitIds) -> tuple[float, float] | None:
    """Measure how much of held-out primers returns in the model's music, and in real music.

    None if the held-out songs are too short.
    """
    try:
        real = primed(held_out, model.shape.window, 2 * model.shape.window)
    except CorpusError:
        return None
    chosen = [
        primer_of(EVALUATION_SEED, index, len(real.primers)) for index in range(UPTAKE_SAMPLES)
    ]
    generated = _continue(model, real.primers, UPTAKE_SAMPLES, 2 * model.shape.window)
    pairs = Primed(real.primers[chosen], [real.continuations[i] for i in chosen])
    return evaluate_uptake(pairs, generated, model.vocabulary)


def _continue(
    model: Model, primers: NDArray[np.int16], count: int, notes: int
) -> NDArray[np.int16]:
    config = SamplingConfig(
        notes=notes,
        seed=EVALUATION_SEED,
        temperature=TEMPERATURE,
        top_p=1.0,
        random_input="primer",
    )
    return sample(replace(model, primers=primers), config, 0, count).ids
