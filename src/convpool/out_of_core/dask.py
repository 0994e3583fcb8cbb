"""Lazy results for dask arrays: each chunk of a result is a part of the plan.

Padding, sizes and the engine are those of the whole. Imported only when a dask array comes in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.out_of_core.destination import Destination
from convpool.plans import arguments, arrays
from convpool.plans.base import Plan
from convpool.plans.rounding import saturate
from convpool.system.optional_packages import needed
from convpool.windows import volume

Array = NDArray[Any]
Cuts = list[slice]
Chunks = Sequence[int]
Segment = tuple[int, int, int]  # the index of a chunk, and what is needed of it: start, stop


@dataclass(frozen=True, eq=False)
class Call:
    """What all chunks of a result share, once in the graph.

    Attributes
    ----------
    plan : of the whole
    operands : as `plan.check_operands` returns them
    """

    plan: Plan
    operands: tuple[Any, ...]


def check_images(images: Any, name: str = "images") -> Any:
    """Return a dask array, without labels, whose sizes are known.

    Raises
    ------
    TypeError : it is another collection, or holds no numbers, or has masks or units
    ValueError : its sizes become known only when it is computed, or dask plans arrays by its
        experimental expressions
    """
    array = needed("dask.array", "dask")
    arrays.check_plain(images, name)
    images = arrays.without_labels(images)
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
    arguments.read_dtype(images.dtype, f"the dtype of {name}")
    if any(size != size for size in images.shape):
        raise ValueError(
            f"{name} are {images.shape}, and dask knows no size where it says nan: call "
            f"{name}.compute_chunk_sizes() first, which computes what comes before"
        )
    return images


def run(plan: Plan, images: Any, operands: Sequence[Any], destination: Destination) -> Any:
    """Return the plan's output as a lazy dask array.

    Parameters
    ----------
    plan
        Of the whole output.
    images
        As `check_images` returns them.
    operands
        The arguments of `plan.check_operands`: kernels and bias, or nothing.
    destination
        Only its unit axes and `round_to` are possible.
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
    # copies, since the caller's may change before the result is computed
    copies = tuple(
        None if operand is None else np.array(operand) for operand in plan.check_operands(*operands)
    )
    axes = range(len(plan.images_shape))
    whole = images[tuple(None if k in unit_axes else slice(None) for k in axes)]
    result = _lazy_output(Call(plan, copies), whole)
    if unit_axes:
        result = result[tuple(0 if k in unit_axes else slice(None) for k in axes)]
    if round_to is not None:
        result = result.map_blocks(saturate, integer_dtype=round_to, dtype=round_to)
    return result


def _lazy_output(call: Call, images: Any) -> Any:
    """Return the output for a dask array with all axes of the plan."""
    array, tokenize = needed("dask.array", "dask"), needed("dask.base", "dask").tokenize
    plan = call.plan
    if not volume(plan.output_shape):
        return array.zeros(plan.output_shape, dtype=plan.dtype, chunks=-1)
    name = f"{plan.call}-{tokenize(plan, call.operands, images.name)}"
    cuts = chunk_slices(plan, images.chunks)
    graph = needed("dask.highlevelgraph", "dask").HighLevelGraph.from_collections(
        name, _tasks(name, call, images, cuts), dependencies=[images]
    )
    chunks = tuple(tuple(cut.stop - cut.start for cut in axis) for axis in cuts)
    return array.Array(graph, name, chunks, plan.dtype)


# ---- which outputs come from which chunk ----


def chunk_slices(plan: Plan, chunks: Sequence[Chunks]) -> list[Cuts]:
    """Cut each axis of the output as the images are: a window belongs to the chunk it starts in.

    Starts are counted without the padding before, as far as that is narrower than a window, so that
    every "same" at a stride of 1 keeps the chunks. A kernel belongs to the chunk that its group
    starts in.

    Parameters
    ----------
    plan
        Of the whole output.
    chunks
        For each axis of the images, the sizes of their chunks.
    """
    others = list(chunks)
    channels = others.pop(plan.channel_axis)
    batch, *spatial = others
    cuts = [_starting_in(batch, plan.batch)]
    for axis, sizes in zip(plan.axes, spatial, strict=True):
        ahead = max(0, axis.before - axis.span + 1)
        cuts.append(_starting_in(sizes, axis.count, axis.stride, ahead))
    groups = _starting_in(channels, plan.group_count, max(1, plan.group_inputs))
    size = plan.group_outputs
    outputs = [slice(group.start * size, group.stop * size) for group in groups]
    cuts.insert(plan.channel_axis, outputs)
    return cuts


def _starting_in(chunks: Chunks, count: int, stride: int = 1, ahead: int = 0) -> Cuts:
    """Return, for each chunk that has any, the windows that start in it.

    There are `count`, and they start every `stride` pixels from -ahead on. Those that start behind
    the end belong to the last chunk.
    """
    stops = [min(count, max(0, -(-(end + ahead) // stride))) for end in accumulate(chunks)]
    bounds = [0, *stops[:-1], count]
    return [slice(start, stop) for start, stop in pairwise(bounds) if stop > start]


# ---- the graph ----


def _tasks(name: str, call: Call, images: Any, cuts: list[Cuts]) -> dict[Any, Any]:
    """Return a task for each chunk of the result, and one for each piece that it takes of a chunk.

    Pieces are tasks of their own, so that only they travel from worker to worker.
    """
    spec = needed("dask.task_spec", "dask")
    shared, chunks = name.replace("-", "-plan-"), images.chunks
    tasks: dict[Any, Any] = {shared: spec.DataNode(shared, call)}

    def piece(segments: tuple[Segment, ...]) -> Any:
        """Return a reference to a piece: one segment on each axis."""
        chunk = (images.name, *(index for index, _, _ in segments))
        if all(chunks[k][index] == stop - start for k, (index, start, stop) in enumerate(segments)):
            return spec.TaskRef(chunk)
        key = (
            name.replace("-", "-piece-"),
            *(number for segment in segments for number in segment),
        )
        if key not in tasks:
            box = tuple(slice(start, stop) for _, start, stop in segments)
            tasks[key] = spec.Task(key, _copy_piece, spec.TaskRef(chunk), box)
        return spec.TaskRef(key)

    needed_segments = _segments_of_cuts(call.plan, chunks, cuts)
    for index in product(*(range(len(axis)) for axis in cuts)):
        block = tuple(axis[i] for axis, i in zip(cuts, index, strict=True))
        segments = [axis[i] for axis, i in zip(needed_segments, index, strict=True)]
        lengths = tuple(tuple(stop - start for _, start, stop in axis) for axis in segments)
        pieces = [piece(chosen) for chosen in product(*segments)]
        key = (name, *index)
        tasks[key] = spec.Task(key, _compute_chunk, spec.TaskRef(shared), block, lengths, *pieces)
    return tasks


def _segments_of_cuts(
    plan: Plan, chunks: Sequence[Chunks], cuts: list[Cuts]
) -> list[list[list[Segment]]]:
    """Return, for each axis and each cut of the output, the segments of chunks that it needs."""
    first = [axis[0] for axis in cuts]
    segments = []
    for k, axis in enumerate(cuts):
        ends = list(accumulate(chunks[k]))
        parts = (plan.part([*first[:k], cut, *first[k + 1 :]]) for cut in axis)
        segments.append([list(_segments(part.pieces[k], ends, chunks[k])) for part in parts])
    return segments


def _segments(pieces: Sequence[slice], ends: Sequence[int], chunks: Chunks) -> Iterator[Segment]:
    """Yield the segments that cover slices of an axis, whose chunks have these sizes and ends."""
    for piece in pieces:
        index = bisect_right(ends, piece.start)
        while index < len(ends) and ends[index] - chunks[index] < piece.stop:
            begin = ends[index] - chunks[index]
            yield index, max(piece.start - begin, 0), min(piece.stop, ends[index]) - begin
            index += 1


# ---- what the workers do ----


def _copy_piece(chunk: Array, box: tuple[slice, ...]) -> Array:
    """Return a piece as a copy: a view would keep the whole chunk in memory."""
    return np.array(_plain(chunk[box]))


def _plain(chunk: Any) -> Array:
    """Return a chunk as an array; raise if it has a mask or a unit, of which dask need not know."""
    arrays.check_plain(chunk, "images", in_chunks=True)
    return np.asarray(chunk)


def _compute_chunk(
    call: Call, block: tuple[slice, ...], lengths: tuple[tuple[int, ...], ...], *pieces: Array
) -> Array:
    """Return a chunk of the result, computed in one thread: dask uses the others.

    Parameters
    ----------
    call
        What all chunks share.
    block
        Of the output.
    lengths
        For each axis of the images, the sizes of the pieces on it.
    pieces
        In the order of the product of their places on each axis.
    """
    part = call.plan.part(block)
    pixels = part.ordered(_join(pieces, lengths, call.plan.images_dtype))
    with threads.inline():
        return part.run(pixels, call.operands)


def _join(pieces: Sequence[Array], lengths: Sequence[Sequence[int]], dtype: np.dtype[Any]) -> Array:
    """Return pieces side by side, as `_compute_chunk` gets them."""
    if len(pieces) == 1:
        return _plain(pieces[0])
    joined = np.empty([sum(axis) for axis in lengths], dtype)
    places = [
        [slice(end - size, end) for end, size in zip(accumulate(axis), axis, strict=True)]
        for axis in lengths
    ]
    for place, piece in zip(product(*places), pieces, strict=True):
        joined[place] = _plain(piece)
    return joined
