"""Gradients tile by tile, or of lazy dask arrays: sums of the gradients of parts.

A tile is a block of the gradient of the result, and a part computes its gradients: of the pixels
that it needs, of the kernels and of the bias. They are added to the gradients of the whole; a pixel
that several tiles need gets the sum of its gradients.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.pad_modes import add_copies
from convpool.engines.values import NamedTuple
from convpool.out_of_core import inputs, outputs
from convpool.out_of_core.array_in_file import shape_of
from convpool.out_of_core.progress import with_progress
from convpool.out_of_core.routes import Route
from convpool.out_of_core.tile_sizes import (
    LARGEST_TILE,
    cut_axes,
    in_output_order,
    read_memory,
    tile_sizes,
)
from convpool.out_of_core.tiles import check_not_shared
from convpool.plans import allocation, arrays, dask_and_xarray
from convpool.plans.base import Plan
from convpool.plans.gradient_arguments import NAMES, Gradients
from convpool.plans.halos import Part
from convpool.system.optional_packages import needed
from convpool.windows import blocks, volume

Array = NDArray[Any]


def read_gradient(value: Any, route: Route) -> Any:
    """Return the argument `output_gradient` of a call whose images are not in memory.

    If the images are a dask array, it becomes one or an array in memory; otherwise it may be an
    array or another object that is read in slices.

    Raises
    ------
    TypeError : it has a mask or a unit, holds no numbers, or is a dask array and images are not
    """
    if dask_and_xarray.is_dask(route.images):
        if dask_and_xarray.is_dask(value):
            return needed("dask.array", "dask").asarray(value)
        return arrays.read_array(value, "output_gradient")
    if dask_and_xarray.is_dask(value):
        return arrays.read_in_memory(value, "output_gradient", "a call on arrays in memory")
    return inputs.check_source(value, "output_gradient")


class GradientSources(NamedTuple):
    """What gradients are computed from.

    The first three are dask arrays, or arrays and other objects that are read in slices.

    Attributes
    ----------
    images : the images of the forward call
    output_gradient : the gradient of its result
    mask : which pixels are missing; None unless the plan takes a mask
    kernels : (kernels,), an array (*window, c // groups, nc) in memory; () for a pooling
    """

    images: Any
    output_gradient: Any
    mask: Any
    kernels: tuple[Array, ...] = ()

    @property
    def lazy(self) -> dict[str, Any]:
        """Name of the argument -> what is read in slices or is a dask array; None for no mask."""
        return {
            "images": self.images,
            "output_gradient": self.output_gradient,
            "missing": self.mask,
        }


def run(
    plan: Any, sources: GradientSources, want: Sequence[str], *, out: Gradients, max_memory: Any
) -> Gradients:
    """Return the gradients of a call on images that are read in slices, or on a dask array.

    Parameters
    ----------
    plan
        The plan of the gradients.
    sources
        What they are computed from.
    want
        The names of the gradients that are computed; the others are None.
    out
        For each gradient what it is written to, or None for a new array. That of the images may
        be the name of a new file.
    max_memory
        The argument of the call.

    Raises
    ------
    ValueError : `out` or `max_memory` is given with a dask array, `out` does not fit, or it shares
        memory with what is read
    """
    if dask_and_xarray.is_dask(sources.images):
        if max_memory is not None or any(target is not None for target in out):
            raise ValueError(
                "out and max_memory do not go with a dask array: the gradients are lazy, and take "
                "the memory of its chunks"
            )
        return run_dask(plan, sources, want)
    if not isinstance(out.images, (str, os.PathLike)):
        target = _images_target(plan, sources, out.images) if "images" in want else None
        return _run_on_slices(plan, sources, want, out._replace(images=target), max_memory)
    shape, dtype = plan.images_shape, plan.dtype
    outputs.check(out.images, shape, dtype)
    chunk = next(blocks(shape, LARGEST_TILE // dtype.itemsize), ())
    file: Any = outputs.open_output(out.images, shape, dtype, shape_of(chunk))
    try:
        # the file is new, and so full of zeros
        of_tiles = _run_on_slices(plan, sources, want, out._replace(images=file.array), max_memory)
    except BaseException:
        file.discard()
        raise
    return of_tiles._replace(images=file.finish())


# ---- tiles ----


def _run_on_slices(
    plan: Any, sources: GradientSources, want: Sequence[str], out: Gradients, max_memory: Any
) -> Gradients:
    """Return the gradients, computed tile by tile; parameters and errors are those of `run`.

    `out.images` must be zeros, to which the gradient of the images is added.
    """
    sum_dtype = _sum_dtype(plan.dtype)
    kernels_shape = getattr(plan, "kernels_shape", ())  # a pooling has no kernels
    sums = Gradients(
        out.images,
        np.zeros(kernels_shape, sum_dtype) if "kernels" in want else None,
        np.zeros(kernels_shape[-1:], sum_dtype) if "bias" in want else None,
    )
    run_tiles(plan, sources, max_memory, sums)
    of_kernels, of_bias = out.kernels, out.bias
    if sums.kernels is not None:
        if of_kernels is None:
            of_kernels = np.empty(plan.shapes.kernels, plan.dtype)
        plan.put_kernels(sums.kernels, of_kernels)
    if sums.bias is not None:
        if of_bias is None:
            of_bias = np.empty(plan.shapes.bias, plan.dtype)
        of_bias[...] = sums.bias
    return Gradients(out.images, of_kernels, of_bias)


def run_tiles(plan: Plan, sources: GradientSources, max_memory: Any, sums: Gradients) -> None:
    """Add the gradients of all tiles to the sums, in place.

    Parameters
    ----------
    plan, sources, max_memory
        As in `run`; sources are read in slices.
    sums
        For each gradient, zeros that can be read and written in slices, or None. That of the
        kernels is (*window, c // groups, nc).

    Raises
    ------
    ValueError : one window takes more than `max_memory`
    OverflowError : a sum of integers does not fit
    """
    tile = tile_sizes(plan, read_memory(max_memory), sources.images, is_in_place=False)
    cuts = cut_axes(plan, tile)
    total = volume([len(slices) for slices in cuts]) if volume(plan.output_shape) else 0
    tiles = (in_output_order(plan, slices) for slices in product(*cuts)) if total else iter(())
    for block in with_progress(tiles, total):
        part = plan.part(block)
        gradient = arrays.read_array(sources.output_gradient[block], "output_gradient[:]")
        missing = None if sources.mask is None else part.read(sources.mask, np.dtype(bool))
        operands = *sources.kernels, plan.channels_last(gradient)
        selected = part.plan.select_operands(operands, part)
        result = part.plan.execute(part.read(sources.images), selected, None, missing)
        _add_part(sums, _as_gradients(result), part)


def _as_gradients(result: Any) -> Gradients:
    """Return what a plan's `execute` returned as gradients; of a pooling it is one array."""
    return result if isinstance(result, Gradients) else Gradients(result, None, None)


def _images_target(plan: Plan, sources: GradientSources, out: Any) -> Any:
    """Return zeros that the gradient of the images is added to: a new array, or `out`.

    `out` is checked first: its shape and dtype, and that it shares no memory with what is read.
    """
    if out is None:
        return allocation.zeros(plan.images_shape, plan.dtype)
    allocation.check_out(out, plan.images_shape, plan.dtype)
    for name, source in sources.lazy.items():
        check_not_shared(source, out, name)
    for block in blocks(plan.images_shape, LARGEST_TILE // plan.dtype.itemsize):
        out[block] = 0
    return out


def _sum_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which gradients of parts are added: float64 for narrower floats."""
    is_narrow = dtype.kind == "f" and dtype.itemsize < 8
    return np.dtype(np.float64) if is_narrow else dtype


def _add_part(sums: Gradients, gradients: Gradients, part: Part) -> None:
    """Add the gradients of a part to the sums, which are those of the whole, in place."""
    of_images, of_kernels, of_bias = gradients
    if sums.images is not None:
        # pixels that a pad mode repeats get the sum of what their copies get
        for k, need in zip(part.spatial_axes, part.needs, strict=True):
            if need.order is not None:
                of_images = add_copies(of_images, k, need.order, need.size)
        for pixels, place in part.source_blocks():
            sums.images[pixels] = _sum(sums.images[pixels], of_images[place])
    if sums.kernels is not None:
        kernels = sums.kernels[..., part.kernels]
        kernels[...] = _sum(kernels, of_kernels)
    if sums.bias is not None:
        sums.bias[part.kernels] = _sum(sums.bias[part.kernels], of_bias)


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


def run_dask(plan: Any, sources: GradientSources, want: Sequence[str]) -> Gradients:
    """Return lazy gradients; parameters are those of `run`, and the images are a dask array.

    Each chunk of the batch, with all other axes whole, is computed by itself: it gives a chunk of
    the gradient of the images, and a term of the sums for kernels and bias.
    """
    array, delayed = needed("dask.array", "dask"), needed("dask", "dask").delayed
    batch_axis = 1 if plan.channel_axis == 0 else 0
    batch_chunks = sources.images.chunks[batch_axis]
    chunks = {k: batch_chunks if k == batch_axis else -1 for k in range(sources.images.ndim)}
    pieces = [
        [None] * len(batch_chunks)
        if source is None
        else array.asarray(source).rechunk(chunks).to_delayed().ravel().tolist()
        for source in sources.lazy.values()
    ]
    # copies, since the caller may change them before the gradients are computed
    kernels = tuple(map(np.array, sources.kernels))
    results, parts_of_images = [], []
    for size, *chunk in zip(batch_chunks, *pieces, strict=True):
        shape = list(plan.images_shape)
        shape[batch_axis] = size
        chunk_plan = replace(plan, images_shape=tuple(shape), candidates_of_whole=plan.candidates)
        result = delayed(_chunk_gradients, pure=True)(chunk_plan, kernels, *chunk)
        results.append(result)
        parts_of_images.append(array.from_delayed(result[0], tuple(shape), plan.dtype))

    def add_up(name: str, shape: tuple[int, ...]) -> Any:
        """Return the lazy sum over all chunks of the gradient of "kernels" or "bias"."""
        index = NAMES.index(name)
        total = delayed(_total)([result[index] for result in results], shape, plan.dtype)
        return array.from_delayed(total, shape, plan.dtype)

    return Gradients(
        array.concatenate(parts_of_images, axis=batch_axis) if "images" in want else None,
        add_up("kernels", plan.shapes.kernels) if "kernels" in want else None,
        add_up("bias", plan.shapes.bias) if "bias" in want else None,
    )


def _chunk_gradients(
    plan: Plan, kernels: Sequence[Any], images: Any, gradient: Any, mask: Any
) -> tuple[Any, ...]:
    """Return the gradients of a chunk (of images, kernels, bias), computed in one thread.

    `images`, `gradient` and `mask` are the chunk's, `gradient` that of the result.
    """
    pixels, g = (
        arrays.read_array(chunk, name)
        for chunk, name in ((images, "images"), (gradient, "output_gradient"))
    )
    with threads.inline():
        operands = (*kernels, plan.channels_last(g))
        result = plan.execute(pixels, operands, None, None if mask is None else np.asarray(mask))
    return tuple(_as_gradients(result))


def _total(parts: Sequence[Array], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return the sum of the gradients of chunks, of this shape and dtype."""
    wide = _sum_dtype(dtype)
    return reduce(_sum, (part.astype(wide) for part in parts), np.zeros(shape, wide)).astype(dtype)
