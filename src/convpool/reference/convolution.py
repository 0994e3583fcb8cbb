"""Convolution, its adjoint and its gradients, one tap at a time."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convpool.reference.geometry import (
    Array,
    Ints,
    Padding,
    absent_pixels,
    is_inside,
    narrow,
    pad_images,
    padding_sides,
    per_axis,
    source_pixels,
    spans_of,
    taps_of,
    to_inner,
    to_result,
    window_count,
    work_and_result_dtypes,
)


def _channels_of_kernel(n: int, nc: int, groups: int, depth: int) -> slice:
    """Return the channels that kernel n of nc reads: those of its group of `depth` channels."""
    first = n // (nc // groups) * depth
    return slice(first, first + depth)


@np.errstate(all="ignore")
def convolve(
    images: Array,
    kernels: Array,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    groups: int = 1,
    bias: Any = None,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    missing: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Convolve images (m, *spatial, c), kernels (*window, c // groups, nc) -> (m, *output, nc).

    Parameters and result are those of `convpool.convolve`, in layout "HWIO".
    """
    work, result = work_and_result_dtypes(dtype, images, kernels)
    if missing is not None and result.kind in "iu":
        work = result = np.dtype(np.float64)
    absent = absent_pixels(images, missing, channel_axis)
    images, kernels = to_inner(images, channel_axis, work), kernels.astype(work)
    (*sizes, m, _), (*window, depth, nc) = images.shape, kernels.shape
    rank = len(sizes)
    stride, dilation = per_axis(stride, rank), per_axis(dilation, rank)
    if flip:
        kernels = np.flip(kernels, tuple(range(rank)))
    spans = spans_of(window, dilation)
    sides = padding_sides(padding, sizes, spans, stride)
    counts = [window_count(*axis) for axis in zip(sizes, sides, spans, stride, strict=True)]
    output = np.zeros((*counts, m, nc), work)
    # for each result, over pixels that are not missing: the sum of their weights, and their number
    weight_present, present_count = np.zeros_like(output), np.zeros(output.shape, int)
    padded = pad_images(images, sides, pad_mode, fill) if prod(counts) else images
    present = ~pad_images(absent, sides, pad_mode, False) if prod(counts) else ~absent
    # padding is part of `padded`, so pixels count from its start: [(0, 0)]
    for i, u, pixel in taps_of(counts, window, [(0, 0)] * rank, stride, dilation):
        for n in range(nc):
            channels = _channels_of_kernel(n, nc, groups, depth)
            products = padded[pixel][:, channels] * kernels[u][:, n]
            if missing is None:
                output[i][:, n] += products.sum(axis=-1)
                continue
            is_present, zero = present[pixel][:, channels], work.type(0)
            weights = np.where(is_present, kernels[u][:, n], zero)
            output[i][:, n] += np.where(is_present, products, zero).sum(axis=-1)
            weight_present[i][:, n] += weights.sum(axis=-1)
            present_count[i][:, n] += is_present.sum(axis=-1)
    if missing is not None:
        factor = kernels.reshape(-1, nc).sum(axis=0) / weight_present
        factor[present_count == prod(window) * depth] = 1
        output = np.where(present_count == 0, np.nan, output * factor)
    if bias is not None:
        output = output + np.asarray(bias).astype(work)
    return to_result(output, channel_axis, result)


@np.errstate(all="ignore")
def convolve_transpose(
    images: Array,
    kernels: Array,
    padding: Padding = "valid",
    stride: Ints = 1,
    *,
    output_shape: Ints | None = None,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    bias: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Add each value times its kernel to its window: images (m, *output, nc) -> (m, *spatial, c).

    Parameters and result are those of `convpool.convolve_transpose`, in layout "HWIO".
    """
    work, result = work_and_result_dtypes(dtype, images, kernels)
    images, kernels = to_inner(images, channel_axis, work), kernels.astype(work)
    (*counts, m, nc), (*window, depth, _) = images.shape, kernels.shape
    rank = len(counts)
    stride, dilation = per_axis(stride, rank), per_axis(dilation, rank)
    output_paddings = per_axis(output_padding, rank)
    spans = spans_of(window, dilation)
    if output_shape is not None:
        sizes = per_axis(output_shape, rank)
    elif padding in ("same", "same_lower"):
        sizes = [o * s for o, s in zip(counts, stride, strict=True)]
    elif padding == "same_size":
        sizes = counts
    else:
        sides = padding_sides(padding, counts, spans, stride)
        axes = zip(counts, stride, spans, sides, output_paddings, strict=True)
        sizes = [(o - 1) * s + span - sum(side) + extra for o, s, span, side, extra in axes]
    output = np.zeros((*sizes, m, groups * depth), work)
    sides = padding_sides(padding, sizes, spans, stride)
    for i, u, pixel in taps_of(counts, window, sides, stride, dilation):
        if is_inside(pixel, sizes):
            for n in range(nc):
                output[pixel][:, _channels_of_kernel(n, nc, groups, depth)] += (
                    images[i][:, [n]] * kernels[u][:, n]
                )
    if bias is not None:
        output = output + np.asarray(bias).astype(work)
    return to_result(output, channel_axis, result)


@np.errstate(all="ignore")
def convolve_gradients(
    images: Array,
    kernels: Array,
    output_gradient: Array,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> tuple[Array, Array, Array]:
    """Return the gradients (of the images, of the kernels, of the bias) of `convolve`.

    Parameters and results are those of `convpool.convolve_gradients`, in layout "HWIO".
    """
    work, result = work_and_result_dtypes(dtype, images, kernels, output_gradient)
    images = to_inner(images, channel_axis, work)
    gradient, kernels = to_inner(output_gradient, channel_axis, work), kernels.astype(work)
    sizes, (*window, depth, nc) = images.shape[:-2], kernels.shape
    rank = len(sizes)
    stride, dilation = per_axis(stride, rank), per_axis(dilation, rank)
    spatial = tuple(range(rank))
    if flip:
        kernels = np.flip(kernels, spatial)
    spans = spans_of(window, dilation)
    sides = padding_sides(padding, sizes, spans, stride)
    counts = [window_count(*axis) for axis in zip(sizes, sides, spans, stride, strict=True)]
    of_images, of_kernels = np.zeros(images.shape, work), np.zeros(kernels.shape, work)
    padded = pad_images(images, sides, pad_mode, fill) if prod(counts) else images
    sources = source_pixels(sizes, sides, pad_mode) if prod(counts) else []
    for i, u, position in taps_of(counts, window, [(0, 0)] * rank, stride, dilation):
        pixel = tuple(source[x] for source, x in zip(sources, position, strict=True))
        for n in range(nc):
            channels, g = _channels_of_kernel(n, nc, groups, depth), gradient[i][:, [n]]
            of_kernels[u][:, n] += (padded[position][:, channels] * g).sum(axis=0)
            if min(pixel) >= 0:
                of_images[pixel][:, channels] += kernels[u][:, n] * g
    if flip:
        of_kernels = np.flip(of_kernels, spatial)
    of_bias = gradient.sum(axis=tuple(range(rank + 1)))
    return (
        to_result(of_images, channel_axis, result),
        narrow(of_kernels, result),
        narrow(of_bias, result),
    )


@np.errstate(all="ignore")
def fold(
    windows: Array,
    shape: Ints,
    stride: Ints = 1,
    dilation: Ints = 1,
    padding: Padding = "valid",
    *,
    dtype: DTypeLike | None = None,
) -> Array:
    """Add overlapping windows (m, *output, c, *window) -> (m, *shape, c).

    Parameters and result are those of `convpool.fold`, with channels last.
    """
    rank = (windows.ndim - 2) // 2
    work, result = work_and_result_dtypes(dtype, windows)
    windows = to_inner(windows, rank + 1, work)  # (*output, *window, m, c)
    counts, window = windows.shape[:rank], windows.shape[rank:-2]
    sizes, stride, dilation = (
        per_axis(shape, rank),
        per_axis(stride, rank),
        per_axis(dilation, rank),
    )
    output = np.zeros((*sizes, *windows.shape[-2:]), work)
    sides = padding_sides(padding, sizes, spans_of(window, dilation), stride)
    for i, u, pixel in taps_of(counts, window, sides, stride, dilation):
        if is_inside(pixel, sizes):
            output[pixel] += windows[(*i, *u)]
    return to_result(output, -1, result)
