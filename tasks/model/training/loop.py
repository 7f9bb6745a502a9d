"""One training run, step by step: evaluations, checkpoints and the end of the run."""

import time
from pathlib import Path

import numpy as np

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.progress import Progress
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.network.ops import Tensors
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training import checkpoint, likelihood, windows
from nocturne.tasks.model.training.batches import Batches
from nocturne.tasks.model.training.checkpoint import Checkpoint, TrainingProgress
from nocturne.tasks.model.training.optimiser import PROBE_STEPS, Schedule
from nocturne.tasks.model.training.replicated_step import training_step

FEWEST_STEPS_BETWEEN_EVALUATIONS = 50
MOST_STEPS_BETWEEN_EVALUATIONS = 1000
NEWS_EVALUATIONS = 10  # in a run that learns new songs
MOST_VALIDATION_WINDOWS = 4096


class Loop:
    """The state of one run between steps; `start` it, then `advance` until `state.stopped`."""

    def __init__(
        self,
        network: Network,
        tables: Tensors,
        config: TrainConfig,
        train: SplitIds,
        valid: SplitIds,
        checkpoints: Path,
        progress: Progress,
    ) -> None:
        self.network, self.tables = network, tables
        self.config, self.progress = config, progress
        self.batches = Batches(network, config, train)
        self.valid, self.folder = valid, checkpoints
        every_window = windows.whole_songs(valid, network.shape.window, network.ends)
        order = np.random.default_rng(0).permutation(len(every_window))  # the same for every run
        self.valid_windows = every_window.at(order[:MOST_VALIDATION_WINDOWS])
        self.epoch_steps = config.max_epochs * self.batches.per_epoch
        self.steps = min(config.max_steps or self.epoch_steps, self.epoch_steps)
        most = MOST_STEPS_BETWEEN_EVALUATIONS
        if config.new_share is not None:  # a short run, which patience must be able to end
            most = min(most, self.steps // NEWS_EVALUATIONS)
        self.interval = max(min(self.batches.per_epoch, most), FEWEST_STEPS_BETWEEN_EVALUATIONS)
        self.losses: list[float] = []

    def start(self, stored: Checkpoint | None, run: str, first: Weights) -> None:
        """Begin with weights `first`, or go on from a checkpoint."""
        self.state = stored.progress if stored else TrainingProgress(run)
        self.best = stored.best if stored else first
        weights = stored.weights if stored else first
        # The order of `first`: sums over the weights must round as they did before the checkpoint.
        weights = {name: weights[name] for name in first}
        self.step = training_step(
            self.network, self.config, weights, self.tables, self.state.loss_scale
        )
        if stored:
            self.step.set_moments(stored.first_moments, stored.second_moments)
        self.schedule = Schedule(
            self.config.learning_rate,
            self.steps,
            self.config.max_minutes * 60,
            self.state.by_clock,
        )
        self.written = self.clock = time.monotonic()
        self.probe: list[float] = []
        if not stored and self.config.new_share is not None:
            self._evaluate(0.0)  # a start that is not improved on is the result

    def advance(self) -> None:
        """Take one step, then evaluate and save if that is due."""
        state = self.state
        rate = self.schedule.rate(state.step, state.seconds)
        loss = self.step(self.batches.at(state.step), state.step, rate)
        state.step += 1
        self._count_time()
        self.losses.append(loss)
        self._report()
        due = state.step % self.interval == 0
        if due or self._limit_reached():
            self._evaluate(rate)
            state.stopped = self._limit_reached() or self._out_of_patience()
        due_by_time = time.monotonic() - self.written > 60 * self.config.checkpoint_minutes
        if due or due_by_time or state.stopped:
            self.save()

    def _count_time(self) -> None:
        now = time.monotonic()
        taken, self.clock = now - self.clock, now
        self.state.seconds += taken
        self.probe.append(taken)
        if len(self.probe) == PROBE_STEPS and self.state.by_clock is None:
            self.schedule.decide(float(np.median(self.probe)))
            self.state.by_clock = self.schedule.by_clock

    def _report(self) -> None:
        if self.schedule.by_clock:
            self.progress(min(self.state.seconds, self.schedule.seconds), self.schedule.seconds)
        else:
            self.progress(self.state.step, self.schedule.steps)

    def _limit_reached(self) -> str:
        if self.state.step >= self.schedule.steps:
            if self.schedule.steps < self.epoch_steps:
                return f"all {self.schedule.steps} steps done"
            return f"all {self.config.max_epochs} epochs done"
        if self.state.seconds >= self.schedule.seconds:
            return f"time limit of {self.config.max_minutes:g} minutes reached"
        return ""

    def _out_of_patience(self) -> str:
        if self.state.without_gain < self.config.patience:
            return ""
        return f"no better validation loss in {self.config.patience} evaluations"

    def _evaluate(self, rate: float) -> None:
        state = self.state
        result = likelihood.evaluate_windows(
            self.network, self.step.tensors(), self.valid, self.valid_windows, self.step.form.xla
        )
        row = {
            "step": state.step,
            "epoch": state.step / self.batches.per_epoch,
            "seconds": state.seconds,
            "rate": rate,
        }
        if self.losses:
            row["train_bits"] = float(np.mean(self.losses))
        state.history.append({**row, "valid_bits": result.bits_per_note})
        self.losses.clear()
        state.without_gain += 1
        if result.bits_per_note < state.best_bits:
            state.best_bits, state.without_gain = result.bits_per_note, 0
            self.best = self.step.values()

    def save(self) -> None:
        """Write a checkpoint."""
        first, second = self.step.moment_values()
        values = self.step.values()
        checkpoint.write(self.folder, Checkpoint(self.state, values, first, second, self.best))
        self.written = time.monotonic()
