"""The training loop: epochs of shuffled windows, early stopping, checkpoints, a time limit."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from schemas.config import TrainConfig
from schemas.errors import CorpusError, ModelError
from schemas.model_card import Evaluation
from schemas.presets import NetworkShape
from schemas.sequences import Vocabulary
from tasks.model import checkpoint, likelihood, windows
from tasks.model.checkpoint import Checkpoint, Place
from tasks.model.executors import layer_of
from tasks.model.initialise import Weights, initial_weights, weight_shapes
from tasks.model.network import Network
from tasks.model.optimiser import PROBE_STEPS, Schedule
from tasks.model.steps import TrainingStep
from tasks.progress import Progress, silent
from tasks.storage.sequences import SplitIds

FEWEST_STEPS_BETWEEN_EVALUATIONS = 50
MOST_STEPS_BETWEEN_EVALUATIONS = 1000
MOST_VALIDATION_WINDOWS = 4096


@dataclass(frozen=True)
class TrainingResult:
    """The best weights by validation bits, and how the run went.

    `history` has a row per evaluation: step, epoch, seconds, rate, train_bits (mean since the
    row before), valid_bits. `stopped` says why training ended.
    """

    weights: Weights
    history: list[dict[str, float]]
    steps: int
    epochs: float
    seconds: float
    stopped: str


def train(
    train: SplitIds,
    valid: SplitIds,
    vocabulary: Vocabulary,
    config: TrainConfig,
    shape: NetworkShape,
    checkpoints: Path,
    progress: Progress = silent,
    initial: Weights | None = None,
) -> TrainingResult:
    """Train until the epochs, the time or the patience is spent.

    `initial` is a warm start. With config.resume an unfinished run of the same config, data
    and first weights goes on from its checkpoint in `checkpoints`; a finished one returns its
    result again until `checkpoint.clear` is called. progress counts seconds when the clock
    ends the run, else steps.
    """
    first = initial or initial_weights(shape, vocabulary, config.seed)
    _check(first, shape, vocabulary, train, valid)
    network = Network(shape, vocabulary, layer_of(config.executor))
    run = checkpoint.run_digest(config, shape, vocabulary, train, first)
    loop = _Loop(network, config, train, valid, checkpoints, progress)
    loop.start(checkpoint.read(checkpoints, run) if config.resume else None, run, first)
    while not loop.place.stopped:
        loop.advance()
    return loop.result()


def _check(first: Weights, shape: NetworkShape, vocabulary: Vocabulary, *splits: SplitIds) -> None:
    expected = weight_shapes(shape, vocabulary)
    if {name: value.shape for name, value in first.items()} != expected:
        raise ModelError(
            "cannot start from these weights: they are of another network or vocabulary; "
            "choose a model of the same preset, or train from nothing"
        )
    if any(len(split.ids) == 0 for split in splits):
        raise CorpusError("cannot train: a split has no notes; add songs to the corpus")


class _Loop:
    """The state of one run between steps."""

    def __init__(
        self,
        network: Network,
        config: TrainConfig,
        train: SplitIds,
        valid: SplitIds,
        checkpoints: Path,
        progress: Progress,
    ) -> None:
        self.network, self.config, self.progress = network, config, progress
        self.data, self.valid, self.folder = train, valid, checkpoints
        everything = windows.whole_songs(valid, network.shape.window)
        order = np.random.default_rng(0).permutation(len(everything))  # the same for every run
        self.valid_places = everything.taken(order[:MOST_VALIDATION_WINDOWS])
        self.epoch_number, self.epoch_places = -1, windows.epoch(train, network.shape.window, 0, 0)
        self.epoch_steps = self._epoch_steps()
        self.interval = int(
            np.clip(
                self.epoch_steps, FEWEST_STEPS_BETWEEN_EVALUATIONS, MOST_STEPS_BETWEEN_EVALUATIONS
            )
        )
        self.losses: list[float] = []

    def _epoch_steps(self) -> int:
        """Steps in every epoch. Windows vary with the random phase, so this is set by notes."""
        per_batch = self.config.batch * self.network.shape.window
        songs = len(self.data.song_offsets) - 1
        return max(1, round((len(self.data.ids) + songs * self.network.shape.window) / per_batch))

    def start(self, stored: Checkpoint | None, run: str, first: Weights) -> None:
        """Begin, or go on from a checkpoint."""
        self.place = stored.place if stored else Place(run)
        self.best = stored.best if stored else first
        now = stored.weights if stored else first
        in_order = {name: now[name] for name in first}  # sums over weights must round alike
        self.step = TrainingStep(self.network, self.config, in_order)
        if stored:
            self.step.set_moments(stored.first_moments, stored.second_moments)
        self.schedule = Schedule(
            self.config.learning_rate,
            self.config.max_epochs * self.epoch_steps,
            self.config.max_minutes * 60,
            self.place.by_clock,
        )
        self.written = self.clock = time.monotonic()
        self.probe: list[float] = []

    def batch(self, step: int) -> NDArray[np.int32]:
        """The batch of one step, which (seed, step) fixes: int32 [batch, context + window, A]."""
        epoch, number = divmod(step, self.epoch_steps)
        network, size = self.network, self.config.batch
        if epoch != self.epoch_number:
            places = windows.epoch(self.data, network.shape.window, self.config.seed, epoch)
            self.epoch_number, self.epoch_places = epoch, places
        order = np.arange(number * size, (number + 1) * size) % len(self.epoch_places)
        sizes = network.vocabulary.sizes
        chosen = self.epoch_places.taken(order)
        ids = windows.gather(self.data, chosen, network.context, network.shape.window, sizes)
        random = np.random.default_rng([self.config.seed, 1, step])
        shift = random.integers(-self.config.transpose_down, self.config.transpose_up + 1, size)
        return windows.transposed(ids, network.vocabulary, shift)

    def advance(self) -> None:
        """Take one step, and whatever is due after it."""
        place = self.place
        rate = self.schedule.rate(place.step, place.seconds)
        loss = float(self.step(self.batch(place.step), place.step, rate))
        place.step += 1
        self._count_time()
        self.losses.append(loss)
        self._report()
        due = place.step % self.interval == 0
        if due or self._ends():
            self._evaluate(rate)
            place.stopped = self._ends() or self._impatient()
        due_by_time = time.monotonic() - self.written > 60 * self.config.checkpoint_minutes
        if due or due_by_time or place.stopped:
            self.save()

    def _count_time(self) -> None:
        now = time.monotonic()
        taken, self.clock = now - self.clock, now
        self.place.seconds += taken
        self.probe.append(taken)
        if len(self.probe) == PROBE_STEPS and self.place.by_clock is None:
            self.schedule.decide(float(np.median(self.probe)))
            self.place.by_clock = self.schedule.by_clock

    def _report(self) -> None:
        if self.schedule.by_clock:
            self.progress(min(self.place.seconds, self.schedule.seconds), self.schedule.seconds)
        else:
            self.progress(self.place.step, self.schedule.steps)

    def _ends(self) -> str:
        if self.place.step >= self.schedule.steps:
            return f"all {self.config.max_epochs} epochs done"
        if self.place.seconds >= self.schedule.seconds:
            return f"time limit of {self.config.max_minutes:g} minutes reached"
        return ""

    def _impatient(self) -> str:
        if self.place.without_gain < self.config.patience:
            return ""
        return f"no better validation loss in {self.config.patience} evaluations"

    def _evaluate(self, rate: float) -> None:
        place = self.place
        result: Evaluation = likelihood.over(
            self.step.likelihood.bits, self.network, self.valid, self.valid_places
        )
        place.history.append(
            {
                "step": place.step,
                "epoch": place.step / self.epoch_steps,
                "seconds": place.seconds,
                "rate": rate,
                "train_bits": float(np.mean(self.losses)),
                "valid_bits": result.bits_per_note,
            }
        )
        self.losses.clear()
        place.without_gain += 1
        if result.bits_per_note < place.best_bits:
            place.best_bits, place.without_gain = result.bits_per_note, 0
            self.best = self.step.values()

    def save(self) -> None:
        """Write a checkpoint."""
        first, second = self.step.moment_values()
        state = Checkpoint(self.place, self.step.values(), first, second, self.best)
        checkpoint.write(self.folder, state)
        self.written = time.monotonic()

    def result(self) -> TrainingResult:
        """What the run came to."""
        place = self.place
        epochs = place.step / self.epoch_steps
        return TrainingResult(
            self.best, place.history, place.step, epochs, place.seconds, place.stopped
        )
