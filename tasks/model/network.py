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
from typing import NamedTuple

import tensorflow as tf

from schemas.presets import NetworkShape
from schemas.sequences import Vocabulary
from tasks.model import matched_memory
from tasks.model.executors import Layer, xla_layer
from tasks.model.gather import gather_rows
from tasks.model.initialise import context_notes
from tasks.model.lstm_xla import Tensor
from tasks.model.matched_memory import Look

Dropout = Callable[[Tensor, int], Tensor]  # of values, and which of their axes is the batch
Weights = Mapping[str, Tensor]
State = tuple[tuple[Tensor, Tensor], ...]  # (h, c) [B, H] of each layer


class Read(NamedTuple):
    """All that the heads go by for Q notes."""

    outputs: Tensor  # [B, Q, H]
    seen: Look | None  # without memory


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

    def embed(self, weights: Weights, ids: Tensor) -> Tensor:
        """Embed ids int32 [..., A] as [..., E]."""
        names = self.vocabulary.names
        return tf.concat(
            [gather_rows(weights[f"embed/{name}"], ids[..., k]) for k, name in enumerate(names)], -1
        )

    def embed_all(self, weights: Weights, seen: Look) -> Tensor:
        """Weighted sum [B, Q, E] of the embeddings of the notes that are looked at.

        Summing by id first, it reads no embedded notes: what a single query wants.
        """
        parts = []
        for k, (name, size) in enumerate(
            zip(self.vocabulary.names, self.vocabulary.sizes, strict=True)
        ):
            by_id = matched_memory.by_id(seen.weight, seen.ids[..., k], size)
            parts.append(tf.matmul(by_id, weights[f"embed/{name}"][:size]))
        return tf.concat(parts, -1)

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

    def read(self, weights: Weights, ids: Tensor, dropout: Dropout = nothing_dropped) -> Read:
        """Read ids int32 [B, context + window, A], up to each note of the window."""
        context, window = self.context, self.shape.window
        embedded = self.embed(weights, ids)
        by_time = tf.transpose(embedded, [1, 0, 2])
        state = self.encode(weights, by_time[context - window : context], dropout)
        inputs = by_time[context - 1 : context + window - 1]
        outputs, _ = self.run(weights, "decoder", inputs, state, dropout)
        outputs, seen = tf.transpose(outputs, [1, 0, 2]), None
        if self.shape.memory_notes:
            seen = matched_memory.look_back(self.shape, self.vocabulary, weights, ids)
            total = tf.matmul(seen.weight, embedded)
            outputs += matched_memory.reading(weights, seen, total)
        return Read(dropout(outputs, 0), seen)

    def head(self, weights: Weights, k: int, outputs: Tensor, given: list[Tensor]) -> Tensor:
        """Logits [..., size] of attribute k, for outputs [..., H] and ids [...] of the k before."""
        name = self.vocabulary.names[k]
        hidden = self._dense(
            outputs, weights[f"head/{name}/hidden"], weights[f"head/{name}/hidden_bias"]
        )
        for other, ids in zip(self.vocabulary.names, given, strict=False):
            hidden += gather_rows(weights[f"head/{name}/given/{other}"], ids)
        return self._dense(
            tf.nn.relu(hidden), weights[f"head/{name}/out"], weights[f"head/{name}/out_bias"]
        )

    def log_odds(self, weights: Weights, k: int, read: Read, given: list[Tensor]) -> Tensor:
        """Logarithms [B, Q, size] of the probabilities of attribute k, up to a constant.

        `given` are the ids int32 [B, Q] of the attributes before it.
        """
        logits = self.head(weights, k, read.outputs, given)
        if read.seen is None:
            return logits
        weight, sentinel = self._word(weights, k, read, read.seen, given)
        said = matched_memory.by_id(weight, read.seen.ids[..., k], logits.shape[-1])
        mass = tf.reduce_sum(weight, -1, keepdims=True)
        own, top = tf.nn.log_softmax(logits), read.seen.top[..., None]
        return matched_memory.mixed(own, sentinel, top, mass, said)

    def surprise(
        self, weights: Weights, k: int, read: Read, given: list[Tensor], target: Tensor
    ) -> Tensor:
        """Nats [B, Q] that the ids `target` of attribute k cost; `given` as in log_odds.

        The same as from log_odds, without the probabilities of all other ids.
        """
        logits = self.head(weights, k, read.outputs, given)
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
        if read.seen is None:
            return nats
        weight, sentinel = self._word(weights, k, read, read.seen, given)
        same = target[..., None] == read.seen.ids[:, None, :, k]
        said, mass = tf.reduce_sum(tf.where(same, weight, 0.0), -1), tf.reduce_sum(weight, -1)
        return -matched_memory.mixed(-nats, sentinel[..., 0], read.seen.top, mass, said)

    def _word(
        self, weights: Weights, k: int, read: Read, seen: Look, given: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """The memory's word on attribute k, [B, Q, C], and the sentinel's score [B, Q, 1]."""
        name = self.vocabulary.names[k]
        kernel, bias = weights[f"memory/sentinel/{name}"], weights[f"memory/sentinel_bias/{name}"]
        sentinel = self._dense(read.outputs, kernel, bias)
        return matched_memory.agreeing(weights, name, seen, given), sentinel

    def nats(self, weights: Weights, ids: Tensor, dropout: Dropout = nothing_dropped) -> Tensor:
        """Surprise at every note: float32 [B, window, A] in nats, 0 beyond a song's ends."""
        targets = ids[:, self.context :]
        sizes = tf.constant(self.vocabulary.sizes)
        real = targets[..., :1] < sizes[0]
        columns = tf.unstack(tf.minimum(targets, sizes - 1), axis=-1)
        read = self.read(weights, ids, dropout)
        surprise = [
            self.surprise(weights, k, read, columns[:k], target) for k, target in enumerate(columns)
        ]
        return tf.where(real, tf.stack(surprise, -1), 0.0)

    def _dense(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        *leading, width = inputs.shape
        flat = self.product(tf.reshape(inputs, [-1, width]), kernel) + bias
        return tf.reshape(flat, [*leading, kernel.shape[-1]])
