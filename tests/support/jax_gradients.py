"""What JAX gives for the random calls of `torch_gradients`: results and gradients."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import convpool
from support import torch_gradients
from support.torch_gradients import Case, operand

PAD_MODES = {"zeros": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}


def is_taken(case: Case) -> bool:
    """Return whether JAX differentiates the call: windows of a pooling may not be dilated."""
    return case.kind == "convolve" or (case.kind == "pool" and max(case.words["dilation"]) == 1)


def _convolve(case: Case, images: Any, kernels: Any, bias: Any) -> Any:
    """Return the result of a convolution."""
    import jax.numpy as jnp
    from jax import lax

    words = case.words
    sides = [(0, 0), (0, 0), *((padding, padding) for padding in words["padding"])]
    padded = jnp.pad(images, sides, mode=PAD_MODES[words["pad_mode"]])
    result = lax.conv_general_dilated(
        padded,
        kernels,
        words["stride"],
        "VALID",
        rhs_dilation=words["dilation"],
        feature_group_count=words["groups"],
        precision=lax.Precision.HIGHEST,
    )
    return result + bias.reshape(-1, *(1,) * len(words["stride"]))


def _pool(case: Case, images: Any) -> Any:
    """Return the result of a pooling, whose last windows may reach beyond the padding."""
    import jax.numpy as jnp
    from jax import lax

    words, mode = case.words, case.words["mode"]
    shape = convpool.pool(np.zeros(images.shape), channel_axis=1, **words).shape[2:]
    window, stride = (1, 1, *words["kernel_shape"]), (1, 1, *words["stride"])
    declared = [(0, 0), (0, 0), *((padding, padding) for padding in words["padding"])]
    overhang = [(0, 0), (0, 0)]
    for k, count in enumerate(shape, 2):
        size = images.shape[k] + sum(declared[k])
        overhang.append((0, max(0, (count - 1) * stride[k] + window[k] - size)))

    def reduce(values: Any, start: float, operation: Any) -> Any:
        padded = jnp.pad(values, overhang, constant_values=start)
        results = lax.reduce_window(padded, start, operation, window, stride, "VALID")
        return results[(..., *(slice(0, count) for count in shape))]

    def pad(values: Any, fill: float) -> Any:
        return jnp.pad(values, declared, constant_values=fill)

    if mode == "max":
        return reduce(pad(images, -jnp.inf), -jnp.inf, lax.max)
    if mode == "lp":
        return reduce(pad(images, 0.0) ** words["p"], 0.0, lax.add) ** (1 / words["p"])
    ones = pad(jnp.ones(images.shape), 1.0 if words["count_padding"] else 0.0)
    return reduce(pad(images, 0.0), 0.0, lax.add) / reduce(ones, 0.0, lax.add)


def gradients(case: Case) -> dict[str, NDArray[np.float64]]:
    """Return what JAX gives: name -> array, in PyTorch's order of axes."""
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")  # compiles sooner
    import jax

    jax.config.update("jax_enable_x64", True)
    arrays = {"images": torch_gradients.images(case)}
    if case.kind == "convolve":
        arrays["kernels"] = operand(case.shapes[1], case.seed + 1)
        arrays["bias"] = operand(case.shapes[1][:1], case.seed + 2)
    function = partial(_convolve if case.kind == "convolve" else _pool, case)

    def both(output_gradient: Any, *operands: Any) -> Any:
        made, backward = jax.vjp(function, *operands)
        return made, backward(output_gradient)

    shape = jax.eval_shape(function, *arrays.values()).shape
    # compiled as one: each operation compiled by itself takes seven times as long
    result, found = jax.jit(both)(operand(shape, case.seed + 3), *arrays.values())
    named = dict(zip(arrays, map(np.asarray, found), strict=True))
    return named | {"result": np.asarray(result)}
