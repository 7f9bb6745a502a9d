"""The heads: logits of a note's attributes, each given the ones before it.

Where the network has a memory, it is asked again for every attribute: notes that agree with what
is known of the note weigh more, and the embeddings of what they have in this attribute are added
to what the head reads.

B batch, Q notes to predict, C notes that the network is given, E embedding, H cells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf

from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network import matched_memory
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.network.matched_memory import MemoryAttention
from nocturne.tasks.model.network.ops import gather_rows

Weights = Mapping[str, Tensor]


class Memory(NamedTuple):
    """What is remembered for Q notes."""

    seen: MemoryAttention
    total: Callable[[int, Tensor], Tensor]  # (k, weight [B, Q, C]) -> sum of embeddings of ids k


class HeadInputs(NamedTuple):
    """All that the heads go by for Q notes."""

    outputs: Tensor  # of the decoder, with the memory's reading [B, Q, H]
    memory: Memory | None
    dropout: Callable[[Tensor, int], Tensor]


@dataclass(frozen=True)
class Heads:
    """The heads of a vocabulary; every method takes the weights it is to use.

    k is the place of an attribute, `given` are the ids int32 [B, Q] of those before it.
    """

    vocabulary: Vocabulary
    product: Callable[[Tensor, Tensor], Tensor] = tf.matmul

    def logits(self, weights: Weights, k: int, read: HeadInputs, given: list[Tensor]) -> Tensor:
        """Logits [B, Q, size] of attribute k."""
        outputs = read.outputs
        if read.memory:
            outputs += self._remembered(weights, k, read.memory, given)
        outputs, name = read.dropout(outputs, 0), self.vocabulary.names[k]
        hidden = self._dense(
            outputs, weights[f"head/{name}/hidden"], weights[f"head/{name}/hidden_bias"]
        )
        for other, ids in zip(self.vocabulary.names, given, strict=False):
            hidden += gather_rows(weights[f"head/{name}/given/{other}"], ids)
        return self._dense(
            tf.nn.relu(hidden), weights[f"head/{name}/out"], weights[f"head/{name}/out_bias"]
        )

    def _remembered(self, weights: Weights, k: int, memory: Memory, given: list[Tensor]) -> Tensor:
        name = self.vocabulary.names[k]
        weight = matched_memory.agreeing(weights, name, memory.seen, given)
        total = memory.total(k, weight)
        return matched_memory.reading(weights[f"memory/own/{name}"], weight, total)

    def _dense(self, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        *leading, width = inputs.shape
        flat = self.product(tf.reshape(inputs, [-1, width]), kernel) + bias
        return tf.reshape(flat, [*leading, kernel.shape[-1]])
