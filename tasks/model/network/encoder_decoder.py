"""The encoder-decoder: from category ids to likelihoods, over a plain dict of weights.

The network is given `context + window` notes: context = max(window, memory_notes). The encoder
reads the last `window` notes of the context; its final (h, c) of both layers start the decoder,
which predicts the next window with teacher forcing. Notes before a song's first and after its
last are the start symbol (id = size, in every attribute), which is never a target. Within a
note each attribute's head is given the note's earlier attributes.

Axes: T time, B batch, A attributes, E embedding, H cells. Recurrent parts are time-major, all
else is batch-major.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import tensorflow as tf

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network import matched_memory
from nocturne.tasks.model.network.executors import Layer, xla_layer
from nocturne.tasks.model.network.heads import HeadInputs, Heads, Memory
from nocturne.tasks.model.network.initialise import context_notes, embedding_widths
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.network.ops import gather_rows

Dropout = Callable[[Tensor, int], Tensor]  # of values, and which of their axes is the batch
Weights = Mapping[str, Tensor]
State = tuple[tuple[Tensor, Tensor], ...]  # (h, c) [B, H] of each layer


def nothing_dropped(values: Tensor, _: int) -> Tensor:
    """The dropout of everything but training: none."""
    return values


@dataclass(frozen=True)
class Network:
    """The network's form; every method takes the weights it is to use."""

    shape: NetworkShape
    vocabulary: Vocabulary
    layer: Layer = xla_layer
    product: Callable[[Tensor, Tensor], Tensor] = tf.matmul  # of the heads

    @property
    def context(self) -> int:
        """Notes before a window that the network is given."""
        return context_notes(self.shape)

    @property
    def heads(self) -> Heads:
        """What turns what was read into likelihoods."""
        return Heads(self.vocabulary, self.product)

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
            inputs, *end = self.layer(*own, dropout(inputs, 1) if index else inputs, *start)
            final.append((end[0], end[1]))
        return inputs, tuple(final)

    def encode(
        self, weights: Weights, embedded: Tensor, dropout: Dropout = nothing_dropped
    ) -> State:
        """Read a window of embedded notes [window, B, E]; return the final state."""
        zero = self.zero_state(embedded.shape[1])
        return self.run(weights, "encoder", embedded, zero, dropout)[1]

    def read(self, weights: Weights, ids: Tensor, dropout: Dropout = nothing_dropped) -> HeadInputs:
        """Read ids int32 [B, context + window, A], up to each note of the window."""
        context, window = self.context, self.shape.window
        embedded = self.embed(weights, ids)
        by_time = tf.transpose(embedded, [1, 0, 2])
        state = self.encode(weights, by_time[context - window : context], dropout)
        inputs = by_time[context - 1 : context + window - 1]
        outputs, _ = self.run(weights, "decoder", inputs, state, dropout)
        outputs = tf.transpose(outputs, [1, 0, 2])
        if not self.shape.memory_notes:
            return HeadInputs(outputs, None, dropout)
        seen = matched_memory.look_back(self.shape, self.vocabulary, weights, ids)
        parts = tf.split(embedded, embedding_widths(self.shape, self.vocabulary), axis=-1)
        remembered = Memory(seen, lambda k, weight: tf.matmul(weight, parts[k]))
        outputs += matched_memory.reading(
            weights["memory/context"], seen.weight, tf.matmul(seen.weight, embedded)
        )
        return HeadInputs(outputs, remembered, dropout)

    def nats(self, weights: Weights, ids: Tensor, dropout: Dropout = nothing_dropped) -> Tensor:
        """Surprise at every note: float32 [B, window, A] in nats, 0 beyond a song's ends."""
        targets = ids[:, self.context :]
        sizes = tf.constant(self.vocabulary.sizes)
        real = targets[..., :1] < sizes[0]
        columns = tf.unstack(tf.minimum(targets, sizes - 1), axis=-1)
        read = self.read(weights, ids, dropout)
        surprise = [
            tf.nn.sparse_softmax_cross_entropy_with_logits(
                target, self.heads.logits(weights, k, read, columns[:k])
            )
            for k, target in enumerate(columns)
        ]
        return tf.where(real, tf.stack(surprise, -1), 0.0)
