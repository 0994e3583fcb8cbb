"""Gradients tile by tile, or of lazy dask arrays: sums of the gradients of parts.

A tile is a block of the gradient of the result. The gradient of the pixels that it needs is added
to that of the images, so that pixels that several tiles need get what all of them give; those of
kernels and bias are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.padding import add_copies
from convpool.out_of_core import inputs
from convpool.out_of_core.routes import Route
from convpool.out_of_core.tile_sizes import (
    LARGEST_TILE,
    cut_axes,
    in_output_order,
    read_memory,
    tile_sizes,
)
from convpool.out_of_core.tiles import DEFAULT_MEMORY, check_not_shared, with_progress
from convpool.plans import allocation, arrays
from convpool.plans.base import Plan
from convpool.plans.gradient_arguments import Gradients
from convpool.plans.regions import Part
from convpool.system.optional_packages import needed
from convpool.windows import blocks, volume

Array = NDArray[Any]


def read_gradient(value: Any, route: Route) -> Any:
    """Return the argument `output_gradient`, of the kind of the images: in memory if these are.

    Raises
    ------
    TypeError : it has a mask or a unit, holds no numbers, or is a dask array and images are not
    """
    if arrays.is_dask(route.images):
        array = needed("dask.array", "dask")
        return (
            array.asarray(value)
            if arrays.is_dask(value)
            else arrays.read_array(value, "output_gradient")
        )
    if route.run is not None and not arrays.is_dask(value):
        return inputs.check_source(value, "output_gradient")
    return arrays.read_in_memory(value, "output_gradient", "a call on arrays in memory")


def run_tiles(
    plan: Plan,
    sources: tuple[Any, Any, Any],
    kernels: Sequence[Any],
    max_memory: Any,
    targets: Gradients,
) -> Gradients:
    """Add the gradients of all tiles to the targets, and return these.

    Parameters
    ----------
    plan
        The plan of the gradients.
    sources
        The images, the gradient of the result, and the mask of missing pixels or None: arrays, or
        anything with a shape, a dtype and slices.
    kernels
        The kernels (*window, c // groups, nc), or nothing for a pooling.
    max_memory
        The argument of the call.
    targets
        For each gradient, zeros that can be read and written in slices, or None.

    Raises
    ------
    ValueError : one window takes more than `max_memory`
    OverflowError : a sum of integers does not fit
    """
    images, gradient, mask = sources
    tile = tile_sizes(plan, read_memory(max_memory), images, has_room=False)
    cuts = cut_axes(plan, tile)
    total = volume([len(slices) for slices in cuts]) if volume(plan.output_shape) else 0
    tiles = (in_output_order(plan, slices) for slices in product(*cuts)) if total else iter(())
    for block in with_progress(tiles, total):
        part = plan.part(block)
        g = arrays.read_array(gradient[block], "output_gradient[:]")
        missing = None if mask is None else part.read(mask, np.dtype(bool))
        operands = part.plan.select_operands((*kernels, plan.channels_last(g)), part)
        result = part.plan.execute(part.read(images), operands, None, missing)
        _add_part(targets, result if isinstance(result, Gradients) else (result, None, None), part)
    return targets


def run(
    plan: Any,
    route: Route,
    operands: tuple[Sequence[Any], Any],
    want: Sequence[str],
    destination: tuple[Any, Any],
) -> Gradients:
    """Return the gradients of a call on images that are read in slices, or on a dask array.

    Parameters
    ----------
    plan
        The plan of the gradients.
    route
        The images and the mask of missing pixels.
    operands
        The kernels (*window, c // groups, nc), or nothing for a pooling; and the gradient of the
        result, of the kind of the images.
    want
        The names of the gradients that are computed.
    destination
        The arguments `out` and `max_memory`; `out` as three of which any may be None.

    Raises
    ------
    ValueError : `out` or `max_memory` is given with a dask array, `out` does not fit, or it shares
        memory with what is read
    """
    (kernels, gradient), (out, max_memory) = operands, destination
    sources = route.images, gradient, route.mask
    if arrays.is_dask(route.images):
        if max_memory is not None or any(target is not None for target in out):
            raise ValueError(
                "out and max_memory do not go with a dask array: the gradients are lazy, and take "
                "the memory of its chunks"
            )
        return run_dask(plan, sources, kernels, want)
    target = _images_target(plan, sources, out[0]) if "images" in want else None
    # sums of many tiles: those of narrow floats are added in float64
    sums = _sums_dtype(plan.dtype)
    shape = getattr(plan, "kernels_shape", ())
    totals = Gradients(
        target,
        np.zeros(shape, sums) if "kernels" in want else None,
        np.zeros(shape[-1:], sums) if "bias" in want else None,
    )
    run_tiles(plan, sources, kernels, max_memory or DEFAULT_MEMORY, totals)
    of_kernels, of_bias = out[1:]
    if totals.kernels is not None:
        if of_kernels is None:
            of_kernels = np.empty(plan.shapes.kernels, plan.dtype)
        plan.put_kernels(totals.kernels, of_kernels)
    if totals.bias is not None:
        of_bias = np.empty(shape[-1:], plan.dtype) if of_bias is None else of_bias
        of_bias[...] = totals.bias
    return Gradients(target, of_kernels, of_bias)


def _images_target(plan: Plan, sources: tuple[Any, Any, Any], out: Any) -> Any:
    """Return zeros that the gradient of the images is added to: `out`, or a new array."""
    if out is None:
        return allocation.zeros(plan.images_shape, plan.dtype)
    allocation.check_out(out, plan.images_shape, plan.dtype)
    for source, name in zip(sources, ("images", "output_gradient", "missing"), strict=True):
        check_not_shared(source, out, name)
    for block in blocks(plan.images_shape, LARGEST_TILE // plan.dtype.itemsize):
        out[block] = 0
    return out


def _sums_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which the gradients of tiles or chunks are added up."""
    is_narrow = dtype.kind == "f" and dtype.itemsize < 8
    return np.dtype(np.float64) if is_narrow else dtype


def _add_part(targets: Gradients, gradients: Sequence[Any], part: Part) -> None:
    """Add the gradients of a part to those of the whole."""
    of_images, of_kernels, of_bias = gradients
    if targets.images is not None:
        values = of_images
        for k, need in zip(part.spatial_axes, part.needs, strict=True):
            if need.order is not None:
                values = add_copies(values, k, need.order, need.size)
        for source, place in part.reads():
            targets.images[source] = _sum(targets.images[source], values[place])
    if targets.kernels is not None:
        of_part = targets.kernels[..., part.kernels]
        of_part[...] = _sum(of_part, of_kernels)
    if targets.bias is not None:
        targets.bias[part.kernels] = _sum(targets.bias[part.kernels], of_bias)


def _sum(first: Array, second: Array) -> Array:
    """Return first + second; raise OverflowError if integers do not fit their dtype."""
    with np.errstate(all="ignore"):
        total: Array = first + second
    if total.dtype.kind == "u" and (total < first).any():
        raise OverflowError(f"a sum of tiles is more than {total.dtype} holds; pass dtype=float")
    # of signed integers, a sum that wrapped has another sign than both
    if total.dtype.kind == "i" and (((first ^ total) & (second ^ total)) < 0).any():
        raise OverflowError(f"a sum of tiles is more than {total.dtype} holds; pass dtype=float")
    return total


# ---- dask ----


def run_dask(
    plan: Any, sources: tuple[Any, Any, Any], kernels: Sequence[Any], want: Sequence[str]
) -> Gradients:
    """Return lazy gradients: of the images in the chunks of the batch, and sums over these.

    Parameters are those of `run_tiles`; the images are a dask array. Other axes than that of the
    batch are taken whole.
    """
    array, delayed = needed("dask.array", "dask"), needed("dask", "dask").delayed
    images = sources[0]
    batch_axis = 1 if plan.channel_axis == 0 else 0
    sizes = images.chunks[batch_axis]
    chunks = {k: sizes if k == batch_axis else -1 for k in range(images.ndim)}
    pieces = [
        [None] * len(sizes)
        if source is None
        else array.asarray(source).rechunk(chunks).to_delayed().ravel().tolist()
        for source in sources
    ]
    copies = tuple(np.array(operand) for operand in kernels)
    results = []
    for size, *piece in zip(sizes, *pieces, strict=True):
        shape = list(plan.images_shape)
        shape[batch_axis] = size
        chunk_plan = replace(plan, images_shape=tuple(shape), candidates_of_whole=plan.candidates)
        results.append(delayed(_chunk_gradients, pure=True)(chunk_plan, copies, *piece))
    parts = []
    for result, size in zip(results, sizes, strict=True):
        shape = list(plan.images_shape)
        shape[batch_axis] = size
        parts.append(array.from_delayed(result[0], tuple(shape), plan.dtype))

    def summed(number: int, shape: tuple[int, ...]) -> Any:
        total = delayed(_total)([result[number] for result in results], shape, plan.dtype)
        return array.from_delayed(total, shape, plan.dtype)

    return Gradients(
        array.concatenate(parts, axis=batch_axis) if "images" in want else None,
        summed(1, plan.shapes.kernels) if "kernels" in want else None,
        summed(2, plan.shapes.bias) if "bias" in want else None,
    )


def _chunk_gradients(
    plan: Plan, kernels: Sequence[Any], images: Any, gradient: Any, mask: Any
) -> tuple[Any, ...]:
    """Return the gradients of a chunk (of images, kernels, bias), computed in one thread."""
    pixels, g = (
        arrays.read_array(chunk, name)
        for chunk, name in ((images, "images"), (gradient, "output_gradient"))
    )
    with threads.inline():
        operands = (*kernels, plan.channels_last(g))
        result = plan.execute(pixels, operands, None, None if mask is None else np.asarray(mask))
    return tuple(result) if isinstance(result, Gradients) else (result, None, None)


def _total(parts: Sequence[Array], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return the sum of the gradients of chunks; those of float32 are added in float64."""
    sums = _sums_dtype(dtype)
    return reduce(_sum, (part.astype(sums) for part in parts), np.zeros(shape, sums)).astype(dtype)
