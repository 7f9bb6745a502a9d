"""The two ways to run an LSTM layer over the same weights, and which one to take.

Both are functions (kernel [I, 4H], recurrent [H, 4H], bias [4H], inputs [T, B, I], h [B, H],
c [B, H]) -> (outputs [T, B, H], h, c).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import tensorflow as tf

from nocturne.schemas.config import Executor
from nocturne.tasks.model.network.lstm_xla import Tensor, lstm

Layer = Callable[..., tuple[Tensor, ...]]


def chosen(executor: Executor) -> Executor:
    """Return `executor`, with auto resolved by device: keras on GPU, xla on CPU."""
    if executor != "auto":
        return executor
    return "keras" if tf.config.list_physical_devices("GPU") else "xla"


def compiles(executor: Executor) -> bool:
    """Whether XLA can compile it: cuDNN's kernel cannot be part of a compiled function."""
    return "xla" in {chosen(executor), chosen("auto")}


def layer_of(executor: Executor) -> Layer:
    """Return the function that runs one layer."""
    return keras_layer if chosen(executor) == "keras" else xla_layer


def xla_layer(
    kernel: Tensor, recurrent: Tensor, bias: Tensor, inputs: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, ...]:
    """Run a layer as a compiled loop with its own gradient."""
    return lstm(project(inputs, kernel, bias), recurrent, h, c)


def project(inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """Return inputs [T, B, I] times kernel plus bias, as one product."""
    steps, batch, width = inputs.shape
    flat = tf.matmul(tf.reshape(inputs, [steps * batch, width]), kernel) + bias
    return tf.reshape(flat, [steps, batch, kernel.shape[-1]])


@cache
def _keras_lstm(inputs: int, units: int, dtype: str) -> Any:
    # cuDNN runs it only in this form: tanh and sigmoid, no recurrent dropout, bias, not unrolled.
    layer = keras.layers.LSTM(units, return_sequences=True, return_state=True, dtype=dtype)
    layer.build((None, None, inputs))
    return layer


def keras_layer(
    kernel: Tensor, recurrent: Tensor, bias: Tensor, inputs: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, ...]:
    """Run a layer as `keras.layers.LSTM`, which is cuDNN's kernel on a GPU."""
    # The weights are given at every call: the layer's own variables never get values, which on
    # several devices would have to be created on each.
    with keras.StatelessScope(initialize_variables=False):
        layer = _keras_lstm(kernel.shape[0], recurrent.shape[0], inputs.dtype.name)
        (outputs, h, c), _ = layer.stateless_call(
            [kernel, recurrent, bias],
            [tf.zeros(seed.shape, seed.dtype) for seed in layer.non_trainable_variables],
            tf.transpose(inputs, [1, 0, 2]),
            initial_state=[h, c],
        )
    return tf.transpose(outputs, [1, 0, 2]), h, c
