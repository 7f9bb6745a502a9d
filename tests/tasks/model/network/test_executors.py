"""Both executors against each other and against the equations in plain NumPy."""

import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from nocturne.tasks.model.network.executors import (
    keras_layer,
    layer_of,
    resolve_executor,
    xla_layer,
)
from nocturne.tasks.model.network.precision import half_layer

STEPS, BATCH, INPUTS, CELLS = 6, 3, 5, 4


def _arguments() -> list[NDArray[np.float32]]:
    """Kernel, recurrent, bias, inputs, h and c of one layer."""
    random = np.random.default_rng(0)
    shapes = [
        (INPUTS, 4 * CELLS),
        (CELLS, 4 * CELLS),
        (4 * CELLS,),
        (STEPS, BATCH, INPUTS),
        (BATCH, CELLS),
        (BATCH, CELLS),
    ]
    return [random.normal(0, 0.5, shape).astype(np.float32) for shape in shapes]


def _by_numpy(
    kernel: Any, recurrent: Any, bias: Any, inputs: Any, h: Any, c: Any
) -> tuple[Any, Any, Any]:
    """The equations, cell by cell, in float64."""
    outputs = np.zeros((STEPS, BATCH, CELLS))
    h, c = h.astype(np.float64).copy(), c.astype(np.float64).copy()
    for t in range(STEPS):
        for b in range(BATCH):
            sums = inputs[t, b].astype(np.float64) @ kernel + h[b] @ recurrent + bias
            i, f, o = (1 / (1 + np.exp(-sums[g * CELLS : (g + 1) * CELLS])) for g in (0, 1, 3))
            c[b] = f * c[b] + i * np.tanh(sums[2 * CELLS : 3 * CELLS])
            h[b] = o * np.tanh(c[b])
        outputs[t] = h
    return outputs, h, c


def _with_gradients(layer: Any, compiled: bool) -> list[NDArray[np.float32]]:
    """Outputs, final states and the gradients of all arguments under an uneven loss."""

    @tf.function(jit_compile=compiled, autograph=False)
    def run(*arguments: Any) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch(arguments)
            outputs, h, c = layer(*arguments)
            loss = tf.reduce_sum(tf.sin(3 * outputs)) + tf.reduce_sum(h * c) + tf.reduce_sum(c**2)
        return [outputs, h, c, *tape.gradient(loss, list(arguments))]

    return [value.numpy() for value in run(*map(tf.constant, _arguments()))]


@pytest.mark.parametrize("layer", [xla_layer, keras_layer])
def test_layer_follows_the_equations(layer: Any) -> None:
    found = layer(*map(tf.constant, _arguments()))
    for ours, expected in zip(found, _by_numpy(*_arguments()), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_executors_agree_in_outputs_and_gradients() -> None:
    compiled, keras_ = _with_gradients(xla_layer, True), _with_gradients(keras_layer, False)
    for ours, theirs in zip(compiled, keras_, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("layer", [xla_layer, keras_layer])
def test_a_layer_in_float16_agrees_with_float32_but_for_rounding(layer: Any) -> None:
    full = _with_gradients(layer, layer is xla_layer)
    half = _with_gradients(half_layer(layer), layer is xla_layer)
    for ours, expected in zip(half, full, strict=True):
        assert ours.dtype == np.float32
        rounding = np.finfo(np.float16).eps * np.abs(expected).max()
        assert 0 < np.abs(ours - expected).max() < 4 * rounding


@pytest.mark.parametrize(
    ("layer", "dtype"), [(keras_layer, tf.float32), (half_layer(keras_layer), tf.float16)]
)
def test_where_there_is_a_gpu_the_keras_layer_is_cudnns(
    layer: Any, dtype: tf.DType, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = sys.modules["keras.src.backend.tensorflow.rnn"]
    monkeypatch.setattr(backend, "_is_gpu_available", lambda: True)

    @tf.function(autograph=False)
    def run(*arguments: Any) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch(arguments)
            loss = tf.add_n([tf.reduce_sum(value) for value in layer(*arguments)])
        gradients: list[Any] = tape.gradient(loss, list(arguments))
        return gradients

    traced = run.get_concrete_function(*map(tf.constant, _arguments()))  # not run: no GPU here
    kernels = [op for op in traced.graph.get_operations() if op.type.startswith("Cudnn")]
    assert [op.type for op in kernels] == ["CudnnRNNV3", "CudnnRNNBackpropV3"]
    assert {op.get_attr("T") for op in kernels} == {dtype}
    assert [tuple(g.shape) for g in traced.outputs] == [a.shape for a in _arguments()]


def test_gradients_agree_with_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is for benchmarks only")
    kernel, recurrent, bias, inputs, h, c = (torch.tensor(a) for a in _arguments())
    lstm = torch.nn.LSTM(INPUTS, CELLS)  # gates in the same order i, f, g, o
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(kernel.T)
        lstm.weight_hh_l0.copy_(recurrent.T)
        lstm.bias_ih_l0.copy_(bias)
        lstm.bias_hh_l0.zero_()
    outputs, (last_h, last_c) = lstm(inputs, (h[None], c[None]))
    ((3 * outputs).sin().sum() + (last_h * last_c).sum() + (last_c**2).sum()).backward()
    found = _with_gradients(xla_layer, True)
    np.testing.assert_allclose(found[0], outputs.detach(), atol=1e-5)
    np.testing.assert_allclose(found[3], lstm.weight_ih_l0.grad.T, atol=1e-5)
    np.testing.assert_allclose(found[4], lstm.weight_hh_l0.grad.T, atol=1e-5)
    np.testing.assert_allclose(found[5], lstm.bias_ih_l0.grad, atol=1e-5)


def test_auto_follows_the_device_and_a_forced_executor_stays() -> None:
    assert resolve_executor("auto") == (
        "keras" if tf.config.list_physical_devices("GPU") else "xla"
    )
    assert (layer_of("keras"), layer_of("xla")) == (keras_layer, xla_layer)
