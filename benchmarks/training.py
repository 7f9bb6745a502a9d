"""Measure the speed of training: `python -m benchmarks.training --midi FOLDER`.

One training step of the source project's network, 2 x 1024 cells in encoder and decoder, window
and batch of 64: Nocturne's compiled loop, `keras.layers.LSTM`, and PyTorch's `nn.LSTM` if it is
installed (`pip install torch`), in turns in one run. The same turns measure the rate of one large
matrix product, an upper bound for the products of the step, and the time to gather a batch. The
last line is one JSON object.
"""

import argparse
import contextlib
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.baselines import songs_in, split_ids
from benchmarks.training_rivals import Step, keras_step, torch_step
from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.network import (
    Network,
    initial_weights,
    network_of,
    tables,
)
from nocturne.tasks.model.training.batches import Batches
from nocturne.tasks.model.training.step import TrainingStep
from nocturne.tasks.music.categories import fit

GEMM_SIZE = 4096
STEPS_TO_COMPILE = 1  # not timed


def nocturne_step(network: Network, vocabulary: Vocabulary, config: TrainConfig) -> Step:
    """Return one training step of Nocturne."""
    weights = initial_weights(network.shape, vocabulary, config.seed)
    step = TrainingStep(network, config, weights, tables(vocabulary))
    number = iter(range(1 << 30))
    return lambda batch: step(batch, next(number), config.learning_rate)


def step_flops(shape: NetworkShape, sizes: tuple[int, ...], batch: int) -> float:
    """Return the floating point operations of a step's matrix products, forward and twice back."""
    cells = shape.units
    widths = [shape.embedding] + [cells] * (shape.layers - 1)
    layers = 2 * sum((width + cells) * 4 * cells for width in widths)  # encoder and decoder
    heads = sum(cells * shape.head + shape.head * size for size in sizes)
    return 3.0 * 2.0 * batch * shape.window * (layers + heads)


def gemm() -> Callable[[], float]:
    """Return a function that multiplies two large matrices and returns the flop per second."""
    a, b = (tf.random.stateless_uniform([GEMM_SIZE] * 2, [0, k]) for k in (0, 1))

    def measured() -> float:
        start = time.perf_counter()
        float(tf.matmul(a, b)[0, 0])
        return float(2.0 * GEMM_SIZE**3 / (time.perf_counter() - start))

    return measured


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(
    steps: dict[str, Step], batch_at: Callable[[int], NDArray[np.int32]], rounds: int
) -> tuple[dict[str, list[float]], list[float]]:
    """Time the steps in turns; return the seconds of each and of gathering, and product rates."""
    product = gemm()
    for number in range(STEPS_TO_COMPILE):
        for step in steps.values():
            step(batch_at(number))
    seconds: dict[str, list[float]] = {name: [] for name in (*steps, "gather")}
    rates = []
    for number in range(1, rounds + 1):
        seconds["gather"].append(timed(lambda n=number: batch_at(n)))  # type: ignore[misc]
        batch = batch_at(number)
        for name, step in steps.items():
            rates.append(product())
            seconds[name].append(timed(lambda s=step, b=batch: s(b)))  # type: ignore[misc]
        print(json.dumps({name: round(values[-1], 3) for name, values in seconds.items()}))
    return seconds, rates


def figures(
    seconds: dict[str, list[float]], rates: list[float], flops: float, gather_small: float
) -> dict[str, Any]:
    """Return ratios of the medians of measurements that took turns."""
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    ours, peak = middle["nocturne"], statistics.median(rates)
    return {
        "time_vs_pytorch": ours / middle["pytorch"] if "pytorch" in middle else None,
        "speedup_vs_keras": middle["keras"] / ours,
        "gemm_peak_share": flops / ours / peak,
        "gemm_peak_share_of_pytorch": (
            flops / middle["pytorch"] / peak if "pytorch" in middle else None
        ),
        "input_share": middle["gather"] / (middle["gather"] + ours),
        "input_share_of_preset_small": gather_small,
        "gemm_gflops": peak / 1e9,
        "seconds": middle,
    }


def small_input_share(train: Any, vocabulary: Vocabulary, config: TrainConfig) -> float:
    """Return the share of gathering in a step of preset `small`, the fastest preset."""
    network = network_of(PRESETS["small"], vocabulary)
    batches = Batches(network, config.copy_with(batch=32, preset="small"), train)
    step = nocturne_step(network, vocabulary, config)
    step(batches.at(0))
    gather, whole = [], []
    for number in range(1, 11):
        gather.append(timed(lambda n=number: batches.at(n)))  # type: ignore[misc]
        batch = batches.at(number)
        whole.append(timed(lambda b=batch: step(b)))  # type: ignore[misc]
    share = statistics.median(gather)
    return share / (share + statistics.median(whole))


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each step")
    options = parser.parse_args()
    songs = songs_in(options.midi)
    vocabulary = fit("factored", songs["train"], "benchmark")
    train = split_ids(vocabulary, songs["train"])
    config = TrainConfig(preset="seed", batch=64, executor="xla")
    shape = PRESETS["seed"]
    network = network_of(shape, vocabulary)
    steps = {
        "nocturne": nocturne_step(network, vocabulary, config),
        "keras": keras_step(shape, vocabulary, config),
    }
    with contextlib.suppress(ImportError):
        threads = len(os.sched_getaffinity(0))
        steps["pytorch"] = torch_step(shape, vocabulary, config, threads)
    seconds, rates = measure(steps, Batches(network, config, train).at, options.rounds)
    flops = step_flops(shape, vocabulary.sizes, config.batch)
    print(json.dumps(figures(seconds, rates, flops, small_input_share(train, vocabulary, config))))


if __name__ == "__main__":
    main()
