"""Nights of a small corpus, one after the other: the code is real, clock and costs are faked.

Each night a song comes and one goes, but for every tenth. What costs time is faked: after the first
night, training changes the weights of its warm start by chance, and the bits per note of a model
follow from the night, so that some models are promoted and some are not. Every fifth night has a
tidy in the middle of its training, and each one at its end. What a night wrote is then given the
time of the night.
"""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nocturne.schemas.config import (
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    RetrainConfig,
    SamplingConfig,
    TidyConfig,
    TrainConfig,
)
from nocturne.schemas.model_card import Champion
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.nights import NightRecord
from nocturne.schemas.nights.record import NightOutcome
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.corpus import build_sequences
from nocturne.tasks.model import build, promotion
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.registry import champion as champions
from nocturne.tasks.model.registry.champion import read_champion, roll_back
from nocturne.tasks.model.registry.finished_models import learned_models
from nocturne.tasks.model.sampling import random_inputs
from nocturne.tasks.model.sampling import sample as sampling
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.model.training.train import TrainingResult
from nocturne.tasks.model.warm_start import choose_warm_start
from nocturne.tasks.nights.records import write_night
from nocturne.tasks.samples.build import build_samples
from nocturne.tasks.storage.layout import (
    METRICS_FILE,
    MODELS,
    SAMPLES,
    index_page_path,
    model_path,
)
from nocturne.tasks.storage.locking.locks import corpus_writer, model_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.tidy import tidy
from nocturne.tasks.upkeep.usage import usage_of
from nocturne.tasks.upkeep.verify.models import file_damage
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import ingest, report, song

TINY = NetworkShape(units=4, window=8, embedding=4, head=4, memory_notes=4)
FIRST = datetime(2025, 1, 1, 2, 0, tzinfo=UTC)
SONGS = 40
LINE = ("tunes", "factored")
LIMITS = TidyConfig(keep_champions=3, candidate_days=14, keep_runs=20, run_days=60, leftover_days=3)


@dataclass
class Nights:
    """A root, its source, and the figures of the nights so far."""

    root: Root
    source: Path
    workers: Workers
    trains: bool  # in the first night
    bits: dict[str, float] = field(default_factory=dict)
    bytes: list[int] = field(default_factory=list)  # after each night, history aside
    seconds: list[float] = field(default_factory=list)
    outcomes: list[NightOutcome] = field(default_factory=list)
    day: int = 0

    @property
    def config(self) -> RetrainConfig:
        return RetrainConfig(
            root=self.root.uri,
            source=str(self.source),
            corpus=LINE[0],
            workers=1,
            max_steps=2,
            batch=4,
            min_song_notes=2,
        )

    @property
    def now(self) -> datetime:
        return FIRST + timedelta(days=self.day)

    def tidy_in_the_middle(self) -> None:
        """Tidy as if ten days had passed and candidates were of no use, while a training runs."""
        harsh = LIMITS.copy_with(candidate_days=0, leftover_days=0.05)
        report = tidy(self.root, harsh, self.now.timestamp() + 10 * 86_400)
        assert not [one for one in report.removed if one.name in self.needed]

    @property
    def needed(self) -> set[str]:
        """Return the champion, which the training starts from."""
        return {self.champion.model_id} if self.champion else set()

    @property
    def champion(self) -> Champion | None:
        return read_champion(self.root, *LINE)

    def night(self) -> None:
        """Run one night and the tidy after it."""
        began = time.monotonic()
        self._change_source()
        before = self.champion
        outcome, model_id, reason = self._retrain()
        self._write_samples(model_id)
        after = self.champion
        write_night(
            self.root,
            NightRecord(
                run=f"{self.day:08x}",
                corpus=LINE[0],
                scheme=LINE[1],
                started=self.now,
                ended=self.now + timedelta(minutes=5),
                outcome=outcome,
                reason=reason,
                model_id=model_id,
                champion_before=before.model_id if before else None,
                champion_after=after.model_id if after else None,
            ),
        )
        if self.day % 30 == 7:
            self._leave_what_a_killed_run_leaves()
        if self.day % 50 == 49:
            roll_back(self.root, *LINE, file_damage)
        self._give_the_time_of_the_night()
        tidy(self.root, LIMITS.copy_with(root=self.root.uri), self.now.timestamp() + 8 * 3600)
        self._give_the_time_of_the_night()
        usage = {row.kind: row.bytes for row in usage_of(self.root).kinds}
        pages = sum(self.root.size(index_page_path(section)) for section in (MODELS, SAMPLES))
        history = usage["nights"] + usage.get("models/champions", 0) + pages
        self.bytes.append(sum(usage.values()) - history)
        self.seconds.append(time.monotonic() - began)
        self.outcomes.append(outcome)
        self.day += 1

    def _change_source(self) -> None:
        if self.day % 10 == 9:
            return  # a night without news
        for number in range(self.day, self.day + SONGS):
            path = self.source / f"{number:04d}.mid"
            if not path.exists():
                path.write_bytes(song(number, 24))
                os.utime(path, (1, 1))
        for path in self.source.iterdir():
            if int(path.stem) < self.day:
                path.unlink()

    def _retrain(self) -> tuple[NightOutcome, str, str]:
        root, config = self.root, self.config
        with corpus_writer(root, config.corpus, "ingest"):
            dataset, _ = ingest(root, config.subset(IngestConfig), self.workers)
            report(root, config.corpus, dataset)
        build_sequences(root, config.subset(PrepareConfig))
        training = config.subset(TrainConfig)
        if known := learned_models(root, training):
            return "no_news", known[0].model_id, "nothing new to learn"
        start, _ = choose_warm_start(root, training)
        training = training.copy_with(init_from=start)
        name = build.model_name(root, training)
        with model_writer(root, name, build.needed_folders(training)):
            build.build_model(root, training)
            self._evaluate(name)
            verdict = promotion.consider(root, name, margin_bits=0.02)
        return "promoted" if verdict.newly else "kept", name, verdict.reason

    def _evaluate(self, name: str) -> None:
        """Write metrics with bits per note that go up and down from night to night."""
        self.bits[name] = 1.5 + 0.1 * math.sin(self.day / 9) + 0.03 * math.sin(2.4 * self.day)
        metrics = {
            "bits_per_note": self.bits[name],
            "composite_bits_per_note": 2.0,
            "degenerate_share": 0.0,
            "copied_share": 0.0,
        }
        self.root.write_json(model_path(name, METRICS_FILE), metrics)

    def _write_samples(self, model_id: str) -> None:
        config = GenerateConfig(
            root=self.root.uri, model=model_id, samples=1, notes=16, audio=False, seed=self.day
        )
        build_samples(self.root, config)

    def _leave_what_a_killed_run_leaves(self) -> None:
        for path in (
            f".cache/checkpoints/tunes-small-{self.day:08x}/checkpoint.safetensors",
            f"staging/tunes/notes-{self.day:016x}/shard-00000.parquet",
            f"models/tunes-small-{self.day:08x}/weights.safetensors",
            f"models/.tmp-{self.day:032x}",
            f"samples/tunes-small-0-seed{self.day}-00000000/00000.mid",
        ):
            self.root.write_bytes(path, b"half" * 1000)

    def _give_the_time_of_the_night(self) -> None:
        """Set back what was written in real time, which is later than all nights."""
        limit, now = (FIRST + timedelta(days=400)).timestamp(), self.now.timestamp()
        for path in Path(self.root.base).rglob("*"):
            if path.lstat().st_mtime > limit:
                os.utime(path, (now, now))


def _train_on_the_first_night(nights: Nights, train: Callable[..., TrainingResult]) -> Any:
    """Return a training that is real in the first night, and then changes its weights by chance."""

    def trained(*arguments: Any) -> TrainingResult:
        if nights.trains and nights.day == 0:
            return train(*arguments)
        random = np.random.default_rng(nights.day)
        weights = {
            name: (value + 1e-3 * random.standard_normal(value.shape)).astype(np.float32)
            for name, value in arguments[-1].items()
        }
        return TrainingResult(weights, [], 2, 1.0, 60.0, "all 2 steps done")

    return trained


def _encoder_states(nights: Nights, states: Callable[..., Any]) -> Any:
    """Return a function that is real in the first night, and then gives states of zeros."""

    def found(network: Network, weights: Weights, primers: NDArray[np.int16]) -> Any:
        if nights.trains and nights.day == 0:
            return states(network, weights, primers)
        return np.zeros((len(primers), network.state_width), np.float32)

    return found


def _draw_by_chance(
    model: Model, config: SamplingConfig, first_index: int, count: int, progress: Progress = silent
) -> Drawn:
    """Draw as the sampler does, which has to compile."""
    sizes = model.vocabulary.sizes
    random = np.random.default_rng([config.seed or 0, first_index])
    ids = random.integers(0, sizes, (count, config.notes, len(sizes))).astype(np.int16)
    return Drawn(ids, np.full(count, config.notes))


@contextmanager
def simulated_nights(folder: Path, workers: Workers, *, trains: bool) -> Iterator[Nights]:
    """Yield nights that have not begun, with the clock and the costs faked.

    If `trains`, the training of the first night and all samples are of the network, which compiles
    for some 20 CPU-seconds.
    """
    (folder / "midi").mkdir(parents=True)
    nights = Nights(Root.open(str(folder / "root")), folder / "midi", workers, trains)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return nights.now

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(build.PRESETS, "small", TINY)
        patch.setattr(build, "datetime", Clock)
        patch.setattr(champions, "datetime", Clock)
        first_weights = build.first_weights

        def first_weights_after_a_tidy(*arguments: Any) -> Any:
            if nights.day % 5 == 2:
                nights.tidy_in_the_middle()
            return first_weights(*arguments)

        patch.setattr(build, "first_weights", first_weights_after_a_tidy)
        patch.setattr(build, "train", _train_on_the_first_night(nights, build.train))
        states = _encoder_states(nights, random_inputs.encoder_states)
        patch.setattr(random_inputs, "encoder_states", states)
        if not trains:
            patch.setattr(sampling, "sample", _draw_by_chance)
        patch.setattr(promotion, "bits_on", lambda root, name, songs: nights.bits[name])
        yield nights
