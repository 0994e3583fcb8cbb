"""Lazy results for dask arrays: each chunk of a result is computed as a part of the plan.

So padding, sizes and the engine are those of the whole output, not of each chunk. This module is
imported only when a dask array is passed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.values import NamedTuple, dataclass
from convpool.out_of_core.destination import Destination
from convpool.plans import (
    accepted_dtypes,
    arguments,
    dask_and_xarray,
    masks_and_units,
    missing_pixels,
)
from convpool.plans.base import Plan
from convpool.plans.saturation import saturate
from convpool.plans.shared_memory import copy_operand
from convpool.system.optional_packages import needed
from convpool.windows import volume

Array = NDArray[Any]
Cuts = list[slice]  # the slices that cut one axis of the output into chunks
Chunks = Sequence[int]  # the sizes of the chunks on one axis


class Segment(NamedTuple):
    """What is needed of one chunk on one axis: from `start` to before `stop`, within the chunk.

    `chunk` is the index of the chunk on this axis.
    """

    chunk: int
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Call:
    """What the tasks of all chunks of a result need; the graph has it once.

    Attributes
    ----------
    plan : the plan of the whole output
    operands : what `plan.check_operands` returned
    """

    plan: Plan
    operands: tuple[Any, ...]


def check_images(images: Any, name: str = "images") -> Any:
    """Return images as a dask array, without the labels of xarray; `name` is the argument's.

    Raises
    ------
    TypeError : it is another collection of dask, holds no numbers, or has a mask or a unit
    ValueError : its sizes become known only when it is computed, or dask's experiment
        "array.query-planning" is on
    """
    array = needed("dask.array", "dask")
    masks_and_units.check_plain(images, name)
    images = dask_and_xarray.without_labels(images)
    if getattr(array, "ARRAY_EXPR_ENABLED", False):
        raise ValueError(
            "dask's array.query-planning is on, an experiment that convpool does not take part "
            "in: call dask.config.set({'array.query-planning': False}) before dask.array is "
            "imported"
        )
    if not isinstance(images, array.Array):
        raise TypeError(
            f"{name} are a dask {type(images).__name__}; pass a dask array, as its "
            "to_dask_array() gives"
        )
    accepted_dtypes.read_dtype(images.dtype, f"the dtype of {name}")
    if any(size != size for size in images.shape):  # NaN, dask's sign for an unknown size
        raise ValueError(
            f"{name} are {images.shape}, and dask knows no size where it says nan: call "
            f"{name}.compute_chunk_sizes() first, which computes what comes before"
        )
    return images


def check_missing(missing: Any, images: Any, name: str) -> tuple[str | None, Any]:
    """Return (kind, mask) for the argument `missing`, as `missing_pixels.read_missing` does.

    The mask is a dask array with the chunks of the images. `images` is what `check_images`
    returned, `name` the name of their argument.
    """
    array = needed("dask.array", "dask")
    if not dask_and_xarray.is_dask(missing):
        kind, mask = missing_pixels.read_missing(missing, images.shape, name)
        return kind, None if mask is None else array.from_array(mask, chunks=images.chunks)
    mask = check_images(missing, "missing")
    missing_pixels.check_mask(mask, images.shape, name)
    return "mask", mask.rechunk(images.chunks)


def run(
    plan: Plan, images: Any, operands: Sequence[Any], destination: Destination, mask: Any = None
) -> Any:
    """Return the plan's output as a lazy dask array.

    Parameters
    ----------
    plan
        The plan of the whole output.
    images
        What `check_images` returned.
    operands
        The arguments of `plan.check_operands`: kernels and bias, or nothing.
    destination
        Its `out` and `max_memory` must be None.
    mask
        What `check_missing` returned as the mask.

    Raises
    ------
    ValueError : `out` or `max_memory` is given
    """
    out, max_memory, unit_axes, round_to = destination
    if out is not None:
        raise ValueError(
            f"out is a {type(out).__name__}, but the result of a dask array is lazy: call its "
            "to_zarr(...), or dask.array.store(result, out)"
        )
    if max_memory is not None:
        raise ValueError(
            f"max_memory is {max_memory!r}, but a dask array takes the memory of its chunks, "
            f"here of up to {images.chunksize}: pass images.rechunk(...) with smaller ones and "
            "no max_memory"
        )
    # copies, since the caller may change them before the result is computed
    copies = tuple(map(copy_operand, plan.check_operands(*operands)))
    axes = range(len(plan.images_shape))
    index = tuple(None if k in unit_axes else slice(None) for k in axes)  # adds unit axes
    sources = [source[index] for source in (images, mask) if source is not None]
    result = _lazy_output(Call(plan, copies), sources)
    if unit_axes:
        result = result[tuple(0 if k in unit_axes else slice(None) for k in axes)]
    if round_to is not None:
        result = result.map_blocks(saturate, integer_dtype=round_to, dtype=round_to)
    return result


def _lazy_output(call: Call, sources: Sequence[Any]) -> Any:
    """Return the lazy output for dask arrays that have all axes of the plan's images.

    `sources` are the images and, if the plan takes one, the mask of missing pixels.
    """
    array, tokenize = needed("dask.array", "dask"), needed("dask.base", "dask").tokenize
    plan = call.plan
    if not volume(plan.output_shape):
        return array.zeros(plan.output_shape, dtype=plan.dtype, chunks=-1)
    name = f"{plan.call}-{tokenize(plan, call.operands, *(source.name for source in sources))}"
    cuts = chunk_slices(plan, sources[0].chunks)
    graph = needed("dask.highlevelgraph", "dask").HighLevelGraph.from_collections(
        name, _tasks(name, call, sources, cuts), dependencies=sources
    )
    chunks = tuple(tuple(cut.stop - cut.start for cut in axis) for axis in cuts)
    return array.Array(graph, name, chunks, plan.dtype)


# ---- which outputs come from which chunk ----


def chunk_slices(plan: Plan, chunks: Sequence[Chunks]) -> list[Cuts]:
    """Return, for each axis of the output, the slices that are its chunks.

    A chunk of the output has the windows that start in one chunk of the images. Starts are counted
    as if the padding before, up to a window's span less 1, lay after the pixels instead; so a named
    "same" at a stride of 1 keeps the chunk sizes. A kernel belongs to the chunk of the images in
    which its group of channels starts.

    Parameters
    ----------
    plan
        The plan of the whole output.
    chunks
        For each axis of the images, the sizes of the chunks.
    """
    batch, *spatial, channels = arguments.shape_channels_last(chunks, plan.channel_axis)
    cuts = [_starting_in(batch, plan.batch)]
    for axis, sizes in zip(plan.axes, spatial, strict=True):
        # further padding: these windows have no pixel, and belong to the first chunk
        ahead = max(0, axis.before - axis.span + 1)
        cuts.append(_starting_in(sizes, axis.count, axis.stride, ahead))
    groups = _starting_in(channels, plan.group_count, max(1, plan.group_inputs))
    size = plan.group_outputs
    outputs = [slice(group.start * size, group.stop * size) for group in groups]
    cuts.insert(plan.channel_axis, outputs)
    return cuts


def _starting_in(chunks: Chunks, count: int, stride: int = 1, ahead: int = 0) -> Cuts:
    """Return, for each chunk in which windows start, the slice of these windows.

    Parameters
    ----------
    chunks
        The sizes of the chunks of the axis.
    count, stride
        There are `count` windows, and one starts every `stride` pixels.
    ahead
        The first window starts this many pixels before the first chunk, and belongs to it. Windows
        that start behind the last chunk belong to the last one.
    """
    stops = [min(count, max(0, -(-(end + ahead) // stride))) for end in accumulate(chunks)]
    bounds = [0, *stops[:-1], count]
    return [slice(start, stop) for start, stop in pairwise(bounds) if stop > start]


# ---- the graph ----


def _tasks(name: str, call: Call, sources: Sequence[Any], cuts: list[Cuts]) -> dict[Any, Any]:
    """Return the tasks of the graph, key -> task: one for each chunk of the result, and for pieces.

    A piece is what a chunk of the result needs of one chunk of a source. It is a task of its own,
    so that only it is sent from worker to worker, not the whole chunk.

    Parameters
    ----------
    name
        The name of the result, "operation-token"; the key of a chunk is (name, *index).
    call
        The plan and its operands.
    sources
        The images, and maybe the mask, with the same chunks.
    cuts
        The chunks of the result, as `chunk_slices` returns them.
    """
    spec, chunks = needed("dask.task_spec", "dask"), sources[0].chunks
    operation, token = name.split("-")  # such as "pool-0f3e"
    call_key = f"{operation}-plan-{token}"
    names_of_pieces = f"{operation}-piece-{token}", f"{operation}-mask-{token}"
    tasks: dict[Any, Any] = {call_key: spec.DataNode(call_key, call)}
    needed_segments = _segments_of_cuts(call.plan, chunks, cuts)
    for index in product(*(range(len(axis)) for axis in cuts)):
        block = tuple(axis[i] for axis, i in zip(cuts, index, strict=True))
        segments = [axis[i] for axis, i in zip(needed_segments, index, strict=True)]
        lengths = tuple(tuple(each.stop - each.start for each in axis) for axis in segments)
        pieces = [
            _add_piece(tasks, piece_name, source, piece)
            for piece_name, source in zip(names_of_pieces, sources, strict=False)
            for piece in product(*segments)
        ]
        key = (name, *index)
        tasks[key] = spec.Task(key, _compute_chunk, spec.TaskRef(call_key), block, lengths, *pieces)
    return tasks


def _add_piece(tasks: dict[Any, Any], name: str, source: Any, piece: tuple[Segment, ...]) -> Any:
    """Add the task that copies a piece of a source, unless it is there; return a reference to it.

    A piece that is a whole chunk needs no task.

    Parameters
    ----------
    tasks
        The tasks of the graph, key -> task, to which it is added.
    name
        What the key of the task begins with.
    source
        The dask array that the piece is of.
    piece
        One segment for each axis, all of the same chunk of the source.
    """
    spec = needed("dask.task_spec", "dask")
    chunk = spec.TaskRef((source.name, *(segment.chunk for segment in piece)))
    lengths = [segment.stop - segment.start for segment in piece]
    if lengths == [sizes[each.chunk] for sizes, each in zip(source.chunks, piece, strict=True)]:
        return chunk
    key = (name, *chain.from_iterable(piece))  # (name, chunk, start, stop, chunk, start, stop ...)
    if key not in tasks:
        box = tuple(slice(segment.start, segment.stop) for segment in piece)
        tasks[key] = spec.Task(key, _copy_piece, chunk, box)
    return spec.TaskRef(key)


def _segments_of_cuts(
    plan: Plan, chunks: Sequence[Chunks], cuts: list[Cuts]
) -> list[list[list[Segment]]]:
    """Return, for each axis and each of its cuts, the segments of the images' chunks it needs.

    `chunks` has, for each axis of the images, the sizes of the chunks; `cuts` are the slices that
    cut each axis of the output.
    """
    # what an axis needs does not depend on the other axes, for which any cut will do
    first = [axis[0] for axis in cuts]
    segments = []
    for k, axis in enumerate(cuts):
        ends = list(accumulate(chunks[k]))
        parts = (plan.part([*first[:k], cut, *first[k + 1 :]]) for cut in axis)
        segments.append([list(_segments(part.pieces[k], ends, chunks[k])) for part in parts])
    return segments


def _segments(slices: Sequence[slice], ends: Sequence[int], chunks: Chunks) -> Iterator[Segment]:
    """Yield the segments of an axis that cover slices of it, in order.

    `chunks` are the sizes of the axis's chunks, `ends` the positions where they end.
    """
    for cut in slices:
        index = bisect_right(ends, cut.start)  # the chunk in which the slice starts
        while index < len(ends) and ends[index] - chunks[index] < cut.stop:
            begin = ends[index] - chunks[index]
            yield Segment(index, max(cut.start - begin, 0), min(cut.stop, ends[index]) - begin)
            index += 1


# ---- what the workers do ----


def _copy_piece(chunk: Array, box: tuple[slice, ...]) -> Array:
    """Return the piece of a chunk as a copy, since a view would keep the whole chunk in memory.

    `box` is one slice of the chunk for each axis.
    """
    return np.array(_plain_array(chunk[box]))


def _plain_array(chunk: Any) -> Array:
    """Return a chunk as a NumPy array; raise TypeError if it has a mask or a unit.

    Whether it has one may not be known to dask before it is computed.
    """
    masks_and_units.check_plain(chunk, "images", in_chunks=True)
    return np.asarray(chunk)


def _compute_chunk(
    call: Call, block: tuple[slice, ...], lengths: tuple[tuple[int, ...], ...], *pieces: Array
) -> Array:
    """Return a chunk of the result, computed in one thread, as dask uses the others.

    Parameters
    ----------
    call
        The plan and its operands.
    block
        The block of the output that is this chunk.
    lengths
        For each axis of the images, the sizes of the pieces along it.
    pieces
        The pieces of the images that the block needs, ordered by their positions in C order; then
        those of the mask, if there is one.
    """
    part, mask = call.plan.part(block), None
    count = volume([len(axis) for axis in lengths])
    pixels = part.arrange(_join(pieces[:count], lengths, call.plan.images_dtype))
    if len(pieces) > count:
        mask = part.arrange(_join(pieces[count:], lengths, np.dtype(bool)))
    with threads.inline():
        return part.run(pixels, call.operands, missing=mask)


def _join(pieces: Sequence[Array], lengths: Sequence[Sequence[int]], dtype: np.dtype[Any]) -> Array:
    """Return one array of pieces side by side; `pieces` and `lengths` as in `_compute_chunk`."""
    if len(pieces) == 1:
        return _plain_array(pieces[0])
    joined = np.empty([sum(axis) for axis in lengths], dtype)
    slices = [
        [slice(end - size, end) for end, size in zip(accumulate(axis), axis, strict=True)]
        for axis in lengths
    ]
    for block, piece in zip(product(*slices), pieces, strict=True):
        joined[block] = _plain_array(piece)
    return joined
