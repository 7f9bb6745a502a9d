"""Measure the memory of a large generation: `python -m benchmarks.generation_memory --midi FOLDER`.

The generate flow runs in this process, as in a worker's, with an untrained model of the small
preset, whose vocabulary and primers are of the songs under --midi. Resident memory is of this
process. The last line is one JSON object.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from prefect.testing.utilities import prefect_test_harness

from benchmarks.midi_folder import contents_under
from nocturne.flows.cli.prefect_session import LOCAL_DEFAULTS
from nocturne.flows.generate import generate
from nocturne.schemas.config import GenerateConfig, TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.music.categories import encode_song, fit
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.progress import shown_by
from nocturne.tasks.storage.root import Root

MIB = 2**20
MARK = 1_000  # samples, after which memory should not grow
SONGS = 200  # that the vocabulary is fitted on
MODEL = "untrained"
WRITING = "write music"  # a stage that the tasks report


def resident_mib() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


class Watch:
    """A progress sink that notes the resident memory as samples are written."""

    def __init__(self) -> None:
        """Start the clock."""
        self.start = time.perf_counter()
        self.resident: dict[int, float] = {}

    def __call__(self, stage: str, done: float, total: float, *_: object) -> None:
        """Note the memory where a thousand samples, or all, have been written."""
        count = round(done)
        if stage == WRITING and (count % MARK == 0 or count == total):
            self.resident[count] = resident_mib()
            took = time.perf_counter() - self.start
            print(f"{count} samples, {took:.0f} s, {self.resident[count]:.0f} MiB", flush=True)


def save_untrained(root: Root, midi: Path) -> None:
    """Write a model of the small preset with first weights."""
    shape = PRESETS["small"]
    read = (extract(content) for content in contents_under(midi)[:SONGS])
    songs = [song.notes for song in read if isinstance(song, Extracted)]
    songs = [song for song in songs if len(song) >= shape.window]
    vocabulary = fit("factored", songs, MODEL)
    primers = np.stack([encode_song(vocabulary, song)[: shape.window] for song in songs])
    size = 2 * shape.layers * shape.units
    state = (np.zeros(size, np.float32), np.eye(size, dtype=np.float32))
    weights = initial_weights(shape, vocabulary, 0)
    save_model(root, Model(MODEL, shape, vocabulary, weights, primers, *state), card(), {})


def card() -> ModelCard:
    """Return a card with only the fields that generating reads."""
    return ModelCard(
        model_id=MODEL,
        created=datetime.now(UTC),
        corpus=MODEL,
        data_fingerprint=MODEL,
        vocabulary_id=MODEL,
        config=TrainConfig(),
        shape=PRESETS["small"],
        parameters=0,
        weights_sha256="0" * 64,
        songs={},
        notes={},
        program=0,
        steps=0,
        epochs=0,
        train_seconds=0,
        device="CPU",
        stopped="max_epochs",
        code_version=MODEL,
        licence="",
        attribution="",
    )


def figures(config: GenerateConfig, midi: Path) -> dict[str, Any]:
    """Generate, and return the memory and time taken."""
    save_untrained(Root.open(config.root), midi)
    watch = Watch()
    with shown_by(watch):
        generate(config)
    seconds = time.perf_counter() - watch.start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # may lag behind a little
    return {
        "samples": config.samples,
        "notes": config.notes,
        "audio": config.audio,
        "peak_mib": max([peak, *watch.resident.values()]),
        f"mib_at_{MARK}": watch.resident.get(MARK),
        "mib_at_end": watch.resident[config.samples],
        "samples_per_second": config.samples / seconds,
    }


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--notes", type=int, default=256)
    parser.add_argument("--audio", default="none", help="none, all, or how many of the first")
    options = parser.parse_args()
    os.environ.update(LOCAL_DEFAULTS)
    with tempfile.TemporaryDirectory() as folder, prefect_test_harness(server_startup_timeout=120):
        config = GenerateConfig(
            root=folder,
            model=MODEL,
            samples=options.samples,
            notes=options.notes,
            audio=options.audio,
            seed=0,
        )
        print(json.dumps(figures(config, options.midi)))


if __name__ == "__main__":
    main()
