"""The arguments of gradients: which ones are wanted, the gradient of the result, and its dtype."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.values import NamedTuple
from convpool.plans import allocation, arguments, arrays, result_dtypes

Array = NDArray[Any]
DType = np.dtype[Any]
Shape = tuple[int, ...]

NAMES = ("images", "kernels", "bias")  # of the gradients of a convolution


class Gradients(NamedTuple):
    """The gradients of a convolution; None where one was not wanted.

    Attributes
    ----------
    images : of the shape of the images
    kernels : of the shape of the kernels, in their layout
    bias : (nc,)
    """

    images: Any
    kernels: Any
    bias: Any


def read_want(value: Any) -> tuple[str, ...]:
    """Return the argument `want` as names in `NAMES`, in that order.

    Raises
    ------
    TypeError : it is one text or no sequence
    ValueError : it is empty, or holds something else
    """
    if isinstance(value, str) or not np.iterable(value):
        raise TypeError(f"want is {value!r}; it must be a sequence of names, such as ('kernels',)")
    wanted = [arguments.read_choice(name, NAMES, "want") for name in value]
    if not wanted:
        raise ValueError(f"want is {value!r}; it must have at least one of {', '.join(NAMES)}")
    return tuple(name for name in NAMES if name in wanted)


def gradient_dtype(result: DType, output_gradient: DType, dtype: DTypeLike | None) -> DType:
    """Return the dtype of gradients.

    Parameters
    ----------
    result
        The dtype of the result of the call whose gradients these are, such as int64.
    output_gradient
        The dtype of the gradient of its result.
    dtype
        The argument of the call; None for int64 if both are integers, otherwise NumPy's result
        type.

    Raises
    ------
    TypeError : `dtype` is an integer dtype for floats, or not complex for complex operands
    """
    names = ("results", "an output_gradient")
    return result_dtypes.convolution_dtype(result, output_gradient, dtype, names)


def check_output_gradient(value: Any, shape: Shape, dtype: DType) -> Array:
    """Return the gradient of a result as an array; raise ValueError unless shape and dtype fit."""
    gradient = arrays.read_in_memory(value, "output_gradient", "a plan")
    if gradient.shape != shape or gradient.dtype != dtype:
        raise ValueError(
            f"output_gradient is {gradient.shape} {gradient.dtype}, but the plan is for {shape} "
            f"{dtype}: make a plan for each shape and dtype"
        )
    return gradient


def check_shape(shape: Shape, expected: Shape, call: str) -> None:
    """Raise ValueError unless an `output_gradient` has the shape of what `call` returns."""
    if tuple(shape) != expected:
        raise ValueError(
            f"output_gradient is {tuple(shape)}, but {call} gives {expected} with these "
            "arguments: pass the gradient of its result"
        )


def read_out(
    out: Any, shapes: Gradients, dtype: DType, want: tuple[str, ...], *, takes_slices: bool = False
) -> Gradients:
    """Return the argument `out` as a `Gradients`, whose items are arrays or None.

    `shapes` are the shapes of the gradients. If the call `takes_slices`, the item for the images
    may also be an object that is read and written in slices, or the name of a file, which is not
    checked.

    Raises
    ------
    TypeError : it is not three arrays or None
    ValueError : an array is for a gradient that is not in `want`, has another shape or dtype than
        that gradient, or is read-only
    """
    if out is None:
        return Gradients(None, None, None)
    if not isinstance(out, (tuple, list)) or len(out) != len(NAMES):
        raise TypeError(
            f"out is a {type(out).__name__}; it must be three arrays, for the gradients of images, "
            "kernels and bias, or None for each that is not written to"
        )
    for name, array, shape in zip(NAMES, out, shapes, strict=True):
        if array is None:
            continue
        if name not in want:
            raise ValueError(f"out has an array for {name}, but want is {want}: pass None for it")
        if takes_slices and name == "images" and isinstance(array, (str, os.PathLike)):
            continue
        has_slices = hasattr(type(array), "__setitem__") and hasattr(array, "shape")
        is_taken = takes_slices and name == "images" and has_slices
        if not isinstance(array, np.ndarray) and not is_taken:
            raise TypeError(
                f"out has a {type(array).__name__} for {name}; it must be an array {shape} {dtype}"
            )
        allocation.check_out(array, shape, dtype)
    return Gradients(*out)
