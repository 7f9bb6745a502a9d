"""The encoder-decoder: two LSTM stacks, of which the first hands its state to the second.

The encoder reads the last `window` notes of the context; its final (h, c) of every layer start
the decoder, which reads each note and predicts the next (Sutskever et al., 2014). The context
vector of the matched memory is added to the decoder's outputs, and the heads turn the sum into
logits.

Axes: T time, B batch, A attributes, E embedding, H cells.
"""

from nocturne.tasks.model.network import matched_memory
from nocturne.tasks.model.network.heads import Dropout, HeadInputs, Memory, nothing_dropped
from nocturne.tasks.model.network.lstm_xla import cell_step, doubled
from nocturne.tasks.model.network.network import DecoderState, Network, State
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import (
    Shapes,
    embedding_shapes,
    embedding_widths,
    head_shapes,
    memory_shapes,
)

LSTM_WEIGHTS = ("kernel", "recurrent", "bias")  # of each layer


class EncoderDecoder(Network):
    """An LSTM encoder and decoder with matched memory; without it if memory_notes is 0."""

    def weight_shapes(self) -> Shapes:
        """Return the shape of every weight, by name, in a fixed order."""
        cells, sizes = self.shape.units, dict(zip(self.names, self.sizes, strict=True))
        shapes = embedding_shapes(self.shape, sizes)
        for part in ("encoder", "decoder"):
            for layer in range(self.shape.layers):
                inputs = cells if layer else self.shape.embedding
                shapes[f"{part}/{layer}/kernel"] = (inputs, 4 * cells)
                shapes[f"{part}/{layer}/recurrent"] = (cells, 4 * cells)
                shapes[f"{part}/{layer}/bias"] = (4 * cells,)
        shapes |= head_shapes(self.shape, sizes, self.ends)
        return shapes | memory_shapes(self.shape, self.names)

    def encode(self, weights: Tensors, ids: Tensor) -> State:
        """Read ids int32 [B, window, A]; return the encoder's final state."""
        by_time = tf.transpose(self.embed(weights, ids), [1, 0, 2])
        return self._encode(weights, by_time, nothing_dropped)

    def read(self, weights: Tensors, ids: Tensor, dropout: Dropout = nothing_dropped) -> HeadInputs:
        """Read ids int32 [B, context + window, A]; return what predicts each of the window."""
        context, window = self.context, self.shape.window
        embedded = self.embed(weights, ids)
        by_time = tf.transpose(embedded, [1, 0, 2])
        state = self._encode(weights, by_time[context - window : context], dropout)
        inputs = by_time[context - 1 : context + window - 1]
        outputs, _ = self._run(weights, "decoder", inputs, state, dropout)
        outputs = tf.transpose(outputs, [1, 0, 2])
        if not self.shape.memory_notes:
            return HeadInputs(outputs, None, dropout)
        attention = matched_memory.attend_window(self.shape, self.sizes, self.names, weights, ids)
        parts = tf.split(embedded, embedding_widths(self.shape, len(self.names)), axis=-1)
        memory = Memory(attention, lambda k, weight: tf.matmul(weight, parts[k]))
        outputs += matched_memory.context_vector(
            weights["memory/context"], attention.weight, tf.matmul(attention.weight, embedded)
        )
        return HeadInputs(outputs, memory, dropout)

    def read_next(self, weights: Tensors, decoder: DecoderState) -> tuple[HeadInputs, State]:
        """Read the last note alone: what predicts the next note (Q = 1), and the new state."""
        outputs, state = self.embed(weights, decoder.ids[:, decoder.position - 1]), []
        for index, (h, c) in enumerate(decoder.state):
            kernel, recurrent, bias = self._layer_weights(weights, "decoder", index)
            sums = tf.matmul(outputs, kernel) + bias + tf.matmul(h, recurrent)
            _, outputs, cell = cell_step(doubled(sums), c)
            state.append((outputs, cell))
        outputs = outputs[:, None]
        if not self.shape.memory_notes:
            return HeadInputs(outputs, None, nothing_dropped), tuple(state)
        memory = self._memory_of(weights, decoder)
        weight = memory.attention.weight
        every = [memory.weighted_embedding_sum(k, weight) for k in range(len(self.names))]
        outputs += matched_memory.context_vector(
            weights["memory/context"], weight, tf.concat(every, -1)
        )
        return HeadInputs(outputs, memory, nothing_dropped), tuple(state)

    def _memory_of(self, weights: Tensors, decoder: DecoderState) -> Memory:
        """Return the memory of the next note.

        Weights are summed by id before the embeddings: for a single note there are fewer ids
        than notes.
        """

        def weighted_embedding_sum(k: int, weight: Tensor) -> Tensor:
            size, table = self.sizes[k], weights[f"embed/{self.names[k]}"]
            by_id = matched_memory.sum_by_id(weight, decoder.ids[..., k], size)
            return tf.matmul(by_id, table[:size])

        attention = matched_memory.attend_next(
            self.shape,
            weights,
            decoder.position,
            decoder.ids,
            decoder.match_keys,
            decoder.onset,
            decoder.match_lengths,
        )
        return Memory(attention, weighted_embedding_sum)

    def _encode(self, weights: Tensors, embedded: Tensor, dropout: Dropout) -> State:
        """Read a window of embedded notes [window, B, E]; return the final state."""
        start = self.zero_state(embedded.shape[1])
        return self._run(weights, "encoder", embedded, start, dropout)[1]

    def _run(
        self, weights: Tensors, part: str, inputs: Tensor, state: State, dropout: Dropout
    ) -> tuple[Tensor, State]:
        """Run `part` (encoder or decoder) over inputs [T, B, E]: outputs [T, B, H], final state."""
        final = []
        for index, start in enumerate(state):
            layer_weights = self._layer_weights(weights, part, index)
            layer_inputs = dropout(inputs, 1) if index else inputs
            inputs, h, c = self.layer(*layer_weights, layer_inputs, *start)
            final.append((h, c))
        return inputs, tuple(final)

    def _layer_weights(self, weights: Tensors, part: str, index: int) -> list[Tensor]:
        return [weights[f"{part}/{index}/{name}"] for name in LSTM_WEIGHTS]


NETWORK = EncoderDecoder
