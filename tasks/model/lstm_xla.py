"""One LSTM layer as a compiled loop with its own gradient: the executor for CPU.

Automatic differentiation of a loop adds a small product to the recurrent kernel's gradient at
every step. Here the backward loop only collects the gates' gradients, and one large product
after it gives the whole kernel's gradient. Run it under `tf.function(jit_compile=True)`.

Equations: Hochreiter and Schmidhuber (1997) with forget gates (Gers et al., 2000), gates in
the order input, forget, cell, output along the last axis, as Keras lays them out.
"""

from typing import Any

import tensorflow as tf

Tensor = Any  # tensorflow ships no usable types


def cell_step(gates: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One step of the cell.

    `gates` [B, 4H] are the sums before the gates' functions, `c` [B, H] the cell state.
    Returns (gates after their functions [B, 4H], h [B, H], c [B, H]).
    """
    i, f, g, o = tf.split(gates, 4, axis=-1)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    c = f * c + i * g
    return tf.concat([i, f, g, o], -1), o * tf.tanh(c), c


def lstm(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
    """Run a layer over time.

    projected [T, B, 4H]: inputs times the kernel, plus the bias; recurrent [H, 4H]; h, c [B, H].
    Returns outputs [T, B, H] and the final h and c [B, H].
    """

    @tf.custom_gradient
    def run(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor) -> Any:
        outputs, cells, gates = _forward(projected, recurrent, h, c)

        def gradient(d_outputs: Tensor, d_h: Tensor, d_c: Tensor) -> tuple[Tensor, ...]:
            earlier_cells = tf.concat([c[None], cells[:-1]], 0)
            d_gates, d_first_h, d_first_c = _backward(
                recurrent, gates, cells, earlier_cells, d_outputs, d_h, d_c
            )
            earlier = tf.concat([h[None], outputs[:-1]], 0)
            d_recurrent = tf.matmul(
                tf.reshape(earlier, [-1, earlier.shape[-1]]),
                tf.reshape(d_gates, [-1, d_gates.shape[-1]]),
                transpose_a=True,
            )
            return d_gates, d_recurrent, d_first_h, d_first_c

        return (outputs, outputs[-1], cells[-1]), gradient

    return tuple(run(projected, recurrent, h, c))


def _arrays(steps: int, *shapes: tuple[int, int]) -> list[Tensor]:
    return [tf.TensorArray(tf.float32, steps, element_shape=shape) for shape in shapes]


def _forward(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
    """Return outputs and cells [T, B, H], and gates after their functions [T, B, 4H]."""
    steps, batch, width = projected.shape

    def body(t: Tensor, h: Tensor, c: Tensor, *kept: Tensor) -> tuple[Tensor, ...]:
        gates, h, c = cell_step(projected[t] + tf.matmul(h, recurrent), c)
        return t + 1, h, c, *[a.write(t, v) for a, v in zip(kept, (h, c, gates), strict=True)]

    kept = _arrays(steps, (batch, width // 4), (batch, width // 4), (batch, width))
    _, _, _, *kept = tf.while_loop(
        lambda t, *_: t < steps, body, (tf.constant(0), h, c, *kept), maximum_iterations=steps
    )
    return tuple(array.stack() for array in kept)


def _backward(
    recurrent: Tensor,
    gates: Tensor,
    cells: Tensor,
    earlier_cells: Tensor,
    d_outputs: Tensor,
    d_h: Tensor,
    d_c: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of the gates' sums [T, B, 4H] and of the first h and c [B, H]."""
    steps, batch, width = gates.shape

    def body(back: Tensor, d_h: Tensor, d_c: Tensor, kept: Tensor) -> tuple[Tensor, ...]:
        t = steps - 1 - back
        d_sums, d_c = _step_gradient(gates[t], cells[t], earlier_cells[t], d_h + d_outputs[t], d_c)
        return back + 1, tf.matmul(d_sums, recurrent, transpose_b=True), d_c, kept.write(t, d_sums)

    (kept,) = _arrays(steps, (batch, width))
    _, d_h, d_c, kept = tf.while_loop(
        lambda t, *_: t < steps, body, (tf.constant(0), d_h, d_c, kept), maximum_iterations=steps
    )
    return kept.stack(), d_h, d_c


def _step_gradient(
    gates: Tensor, c: Tensor, earlier_c: Tensor, d_h: Tensor, d_c: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of one step: of the gates' sums [B, 4H] and of the earlier cell state [B, H]."""
    i, f, g, o = tf.split(gates, 4, axis=-1)
    squashed = tf.tanh(c)
    d_c = d_c + d_h * o * (1 - squashed * squashed)
    d_sums = [
        d_c * g * i * (1 - i),
        d_c * earlier_c * f * (1 - f),
        d_c * i * (1 - g * g),
        d_h * squashed * o * (1 - o),
    ]
    return tf.concat(d_sums, -1), d_c * f
