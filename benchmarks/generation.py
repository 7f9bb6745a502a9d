"""Measure the speed of generation: `python -m benchmarks.generation --midi FOLDER`.

Notes a second of the source project's network, 2 x 1024 cells: Nocturne's sampler,
`keras.layers.LSTM` with a `predict` for each note, PyTorch's `nn.LSTM` stepping in inference_mode
if it is installed, and the matrix products of the network alone (the floor), in turns in one run.
Then the seconds from a cold start to the first sample, and the processor time that a sample of
preset small takes, files and page included. Times are of the processor unless they say otherwise.
The last line is one JSON object.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.generation_memory import MODEL, save_untrained
from benchmarks.generation_rivals import Drawer, keras_drawer, torch_drawer
from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.sampling.sample import BATCH_ROWS, sample
from nocturne.tasks.samples import build_samples
from nocturne.tasks.storage.root import Root

FIRST = "from nocturne.flows.cli.commands import main; main()"
WARM_NOTES = 64  # of each drawer before it is timed: one window of Nocturne's


def nocturne_drawer(model: Model) -> Drawer:
    """Return a drawer by Nocturne's sampler, in its own groups of BATCH_ROWS samples."""
    return lambda samples, notes: sample(
        model, GenerateConfig(notes=notes, samples=samples, seed=0), 0, samples
    )


def floor(shape: NetworkShape, sizes: tuple[int, ...], rows: int) -> Drawer:
    """Return a drawer that multiplies matrices of a note's shapes and draws nothing.

    `rows` is the number of samples in one product.
    """
    cells = shape.units
    widths = [(shape.embedding + cells, 4 * cells), (2 * cells, 4 * cells)]
    widths += [(cells, shape.head) for _ in sizes] + [(shape.head, size) for size in sizes]
    weights = [tf.random.stateless_normal(width, [0, n]) for n, width in enumerate(widths)]
    inputs = [tf.random.stateless_normal([rows, width], [1, width]) for width, _ in widths]

    @tf.function(jit_compile=True, autograph=False)
    def products(notes: Any) -> Any:
        def body(n: Any, left: list[Any], total: Any) -> tuple[Any, list[Any], Any]:
            made = [tf.matmul(a, w) for a, w in zip(left, weights, strict=True)]
            small = tf.add_n([one[0, 0] for one in made]) * 1e-9
            return n + 1, [a + small for a in left], total + small

        start = (tf.constant(0), inputs, tf.constant(0.0))
        return tf.while_loop(lambda n, *_: n < notes, body, start)[-1]

    return lambda samples, notes: [float(products(notes)) for _ in range(samples // rows)]


def timed(draw: Drawer, samples: int, notes: int) -> float:
    """Return the seconds of the processor that a drawer takes."""
    start = time.process_time()
    draw(samples, notes)
    return time.process_time() - start


def speeds(drawers: dict[str, Drawer], samples: int, notes: int, rounds: int) -> dict[str, float]:
    """Return the median notes a second of each drawer; they take turns."""
    for draw in drawers.values():
        draw(samples, WARM_NOTES)
    seconds: dict[str, list[float]] = {name: [] for name in drawers}
    for _ in range(rounds):
        for name, draw in drawers.items():
            seconds[name].append(timed(draw, samples, notes))
        print(json.dumps({name: round(taken[-1], 2) for name, taken in seconds.items()}))
    return {name: samples * notes / statistics.median(taken) for name, taken in seconds.items()}


def ratios(notes_per_second: dict[str, float]) -> dict[str, Any]:
    """Return Nocturne's speed against the others'."""
    ours = notes_per_second["nocturne"]
    torch = notes_per_second.get("pytorch")
    return {
        "notes_per_second": {name: round(value) for name, value in notes_per_second.items()},
        "times_pytorch": round(ours / torch, 3) if torch else None,
        "times_keras": round(ours / notes_per_second["keras"], 3),
        "share_of_floor": round(ours / notes_per_second["floor"], 3),
    }


def sample_milliseconds(root: Root, samples: int) -> float:
    """Return the processor time of a sample of 256 notes, preset small, without audio."""
    config = GenerateConfig(
        root=root.uri, model=MODEL, samples=BATCH_ROWS, notes=256, audio="none", seed=1
    )
    build_samples(root, config)  # compiles
    start = time.process_time()
    build_samples(root, config.copy_with(samples=samples, seed=2))
    return (time.process_time() - start) / samples * 1000


def cold_start_seconds(root: Root) -> float:
    """Return the seconds by the clock of a command that makes one sample in a fresh process."""
    words = ["generate", "--model", MODEL, "--samples", "1", "--seed", "3", "--root", root.uri]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", FIRST, *words], check=True, capture_output=True)
    return time.perf_counter() - start


def figures(root: Root, midi: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return all figures."""
    save_untrained(root, midi)
    small = load_model(root, MODEL)
    shape = PRESETS["seed"].model_copy(update={"units": options.units})
    weights = initial_weights(shape, small.vocabulary, 0)
    state = np.zeros(2 * shape.layers * shape.units, np.float32)
    model = Model(MODEL, shape, small.vocabulary, weights, small.primers, state, state[None])
    sizes = small.vocabulary.sizes
    drawers = {
        "nocturne": nocturne_drawer(model),
        "keras": keras_drawer(shape, sizes),
        "floor": floor(shape, sizes, min(BATCH_ROWS, options.batch)),
    }
    with contextlib.suppress(ImportError):
        drawers["pytorch"] = torch_drawer(shape, sizes, len(os.sched_getaffinity(0)))
    found = ratios(speeds(drawers, options.batch, options.notes, options.rounds))
    return {
        "units": options.units,
        "batch": options.batch,
        "notes": options.notes,
        **found,
        "sample_cpu_ms": round(sample_milliseconds(root, options.samples), 2),
        "cold_start_s": round(cold_start_seconds(root), 1),
        "load": os.getloadavg()[0],
    }


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--units", type=int, default=1024)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--notes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each drawer")
    parser.add_argument("--samples", type=int, default=1024, help="of the run of preset small")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(figures(Root.open(folder), options.midi, options)))


if __name__ == "__main__":
    main()
