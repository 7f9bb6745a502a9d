"""The batches of a training run, each of which follows from (seed, step) alone."""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.model.network.encoder_decoder import Network
from nocturne.tasks.model.training import windows
from nocturne.tasks.model.training.epoch import Epoch


class Batches:
    """Shuffled, transposed windows of the training split."""

    def __init__(self, network: Network, config: TrainConfig, train: SplitIds) -> None:
        self.network, self.config, self.data = network, config, train
        self.epoch_number, self.epoch = 0, self._epoch(0)

    @property
    def per_epoch(self) -> int:
        """Steps in an epoch: as many as its windows fill on average over their random phases."""
        window, lengths = self.network.shape.window, np.diff(self.data.song_offsets)
        tiled = int(np.maximum(lengths - windows.FEWEST_NOTES, 0).sum()) / window
        return max(1, round((len(lengths) + tiled) / self.config.batch))

    def at(self, step: int) -> NDArray[np.int32]:
        """The batch of one step: int32 [batch, context + window, A]."""
        network, config = self.network, self.config
        epoch, number = divmod(step, self.per_epoch)
        if epoch != self.epoch_number:
            self.epoch_number, self.epoch = epoch, self._epoch(epoch)
        order = np.arange(number * config.batch, (number + 1) * config.batch) % len(self.epoch)
        sizes = network.vocabulary.sizes
        chosen = self.epoch.at(order)
        ids = windows.gather(self.data, chosen, network.context, network.shape.window, sizes)
        random = np.random.default_rng([config.seed, 1, step])
        shift = random.integers(-config.transpose_down, config.transpose_up + 1, config.batch)
        return windows.transposed(ids, network.vocabulary, shift)

    def _epoch(self, number: int) -> Epoch:
        window = self.network.shape.window
        return Epoch(self.data.song_offsets, window, self.config.seed, number)
