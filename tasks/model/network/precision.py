"""Mixed precision: the large products in float16, everything else in float32.

Weights, Adam's moments, embeddings, matched memory, softmax and loss stay float32. An LSTM layer
and the products of the heads cast their arguments to float16 and their result back, so gradients
arrive in float32.

float16, not bfloat16: TensorFlow 2.21 runs cuDNN's LSTM in bfloat16 by casting it to float32
and back, which takes longer than float32. float16 has no numbers below 6e-8, so the loss is
scaled up (training/optimiser.py).
"""

import os
from functools import cache

from nocturne.schemas.config import Precision, TrainConfig
from nocturne.tasks.model.network.executors import Layer
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf

TENSOR_CORES_SINCE = (7, 0)  # compute capability of NVIDIA's Volta


def resolve_precision(config: TrainConfig) -> TrainConfig:
    """Return the config with the precision that this machine trains in.

    auto is mixed if every GPU has tensor cores, else float32.
    """
    if config.precision != "auto":
        return config
    return config.copy_with(precision=_precision_of_gpus())


def _precision_of_gpus() -> Precision:
    details = map(tf.config.experimental.get_device_details, tf.config.list_physical_devices("GPU"))
    able = [each.get("compute_capability", (0, 0)) >= TENSOR_CORES_SINCE for each in details]
    return "mixed" if able and all(able) else "float32"


@cache
def half_layer(layer: Layer) -> Layer:
    """Return `layer` with its products in float16."""
    # By default TensorFlow has cuDNN sum products of float16 in float16 too.
    os.environ.setdefault("TF_FP16_RNN_USE_FP32_COMPUTE", "1")

    def run(*arguments: Tensor) -> tuple[Tensor, ...]:
        low = layer(*(tf.cast(value, tf.float16) for value in arguments))
        return tuple(tf.cast(value, tf.float32) for value in low)

    return run


def half_product(left: Tensor, right: Tensor) -> Tensor:
    """Return the product of two matrices, computed in float16."""
    low = tf.matmul(tf.cast(left, tf.float16), tf.cast(right, tf.float16))
    return tf.cast(low, tf.float32)


def all_finite(gradients: list[Tensor]) -> Tensor:
    """Return whether no gradient has overflowed."""
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(g)) for g in gradients])
