"""One LSTM layer as a compiled loop with its own gradient: the executor for CPU.

Automatic differentiation of a loop adds a small product to the recurrent kernel's gradient at
every step. Here the backward loop only collects the gates' gradients, and one large product
after it gives the whole kernel's gradient. Run it under `tf.function(jit_compile=True)`.

Everything in a step but the product with the recurrent kernel is memory-bound, so it takes one
pass each way: the cell gate's tanh is a sigmoid of twice its sum (tanh x = 2 sigmoid 2x - 1),
which makes all four gates one function, and every factor of the backward loop that does not
depend on later steps is computed before it.

Equations: Hochreiter and Schmidhuber (1997) with forget gates (Gers et al., 2000), gates in
the order input, forget, cell, output along the last axis, as Keras lays them out.
"""

from typing import Any

import numpy as np

from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf


def cell_step(sums: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Take one step of the cell.

    `sums` [B, 4H] are the sums of the gates, the cell gate's doubled; `c` [B, H] the cell state.
    Returns (sigmoids of the sums [B, 4H], h [B, H], c [B, H]).
    """
    sigmoids = tf.sigmoid(sums)
    i, f, g, o = tf.split(sigmoids, 4, axis=-1)
    c = f * c + i * (2 * g - 1)
    return sigmoids, o * tf.tanh(c), c


def doubled(values: Tensor) -> Tensor:
    """Double the cell gate's part of values [..., 4H]."""
    cells = values.shape[-1] // 4
    factors = np.repeat(np.array([1, 1, 2, 1], np.float32), cells)
    return values * tf.cast(factors, values.dtype)


def lstm(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
    """Run a layer over time.

    projected [T, B, 4H]: inputs times the kernel, plus the bias; recurrent [H, 4H]; h, c [B, H].
    Returns outputs [T, B, H] and the final h and c [B, H].
    """

    @tf.custom_gradient
    def run(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor) -> Any:
        outputs, cells, sigmoids = _forward(doubled(projected), doubled(recurrent), h, c)

        def gradient(d_outputs: Tensor, d_h: Tensor, d_c: Tensor) -> tuple[Tensor, ...]:
            earlier_cells = tf.concat([c[None], cells[:-1]], 0)
            of_cell, of_sums, forget = _factors(sigmoids, cells, earlier_cells)
            d_sums, d_first_h, d_first_c = _backward(
                recurrent, of_cell, of_sums, forget, d_outputs, d_h, d_c
            )
            earlier = tf.concat([h[None], outputs[:-1]], 0)
            d_recurrent = tf.matmul(
                tf.reshape(earlier, [-1, earlier.shape[-1]]),
                tf.reshape(d_sums, [-1, d_sums.shape[-1]]),
                transpose_a=True,
            )
            return d_sums, d_recurrent, d_first_h, d_first_c

        return (outputs, outputs[-1], cells[-1]), gradient

    return tuple(run(projected, recurrent, h, c))


def _arrays(dtype: tf.DType, steps: int, *shapes: tuple[int, int]) -> list[Tensor]:
    return [tf.TensorArray(dtype, steps, element_shape=shape) for shape in shapes]


def _forward(projected: Tensor, recurrent: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
    """Return outputs and cells [T, B, H], and the gates' sigmoids [T, B, 4H].

    `projected` and `recurrent` come with the cell gate's part doubled.
    """
    steps, batch, width = projected.shape

    def body(t: Tensor, h: Tensor, c: Tensor, *kept: Tensor) -> tuple[Tensor, ...]:
        sigmoids, h, c = cell_step(projected[t] + tf.matmul(h, recurrent), c)
        return t + 1, h, c, *[a.write(t, v) for a, v in zip(kept, (h, c, sigmoids), strict=True)]

    cells = (batch, width // 4)
    kept = _arrays(projected.dtype, steps, cells, cells, (batch, width))
    _, _, _, *kept = tf.while_loop(
        lambda t, *_: t < steps, body, (tf.constant(0), h, c, *kept), maximum_iterations=steps
    )
    return tuple(array.stack() for array in kept)


def _factors(
    sigmoids: Tensor, cells: Tensor, earlier_cells: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the factors of the chain rule at each step, for all steps at once.

    Returns dc/dh [T, B, H]; the factors [T, B, 4H] of the sums' gradients, of dc for the input,
    forget and cell gates and of dh for the output gate; and the forget gate [T, B, H].
    """
    i, f, g, o = tf.split(sigmoids, 4, axis=-1)
    g, squashed = 2 * g - 1, tf.tanh(cells)
    of_sums = [
        g * i * (1 - i),
        earlier_cells * f * (1 - f),
        i * (1 - g * g),
        squashed * o * (1 - o),
    ]
    return o * (1 - squashed * squashed), tf.concat(of_sums, -1), f


def _backward(
    recurrent: Tensor,
    of_cell: Tensor,
    of_sums: Tensor,
    forget: Tensor,
    d_outputs: Tensor,
    d_h: Tensor,
    d_c: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of the gates' sums [T, B, 4H] and of the first h and c [B, H]."""
    steps, batch, width = of_sums.shape

    def body(back: Tensor, d_h: Tensor, d_c: Tensor, kept: Tensor) -> tuple[Tensor, ...]:
        t = steps - 1 - back
        d_h = d_h + d_outputs[t]
        d_c = d_c + d_h * of_cell[t]
        d_sums = of_sums[t] * tf.concat([d_c, d_c, d_c, d_h], -1)
        earlier_d_h = tf.matmul(d_sums, recurrent, transpose_b=True)
        return back + 1, earlier_d_h, d_c * forget[t], kept.write(t, d_sums)

    (kept,) = _arrays(of_sums.dtype, steps, (batch, width))
    _, d_h, d_c, kept = tf.while_loop(
        lambda t, *_: t < steps, body, (tf.constant(0), d_h, d_c, kept), maximum_iterations=steps
    )
    return kept.stack(), d_h, d_c
