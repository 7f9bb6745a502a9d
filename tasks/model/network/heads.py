"""The heads: logits of a note's attributes, each given the attributes before it.

The head of attribute k is a hidden layer and an output layer:

    hidden = relu(outputs W + b + sum_i given[i][id_i])        (i < k: attributes known already)
    logits = hidden V + d

Where the network has a memory, its weights are computed again for every attribute: notes that
agree with what is known of the note weigh more, and the embeddings of their attribute k are added
to `outputs` (see matched_memory.py).

B batch, Q notes to predict, C notes that the network is given, E embedding, H cells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from nocturne.tasks.model.network import matched_memory
from nocturne.tasks.model.network.matched_memory import MemoryAttention
from nocturne.tasks.model.network.ops import Tensor, Tensors, gather_rows
from nocturne.tasks.model.network.quiet_tensorflow import tf

Dropout = Callable[[Tensor, int], Tensor]  # of values, and the number of their batch axis


def nothing_dropped(values: Tensor, _: int) -> Tensor:
    """Return the values: the dropout of everything but training."""
    return values


class Memory(NamedTuple):
    """The past notes that Q notes are predicted from.

    weighted_embedding_sum(k, weight [B, Q, C]) is the sum [B, Q, E_k] of the past notes'
    embeddings of attribute k, times their weights.
    """

    attention: MemoryAttention
    weighted_embedding_sum: Callable[[int, Tensor], Tensor]


class HeadInputs(NamedTuple):
    """All that the heads predict Q notes from."""

    outputs: Tensor  # of the decoder, with the memory's context vector [B, Q, H]
    memory: Memory | None
    dropout: Dropout


@dataclass(frozen=True)
class Heads:
    """The heads of the attributes `names`; every method takes the weights it is to use.

    k is the number of an attribute, `given` are the ids int32 [B, Q] of those before it.
    """

    names: tuple[str, ...]
    product: Callable[[Tensor, Tensor], Tensor] = tf.matmul

    def logits(self, weights: Tensors, k: int, inputs: HeadInputs, given: list[Tensor]) -> Tensor:
        """Return the logits [B, Q, size] of attribute k."""
        name, outputs = self.names[k], inputs.outputs
        if inputs.memory:
            outputs += self._remembered(weights, k, inputs.memory, given)
        hidden = self._dense(weights, f"head/{name}/hidden", inputs.dropout(outputs, 0))
        for earlier, ids in zip(self.names, given, strict=False):
            hidden += gather_rows(weights[f"head/{name}/given/{earlier}"], ids)
        return self._dense(weights, f"head/{name}/out", tf.nn.relu(hidden))

    def _remembered(self, weights: Tensors, k: int, memory: Memory, given: list[Tensor]) -> Tensor:
        """Return the memory's context vector [B, Q, H] for attribute k."""
        name = self.names[k]
        weight = matched_memory.reweight_by_agreement(weights, name, memory.attention, given)
        total = memory.weighted_embedding_sum(k, weight)
        return matched_memory.context_vector(weights[f"memory/own/{name}"], weight, total)

    def _dense(self, weights: Tensors, name: str, inputs: Tensor) -> Tensor:
        """Return inputs [..., I] times the kernel [I, O] of that name, plus its bias: [..., O]."""
        kernel = weights[name]
        *leading, width = inputs.shape
        flat = self.product(tf.reshape(inputs, [-1, width]), kernel) + weights[f"{name}_bias"]
        return tf.reshape(flat, [*leading, kernel.shape[-1]])
