"""The source project's decoder, drawn note by note in plain Keras and in PyTorch.

Both are written as a user of the library would write them: embeddings of the last note, two LSTM
layers, a head for each attribute given the ones before, and a draw from its logits. PyTorch is not
a dependency of Nocturne: install it for the benchmark alone.

A drawer takes (samples, notes) and draws ids of so many notes in each of so many samples.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nocturne.schemas.network_shape import NetworkShape
from nocturne.tasks.model.network.weights import embedding_widths

Drawer = Callable[[int, int], object]


def torch_drawer(shape: NetworkShape, sizes: tuple[int, ...], threads: int) -> Drawer:
    """Return a drawer by `torch.nn.LSTM`, stepping in inference_mode; ImportError without it."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    widths = embedding_widths(shape, len(sizes))
    embed = [nn.Embedding(size + 1, width) for size, width in zip(sizes, widths, strict=True)]
    lstm = nn.LSTM(shape.embedding, shape.units, shape.layers)
    hidden = [nn.Linear(shape.units, shape.head) for _ in sizes]
    given = [[nn.Embedding(sizes[j] + 1, shape.head) for j in range(k)] for k in range(len(sizes))]
    out = [nn.Linear(shape.head, size) for size in sizes]

    def note(made: Any) -> list[Any]:
        ids: list[Any] = []
        for k in range(len(sizes)):
            inputs = hidden[k](made)
            for j, table in enumerate(given[k]):
                inputs = inputs + table(ids[j])
            logits = out[k](torch.relu(inputs))
            ids.append((logits - torch.empty_like(logits).exponential_().log()).argmax(-1))
        return ids

    def draw(samples: int, notes: int) -> object:
        with torch.inference_mode():
            ids = [torch.zeros(samples, dtype=torch.long) for _ in sizes]
            state, drawn = None, []
            for _ in range(notes):
                parts = [table(one) for table, one in zip(embed, ids, strict=True)]
                made, state = lstm(torch.cat(parts, -1)[None], state)
                ids = note(made[0])
                drawn.append(torch.stack(ids, -1))
            return torch.stack(drawn, 1).numpy()

    return draw


def keras_drawer(shape: NetworkShape, sizes: tuple[int, ...]) -> Drawer:
    """Return a drawer by `keras.layers.LSTM`, one `Model.predict` for each note."""
    import keras

    widths = embedding_widths(shape, len(sizes))
    ids = keras.Input((1, len(sizes)), dtype="int32")
    states = [keras.Input((shape.units,)) for _ in range(2 * shape.layers)]
    made = keras.layers.Concatenate()(
        [
            keras.layers.Embedding(size + 1, width)(ids[..., k])
            for k, (size, width) in enumerate(zip(sizes, widths, strict=True))
        ]
    )
    after = []
    for layer in range(shape.layers):
        lstm = keras.layers.LSTM(shape.units, return_sequences=True, return_state=True)
        made, *state = lstm(made, initial_state=states[2 * layer : 2 * layer + 2])
        after += state
    # One predict gives the logits of all attributes: those of a later one are not given the draw
    # of the earlier ones, which would take a further predict for each. This favours Keras.
    heads = [
        keras.layers.Dense(size)(keras.layers.Dense(shape.head, "relu")(made[:, 0]))
        for size in sizes
    ]
    model = keras.Model([ids, *states], [*heads, *after])

    def draw(samples: int, notes: int) -> object:
        random = np.random.default_rng(0)
        note = np.zeros((samples, 1, len(sizes)), np.int32)
        state = [np.zeros((samples, shape.units), np.float32)] * (2 * shape.layers)
        drawn = []
        for _ in range(notes):
            results = model.predict([note, *state], batch_size=samples, verbose=0)
            logits, state = results[: len(sizes)], results[len(sizes) :]
            chosen = [np.argmax(one + random.gumbel(size=one.shape), -1) for one in logits]
            note = np.stack(chosen, -1)[:, None].astype(np.int32)
            drawn.append(note[:, 0])
        return np.stack(drawn, 1)

    return draw
