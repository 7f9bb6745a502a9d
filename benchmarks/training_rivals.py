"""The source project's network in plain Keras and in PyTorch, to measure training against.

Both are written as a user of the library would write them: embeddings, an encoder and a decoder
of two LSTM layers that hands over (h, c), a head for each attribute given the ones before, mean
cross-entropy, a clipped gradient, Adam. PyTorch is not a dependency of Nocturne: install it for
the benchmark alone.

Axes: B batch, T notes of a window, A attributes. A step takes ids int32 [B, 2 T, A].
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.weights import embedding_widths

Step = Callable[[NDArray[np.int32]], float]


def keras_step(shape: NetworkShape, vocabulary: Vocabulary, config: TrainConfig) -> Step:
    """Return one training step of `keras.layers.LSTM`, by `Model.train_on_batch`."""
    import keras

    window, sizes = shape.window, vocabulary.sizes
    ids = keras.Input((2 * window, len(sizes)), dtype="int32")
    embedded = keras.layers.Concatenate()(
        [
            keras.layers.Embedding(size + 1, width)(ids[..., k])
            for k, (size, width) in enumerate(
                zip(sizes, embedding_widths(shape, len(sizes)), strict=True)
            )
        ]
    )
    read, made = embedded[:, :window], embedded[:, window - 1 : -1]
    for _ in range(shape.layers):
        read, *state = keras.layers.LSTM(shape.units, return_sequences=True, return_state=True)(
            read
        )
        made = keras.layers.LSTM(shape.units, return_sequences=True)(made, initial_state=state)
    heads = []
    for k, size in enumerate(sizes):
        hidden = keras.layers.Dense(shape.head)(made)
        for j in range(k):
            hidden += keras.layers.Embedding(sizes[j] + 1, shape.head)(ids[:, window:, j])
        heads.append(keras.layers.Dense(size)(keras.layers.ReLU()(hidden)))
    model = keras.Model(ids, heads)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(config.learning_rate, global_clipnorm=config.clip_norm)
    model.compile(adam, [loss] * len(sizes))

    def step(batch: NDArray[np.int32]) -> float:
        known = np.minimum(batch[:, window:], np.asarray(sizes) - 1)
        targets = [known[..., k : k + 1] for k in range(len(sizes))]
        return float(np.sum(model.train_on_batch(batch, targets)[:1]))

    return step


def torch_step(
    shape: NetworkShape, vocabulary: Vocabulary, config: TrainConfig, threads: int
) -> Step:
    """Return one training step of `torch.nn.LSTM`. ImportError without PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    window, sizes = shape.window, vocabulary.sizes
    widths = embedding_widths(shape, len(sizes))
    parts = nn.ModuleDict(
        {
            "embed": nn.ModuleList(
                nn.Embedding(size + 1, width) for size, width in zip(sizes, widths, strict=True)
            ),
            "encoder": nn.LSTM(shape.embedding, shape.units, shape.layers, batch_first=True),
            "decoder": nn.LSTM(shape.embedding, shape.units, shape.layers, batch_first=True),
            "hidden": nn.ModuleList(nn.Linear(shape.units, shape.head) for _ in sizes),
            "given": nn.ModuleList(
                nn.ModuleList(nn.Embedding(sizes[j] + 1, shape.head) for j in range(k))
                for k in range(len(sizes))
            ),
            "out": nn.ModuleList(nn.Linear(shape.head, size) for size in sizes),
        }
    )
    adam = torch.optim.Adam(parts.parameters(), config.learning_rate)

    def loss_of(ids: Any) -> Any:
        embedded = torch.cat([embed(ids[..., k]) for k, embed in enumerate(parts["embed"])], -1)
        _, state = parts["encoder"](embedded[:, :window])
        made, _ = parts["decoder"](embedded[:, window - 1 : -1], state)
        loss = torch.zeros(())
        for k, size in enumerate(sizes):
            hidden = parts["hidden"][k](made)
            for j in range(k):
                hidden = hidden + parts["given"][k][j](ids[:, window:, j])
            logits = parts["out"][k](torch.relu(hidden))
            target = ids[:, window:, k].clamp(max=size - 1).reshape(-1)
            loss = loss + nn.functional.cross_entropy(logits.reshape(-1, size), target)
        return loss

    def step(batch: NDArray[np.int32]) -> float:
        adam.zero_grad()
        loss = loss_of(torch.from_numpy(batch).long())
        loss.backward()
        nn.utils.clip_grad_norm_(parts.parameters(), config.clip_norm)
        adam.step()
        return float(loss.detach())

    return step
