"""A finished generation run of a made-up model, for tests of storage, gallery and browser."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from nocturne.schemas.config import GenerateConfig, TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.samples.build import build_batches
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.publish import publish_run
from nocturne.tasks.storage.layout import run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.music.notes_for_tests import notes_of


def card_of(model_id: str = "folk-small-20260102") -> ModelCard:
    return ModelCard(
        model_id=model_id,
        created=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        corpus="folk",
        data_fingerprint="d" * 16,
        vocabulary_id="v" * 16,
        config=TrainConfig(),
        shape=PRESETS["small"],
        parameters=1_234_567,
        weights_sha256="a" * 64,
        songs={"train": 1608, "valid": 201, "test": 200},
        notes={"train": 263_000, "valid": 33_000, "test": 33_000},
        program=73,
        steps=2400,
        epochs=9.5,
        train_seconds=254.0,
        device="CPU",
        stopped="max_minutes",
        code_version="0.1.0",
        licence="Public domain",
        attribution="O'Neill's Music of Ireland (1850 tunes) & <friends>",
    )


def wander(index: int, notes: int = 48) -> Notes:
    """A random walk over a major scale, different for every index."""
    random = np.random.default_rng(index)
    steps = np.clip(np.cumsum(random.integers(-2, 3, notes)), -7, 7)
    pitches = [67 + 12 * (s // 7) + (0, 2, 4, 5, 7, 9, 11)[s % 7] for s in steps.tolist()]
    onsets = np.concatenate([[0], np.cumsum(random.choice([0.5, 0.5, 1.0], notes - 1))])
    velocities = random.integers(40, 120, notes)
    rows = zip(onsets.tolist(), pitches, velocities.tolist(), strict=True)
    return notes_of([(onset, onset + 0.45, pitch, velocity) for onset, pitch, velocity in rows])


def write_run(root: Root, samples: int, *, notes: int = 48, audio: bool | int = True) -> SampleRun:
    config = GenerateConfig(root=root.uri, samples=samples, notes=notes, audio=audio, seed=7)
    return make(root, plan_run(config, card_of()))


def make(root: Root, run: SampleRun) -> SampleRun:
    """Write what a run lacks, and publish it, as the flow does."""
    build_batches(root, run, partial(wander_from, notes=run.config.notes))
    publish_run(root, run, card_of())
    return run


def wander_from(first: int, count: int, notes: int) -> list[Composition]:
    """Pieces for `build_batches`, as a model would compose them."""
    return [Composition(wander(index, notes)) for index in range(first, first + count)]


def contents(root: Root, run: SampleRun) -> dict[str, bytes]:
    """What a run's folder holds, hidden files included, by path in it."""
    folder = Path(root.full(run_path(run.run_id)))
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
