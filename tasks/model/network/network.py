"""What every network is made of, and how the one that a shape names is found.

A network is given `context + window` notes and predicts the last `window` of them, each from all
notes before it (teacher forcing). Notes before a song's first and after its last have the id
`size` in every attribute, which stands for no note. It is a target once, in a network with `ends`:
after a song's last note, as the end id of the first attribute.

Each module of this folder that schemas/network_shape.py names defines a network: a subclass of
Network, under the name NETWORK. Its embeddings and heads have the names and shapes of weights.py,
by which weights are carried over to another vocabulary.

Weights are a dict from name to tensor, together with the table TICKS, which is not trained: the
inter-onset interval in ticks of each id. A network holds names and sizes alone, so a function
compiled for it serves every model of its form.

Axes: T time, B batch, A attributes, E embedding, H cells. Recurrent parts are time-major, all
else is batch-major.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar, NamedTuple

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.executors import Layer, xla_layer
from nocturne.tasks.model.network.heads import Dropout, HeadInputs, Heads, nothing_dropped
from nocturne.tasks.model.network.match_features import INTERVAL, TICKS
from nocturne.tasks.model.network.ops import Tensor, Tensors, gather_rows
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import Shapes, Weights, context_notes, random_weights

State = tuple[tuple[Tensor, ...], ...]  # of each layer: arrays [B, H]


class DecoderState(NamedTuple):
    """All that changes from note to note of a sample.

    C = context + window places, which hold notes up to `position`. M: types of match.
    """

    position: Tensor  # place of the next note, int32 scalar
    state: State
    ids: Tensor  # int32 [B, C, A]; places from `position` on hold the start symbol
    match_keys: Tensor  # int32 [B, C, M]
    onset: Tensor  # ticks, int32 [B, C]
    match_lengths: Tensor  # for predicting the next note, int32 [B, C, M]


@dataclass(frozen=True)
class Network(ABC):
    """A network's form; every method takes the weights it is to use."""

    shape: NetworkShape
    names: tuple[str, ...]  # of the attributes, in prediction order
    sizes: tuple[int, ...]  # their numbers of ids
    layer: Layer = xla_layer  # runs one LSTM layer
    product: Callable[[Tensor, Tensor], Tensor] = tf.matmul  # of the heads
    ends: bool = False  # whether the first head has the end id

    layer_states: ClassVar[int] = 2  # arrays in a layer's state: h and c

    @abstractmethod
    def weight_shapes(self) -> Shapes:
        """Return the shape of every weight, by name, in a fixed order."""

    @abstractmethod
    def encode(self, weights: Tensors, ids: Tensor) -> State:
        """Read ids int32 [B, window, A]; return the state in which the decoder begins."""

    @abstractmethod
    def read(self, weights: Tensors, ids: Tensor, dropout: Dropout = nothing_dropped) -> HeadInputs:
        """Read ids int32 [B, context + window, A]; return what predicts each of the window."""

    @abstractmethod
    def read_next(self, weights: Tensors, decoder: DecoderState) -> tuple[HeadInputs, State]:
        """Read the last note alone: what predicts the next note (Q = 1), and the new state."""

    @property
    def context(self) -> int:
        """Number of notes before a window that the network is given."""
        return context_notes(self.shape)

    @property
    def heads(self) -> Heads:
        """The heads, which turn what was read into logits."""
        return Heads(self.names, self.product)

    @property
    def state_width(self) -> int:
        """Number of floats in the state of all layers."""
        return self.layer_states * self.shape.layers * self.shape.units

    def state_of(self, rows: Tensor) -> State:
        """Cut rows [B, state_width] into a state; the inverse of `state_rows`."""
        arrays = tf.split(rows, self.layer_states * self.shape.layers, axis=-1)
        each = self.layer_states
        return tuple(tuple(arrays[i : i + each]) for i in range(0, len(arrays), each))

    def state_rows(self, state: State) -> Tensor:
        """Join a state into rows [B, state_width]: all arrays of the first layer, then the next."""
        return tf.concat([array for arrays in state for array in arrays], -1)

    def zero_state(self, batch: int) -> State:
        """Return the state of a network that has read nothing."""
        zeros = tf.zeros([batch, self.shape.units])
        return ((zeros,) * self.layer_states,) * self.shape.layers

    def embed(self, weights: Tensors, ids: Tensor) -> Tensor:
        """Embed ids int32 [..., A] as [..., E]."""
        parts = [
            gather_rows(weights[f"embed/{name}"], ids[..., k]) for k, name in enumerate(self.names)
        ]
        return tf.concat(parts, -1)

    def nats(self, weights: Tensors, ids: Tensor, dropout: Dropout = nothing_dropped) -> Tensor:
        """Return the surprise at each note: [B, window, A] in nats, 0 beyond a song's ends.

        With `ends` there is one column more, of whether the song ends or goes on: 0 at its first
        note, which every song has. The others are then those of a note, given that there is one,
        so that all columns add up to the surprise of a softmax with the end id (chain rule).
        """
        targets = ids[:, self.context :]
        sizes = tf.constant(self.sizes)
        real = targets[..., :1] < sizes[0]
        columns = tf.unstack(tf.minimum(targets, sizes - 1), axis=-1)
        inputs = self.read(weights, ids, dropout)
        surprise, ends = [], []
        for k, target in enumerate(columns):
            logits = self.heads.logits(weights, k, inputs, columns[:k])
            if k == 0 and self.ends:
                logits, end = self.split_end(logits)
                ends.append(self._nats_of_end(end, ids))
            surprise.append(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))
        return tf.concat([tf.where(real, tf.stack(surprise, -1), 0.0), *ends], -1)

    def split_end(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Split logits [..., size + 1] of the first head into those of notes and that of the end.

        The end's is its log odds [...]: the logarithm of P(end) / P(any note).
        """
        notes = logits[..., :-1]
        return notes, logits[..., -1] - tf.reduce_logsumexp(notes, axis=-1)

    def _nats_of_end(self, log_odds: Tensor, ids: Tensor) -> Tensor:
        """Return the surprise [B, window, 1] at the song's going on or ending after each note."""
        is_note = ids[..., 0] < self.sizes[0]
        ended = tf.cast(~is_note[:, self.context :], tf.float32)
        nats = tf.nn.sigmoid_cross_entropy_with_logits(ended, log_odds)
        return tf.where(is_note[:, self.context - 1 : -1], nats, 0.0)[..., None]


def network_of(
    shape: NetworkShape,
    vocabulary: Vocabulary,
    layer: Layer = xla_layer,
    product: Callable[[Tensor, Tensor], Tensor] = tf.matmul,
) -> Network:
    """Return the network that a shape names, for the attributes of a vocabulary."""
    kind: type[Network] = import_module(f"{__package__}.{shape.network}").NETWORK
    return kind(shape, vocabulary.names, vocabulary.sizes, layer, product, vocabulary.ends)


def initial_weights(shape: NetworkShape, vocabulary: Vocabulary, seed: int) -> Weights:
    """Return first weights that depend on (shape, vocabulary, seed) alone."""
    return random_weights(network_of(shape, vocabulary).weight_shapes(), seed)


def tables(vocabulary: Vocabulary) -> dict[str, Tensor]:
    """Return what a network is given beside its weights: TICKS int32 [size + 1], if there is one.

    Its last row is the start symbol's: 0 ticks.
    """
    if INTERVAL not in vocabulary.names:
        return {}
    ticks = [round(value) for value in vocabulary.codebooks[INTERVAL]] + [0]
    return {TICKS: tf.constant(ticks, tf.int32)}


def tensors(weights: Weights, vocabulary: Vocabulary) -> dict[str, Tensor]:
    """Return a model's weights and tables as tensors."""
    return {name: tf.constant(value) for name, value in weights.items()} | tables(vocabulary)
