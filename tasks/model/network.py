"""The encoder-decoder: from category ids to likelihoods, over a plain dict of weights.

The network is given `context + window` notes: context = max(window, memory_notes). The encoder
reads the last `window` notes of the context; its final (h, c) of both layers start the decoder,
which predicts the next window with teacher forcing. Notes before a song's first and after its
last are the start symbol (id = size, in every attribute), which is never a target. Within a
note each attribute's head is given the note's earlier attributes.

Axes: T time, B batch, A attributes, E embedding, H cells. Recurrent parts are time-major.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import tensorflow as tf

from schemas.presets import NetworkShape
from schemas.sequences import Vocabulary
from tasks.model import matched_memory
from tasks.model.executors import Layer, xla_layer
from tasks.model.gather import gather_rows
from tasks.model.initialise import context_notes
from tasks.model.lstm_xla import Tensor

Dropout = Callable[[Tensor], Tensor]
Weights = Mapping[str, Tensor]
State = tuple[tuple[Tensor, Tensor], ...]  # (h, c) [B, H] of each layer


def nothing_dropped(values: Tensor) -> Tensor:
    """The dropout of everything but training: none."""
    return values


@dataclass(frozen=True)
class Network:
    """The network's form; every method takes the weights it is to use."""

    shape: NetworkShape
    vocabulary: Vocabulary
    layer: Layer = xla_layer

    @property
    def context(self) -> int:
        """Notes before a window that the network is given."""
        return context_notes(self.shape)

    def embed(self, weights: Weights, ids: Tensor) -> Tensor:
        """Embed ids int32 [..., A] as [..., E]."""
        names = self.vocabulary.names
        return tf.concat(
            [gather_rows(weights[f"embed/{name}"], ids[..., k]) for k, name in enumerate(names)], -1
        )

    def zero_state(self, batch: int) -> State:
        """The state of an encoder that has read nothing."""
        zeros = tf.zeros([batch, self.shape.units])
        return ((zeros, zeros),) * self.shape.layers

    def run(
        self, weights: Weights, part: str, inputs: Tensor, state: State, dropout: Dropout
    ) -> tuple[Tensor, State]:
        """Run `part` (encoder or decoder) over inputs [T, B, E]: outputs [T, B, H], final state."""
        final = []
        for index, start in enumerate(state):
            own = [weights[f"{part}/{index}/{name}"] for name in ("kernel", "recurrent", "bias")]
            inputs, *end = self.layer(*own, dropout(inputs) if index else inputs, *start)
            final.append((end[0], end[1]))
        return inputs, tuple(final)

    def encode(
        self, weights: Weights, embedded: Tensor, dropout: Dropout = nothing_dropped
    ) -> State:
        """Read a window of embedded notes [window, B, E]; return the final state."""
        zero = self.zero_state(embedded.shape[1])
        return self.run(weights, "encoder", embedded, zero, dropout)[1]

    def outputs(self, weights: Weights, ids: Tensor, dropout: Dropout = nothing_dropped) -> Tensor:
        """Return what the heads read, [window, B, H], for ids int32 [B, context + window, A]."""
        context, window = self.context, self.shape.window
        embedded = self.embed(weights, ids)
        by_time = tf.transpose(embedded, [1, 0, 2])
        state = self.encode(weights, by_time[context - window : context], dropout)
        inputs = by_time[context - 1 : context + window - 1]
        outputs, _ = self.run(weights, "decoder", inputs, state, dropout)
        if self.shape.memory_notes:
            outputs += matched_memory.read_window(
                self.shape, self.vocabulary, weights, ids, embedded
            )
        return dropout(outputs)

    def head(self, weights: Weights, k: int, outputs: Tensor, given: list[Tensor]) -> Tensor:
        """Logits [..., size] of attribute k, for outputs [..., H] and ids [...] of the k before."""
        name = self.vocabulary.names[k]
        hidden = _dense(
            outputs, weights[f"head/{name}/hidden"], weights[f"head/{name}/hidden_bias"]
        )
        for other, ids in zip(self.vocabulary.names, given, strict=False):
            hidden += gather_rows(weights[f"head/{name}/given/{other}"], ids)
        return _dense(
            tf.nn.relu(hidden), weights[f"head/{name}/out"], weights[f"head/{name}/out_bias"]
        )

    def logits(self, weights: Weights, outputs: Tensor, targets: Tensor) -> list[Tensor]:
        """Teacher-forced logits [window, B, size] of every attribute; targets [window, B, A]."""
        columns = tf.unstack(targets, axis=-1)
        return [self.head(weights, k, outputs, columns[:k]) for k in range(len(columns))]

    def nats(self, weights: Weights, ids: Tensor, dropout: Dropout = nothing_dropped) -> Tensor:
        """Surprise at every note: float32 [window, B, A] in nats, 0 beyond a song's ends."""
        targets = tf.transpose(ids[:, self.context :], [1, 0, 2])
        sizes = tf.constant(self.vocabulary.sizes)
        real = targets[..., :1] < sizes[0]
        targets = tf.minimum(targets, sizes - 1)
        outputs = self.outputs(weights, ids, dropout)
        surprise = [
            tf.nn.sparse_softmax_cross_entropy_with_logits(targets[..., k], logits)
            for k, logits in enumerate(self.logits(weights, outputs, targets))
        ]
        return tf.where(real, tf.stack(surprise, -1), 0.0)


def _dense(inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    *leading, width = inputs.shape
    flat = tf.matmul(tf.reshape(inputs, [-1, width]), kernel) + bias
    return tf.reshape(flat, [*leading, kernel.shape[-1]])
