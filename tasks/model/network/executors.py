"""The two ways to run an LSTM layer over the same weights, and how one is chosen by device.

Both are functions (kernel [I, 4H], recurrent [H, 4H], bias [4H], inputs [T, B, I], h [B, H],
c [B, H]) -> (outputs [T, B, H], h, c).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from nocturne.schemas.config import Executor
from nocturne.tasks.model.network.lstm_xla import lstm
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import keras, tf

Layer = Callable[..., tuple[Tensor, ...]]


def gpu_count() -> int:
    """Return the number of GPUs that TensorFlow finds."""
    return len(tf.config.list_physical_devices("GPU"))


def resolve_executor(executor: Executor) -> Executor:
    """Return `executor`, with auto resolved by device: keras on GPU, xla on CPU."""
    if executor != "auto":
        return executor
    return "keras" if gpu_count() else "xla"


def compiles(executor: Executor) -> bool:
    """Return whether XLA can compile a function of this executor, as it cannot cuDNN's kernel."""
    return "xla" in {resolve_executor(executor), resolve_executor("auto")}


def layer_of(executor: Executor) -> Layer:
    """Return the function that runs one layer."""
    return keras_layer if resolve_executor(executor) == "keras" else xla_layer


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
    # The only form that cuDNN runs: tanh and sigmoid, no recurrent dropout, bias, not unrolled.
    layer = keras.layers.LSTM(units, return_sequences=True, return_state=True, dtype=dtype)
    layer.build((None, None, inputs))
    return layer


def keras_layer(
    kernel: Tensor, recurrent: Tensor, bias: Tensor, inputs: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, ...]:
    """Run a layer as `keras.layers.LSTM`, which is cuDNN's kernel on a GPU."""
    # The weights are arguments of every call. The layer's own variables never get values: on
    # several devices they would have to be created on each.
    with keras.StatelessScope(initialize_variables=False):
        layer = _keras_lstm(kernel.shape[0], recurrent.shape[0], inputs.dtype.name)
        (outputs, h, c), _ = layer.stateless_call(
            [kernel, recurrent, bias],
            [tf.zeros(seed.shape, seed.dtype) for seed in layer.non_trainable_variables],
            tf.transpose(inputs, [1, 0, 2]),
            initial_state=[h, c],
        )
    return tf.transpose(outputs, [1, 0, 2]), h, c
