"""Compiled convolution: what the kernels can read and write, and who takes the work.

Two forms, by the number of kernels that read the same channels: few take vectors over columns
(`few_kernels.py`), many take vectors over kernels (`many_kernels.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import few_kernels, geometry, host, launch, many_kernels
from convpool.engines.compiled.geometry import Frame
from convpool.engines.numpy.convolution import LONG
from convpool.windows import Axis, volume

Array = NDArray[Any]

READ = tuple(map(np.dtype, ("f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")))
WRITTEN = {
    ("f4", "f4"),
    ("f8", "f8"),
    ("i8", "i8"),
    ("f4", "i8"),
    ("f8", "i8"),
}  # from sums to results
STAGED = 2**22  # bytes that are converted at a time where the kernels cannot read or write
FAR = 2**16  # products of float32 from which on the sums of its parts are added in float64
SHORTEST, CHAIN = (
    2**7,
    2**9,
)  # products in a part: at least so many, and so many where they are added in float64


def refusal(dtype: np.dtype[Any], rank: int) -> str | None:
    """Tell why convolutions with sums of this dtype and rank are not taken; None if they are."""
    if dtype not in (np.float32, np.float64) and (dtype.kind not in "iu" or dtype == np.uint64):
        return (
            f"sums are {dtype}, and the compiled kernels take float32, float64 and integers "
            "up to int64"
        )
    if rank > 2:
        return f"there are {rank} spatial axes, and the compiled kernels take 1 or 2"
    return host.refusal()


def convolve(
    images: Array,
    kernels: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    bias: Array | None = None,
    dtype: DTypeLike,
) -> None:
    """Convolve images (m, *spatial, c) with kernels (*window, c // groups, nc) into out (m, *output, nc).

    Sums are taken in `dtype`: float32, float64 or int64; `out` may have another one that holds the
    results.
    """
    launch.load("convolution")
    kind = np.dtype(dtype)
    if 0 in out.shape:
        return
    if not kernels.size:
        out[...] = 0 if bias is None else bias
        return
    if len(axes) == 1:
        images, kernels, axes, out = (
            images[:, None],
            kernels[None],
            (Axis(1, 1), *axes),
            out[:, None],
        )
    start = np.zeros(kernels.shape[-1], kind) if bias is None else np.ascontiguousarray(bias, kind)
    weights = np.ascontiguousarray(kernels, kind)
    n = host.vector_bytes() // kind.itemsize
    form = many_kernels if 2 * (kernels.shape[3] // groups) > n else few_kernels
    terms, made = chains(kernels.shape[:3], kind, out.dtype)
    for given, written in staged(images, out, kind, made, side_by_side=form is many_kernels):
        size, address = written.itemsize, written.ctypes.data
        frame = Frame(
            images=given.shape,
            out=written.shape,
            kernels=weights.shape,
            given=geometry.steps(given),
            made=geometry.steps(written),
            axes=(axes[0], axes[1]),
            groups=groups,
            pad_mode=pad_mode,
            zeros=pad_mode in ("zeros", "constant") and fill == 0,
            same=given.dtype == kind,
            n=n,
            offset=address // size % n
            if size * n == host.vector_bytes() == 64 and not address % size
            else -1,
            terms=terms,
        )
        form.convolve(frame, given, weights, start, written, fill)


def chains(
    window: tuple[int, ...], kind: np.dtype[Any], result: np.dtype[Any]
) -> tuple[int, np.dtype[Any]]:
    """Return how many of the products of a window (*window, depth) are summed at a time, and in what these are added.

    The rounding errors of one long chain of float32 would grow with its length. With about as many
    chains as terms of one they grow with its root; where that too is much, chains are added in
    float64.
    """
    terms = volume(window)
    if kind != np.float32 or result.kind != "f" or volume(window[:-1]) <= LONG:
        return terms, kind
    return (
        (CHAIN, np.dtype(np.float64)) if terms > FAR else (max(SHORTEST, math.isqrt(terms)), kind)
    )


def staged(
    images: Array, out: Array, kind: np.dtype[Any], made: np.dtype[Any], side_by_side: bool
) -> Iterator[tuple[Array, Array]]:
    """Yield what the kernels can read and write: the arrays, or copies of a few images at a time.

    Sums are of dtype `kind` and added as `made`, or as what they can be written as; where they must
    lie side by side, their channels do.
    """
    images = images.view(np.uint8) if images.dtype == bool else images
    readable = images.dtype in READ and images.dtype.isnative and regular(images)
    writable = (made.str[1:], out.dtype.str[1:]) in WRITTEN and out.dtype.isnative and regular(out)
    writable = writable and (not side_by_side or geometry.steps(out)[3] == 1)
    if readable and writable:
        yield images, out
        return
    native = images.dtype.newbyteorder("=")
    numbers = volume(images.shape[1:]) * (not readable) + volume(out.shape[1:]) * (not writable)
    count = max(1, STAGED // max(1, 8 * numbers))
    for first in range(0, len(images), count):
        batch = slice(first, first + count)
        given = (
            images[batch]
            if readable
            else np.ascontiguousarray(images[batch], native if native in READ else kind)
        )
        target = out[batch]
        written = target if writable else np.empty(target.shape, made)
        yield given, written
        if not writable:
            target[...] = written


def regular(array: Array) -> bool:
    """Return whether numbers lie whole numbers of numbers apart, where the processor expects them."""
    return array.flags.aligned and all(stride % array.itemsize == 0 for stride in array.strides)


def warmup() -> Iterator[str]:
    """Compile, or load, what common calls need, and yield the name of each call."""
    generator = np.random.default_rng(0)
    for images in ("f4", "f8", "u1"):
        for kernels in ("f4", "f8") if images == "u1" else (images,):
            for name, (shape, window, words) in COMMON.items():
                given = generator.random((2, *shape)).astype(images)
                weights = generator.random(window).astype(kernels)
                groups = words.get("groups", 1)
                dtype = np.result_type(given, weights)
                places = [
                    Axis(
                        size,
                        taps,
                        words.get("stride", 1),
                        1,
                        words.get("padding", 0),
                        words.get("padding", 0),
                    )
                    for size, taps in zip(shape, window, strict=False)
                ]
                axes = places[: len(shape) - 1]
                out = np.empty((2, *(axis.count for axis in axes), window[-1]), dtype)
                convolve(given, weights, axes, out, groups=groups, dtype=dtype)
                yield f"{name}, {np.dtype(images)} with {np.dtype(kernels)}"


# name -> shape of an image, shape of the kernels, words
COMMON: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, int]]] = {
    "one channel": ((28, 28, 1), (3, 3, 1, 1), {}),
    "one channel, padded": ((28, 28, 1), (3, 3, 1, 1), {"padding": 1}),
    "one channel, stride 2": ((28, 28, 1), (3, 3, 1, 1), {"stride": 2}),
    "one large channel, padded": ((96, 96, 1), (3, 3, 1, 1), {"padding": 1}),
    "colour": ((32, 32, 3), (3, 3, 3, 1), {}),
    "colour, three kernels": ((32, 32, 3), (3, 3, 3, 3), {}),
    "a photograph, 3 x 3": ((64, 64, 3), (3, 3, 1, 3), {"groups": 3, "padding": 1}),
    "a photograph, 5 x 5": ((64, 64, 3), (5, 5, 1, 3), {"groups": 3, "padding": 2}),
    "depthwise": ((14, 14, 64), (3, 3, 1, 64), {"groups": 64, "padding": 1}),
    "depthwise, stride 2": ((14, 14, 64), (3, 3, 1, 64), {"groups": 64, "padding": 1, "stride": 2}),
    "many kernels": ((14, 14, 64), (3, 3, 64, 64), {"padding": 1}),
    "many kernels of few channels": ((14, 14, 3), (7, 7, 3, 64), {"padding": 3, "stride": 2}),
}
