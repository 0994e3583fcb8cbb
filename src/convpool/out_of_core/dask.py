"""Lazy results for dask arrays: each chunk of a result is a part of the plan, made from the chunks that it reaches.

Padding, sizes and the engine are those of the whole. Imported only when a dask array comes in. m
images, c channels.
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
from convpool.out_of_core.regions import Part, part
from convpool.plans import arguments
from convpool.plans.base import Plan
from convpool.plans.convolution import ConvolutionPlan
from convpool.system.optional_packages import needed
from convpool.windows import volume

Array = NDArray[Any]
Cuts = list[slice]
Chunks = Sequence[int]
Segment = tuple[int, int, int]  # a chunk, and what of it: start, stop


@dataclass(frozen=True, eq=False)
class Call:
    """What all chunks of a result share, once in the graph.

    Attributes
    ----------
    plan : of the whole
    operands : kernels and bias; nothing for pooling
    """

    plan: Plan
    operands: tuple[Any, ...]


def known(images: Any, name: str = "images") -> Any:
    """Return a dask array whose sizes are known.

    Raises
    ------
    TypeError : it is another collection, or holds no numbers, or has masks or units
    ValueError : sizes are known only once it is computed, or dask is to plan arrays by its
        experimental expressions
    """
    array = needed("dask.array", "dask")
    arguments.check_plain(images, name)
    images = arguments.without_labels(images)
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
    arguments.dtype(images.dtype, f"the dtype of {name}")
    if any(size != size for size in images.shape):
        raise ValueError(
            f"{name} are {images.shape}, and dask knows no size where it says nan: call "
            f"{name}.compute_chunk_sizes() first, which computes what comes before"
        )
    return images


def run(
    plan: Plan,
    images: Any,
    operands: Sequence[Any] = (),
    out: Any = None,
    max_memory: Any = None,
    lacking: tuple[int, ...] = (),
) -> Any:
    """Return the plan's result as a lazy dask array; `operands` are kernels and bias.

    Images and result may lack axes of the plan that are of length 1.
    """
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
    if isinstance(plan, ConvolutionPlan):
        operands = [
            None if given is None else np.array(given) for given in plan.operands(*operands)
        ]
    axes = range(len(plan.images_shape))
    lifted = images[tuple(None if k in lacking else slice(None) for k in axes)]
    made = _lazy(Call(plan, tuple(operands)), lifted)
    return made[tuple(0 if k in lacking else slice(None) for k in axes)] if lacking else made


def _lazy(call: Call, images: Any) -> Any:
    array, tokenize = needed("dask.array", "dask"), needed("dask.base", "dask").tokenize
    plan = call.plan
    if not volume(plan.output_shape):
        return array.zeros(plan.output_shape, dtype=plan.dtype, chunks=-1)
    word = "convolve" if isinstance(plan, ConvolutionPlan) else "pool"
    name = f"{word}-{tokenize(plan, call.operands, images.name)}"
    cuts = chunk_slices(plan, images.chunks)
    graph = needed("dask.highlevelgraph", "dask").HighLevelGraph.from_collections(
        name, _tasks(name, call, images, cuts), dependencies=[images]
    )
    chunks = tuple(tuple(cut.stop - cut.start for cut in some) for some in cuts)
    return array.Array(graph, name, chunks, plan.dtype)


# ---- which outputs come from which chunk ----


def chunk_slices(plan: Plan, chunks: Sequence[Chunks]) -> list[Cuts]:
    """Cut the result as the images are: a window is in the chunk that it starts in.

    Starts are counted without the padding before, as far as that is narrower than a window, so that
    every "same" at a stride of 1 keeps the chunks. A kernel is in the chunk that its group starts
    in.
    """
    others = list(chunks)
    channels = others.pop(plan.channel_axis)
    batch, *spatial = others
    cuts = [_owned(batch, plan.batch)]
    for axis, sizes in zip(plan.axes, spatial, strict=True):
        cuts.append(_owned(sizes, axis.count, axis.stride, max(0, axis.before - axis.span + 1)))
    if isinstance(plan, ConvolutionPlan):
        each = plan.results // plan.groups
        groups = _owned(channels, plan.groups, max(1, plan.depth))
        results = [slice(some.start * each, some.stop * each) for some in groups]
    else:
        results = _owned(channels, plan.channels)
    cuts.insert(plan.channel_axis, results)
    return cuts


def _owned(chunks: Chunks, count: int, stride: int = 1, ahead: int = 0) -> Cuts:
    """Return the windows of each chunk that has any, if they start every `stride` pixels from -ahead on."""
    stops = [min(count, max(0, -(-(end + ahead) // stride))) for end in accumulate(chunks)]
    bounds = [0, *stops[:-1], count]  # what starts behind the end is in the last chunk
    return [slice(start, stop) for start, stop in pairwise(bounds) if stop > start]


# ---- the graph ----


def _tasks(name: str, call: Call, images: Any, cuts: list[Cuts]) -> dict[Any, Any]:
    """Return a task for each chunk of the result, and one for each smaller piece that it takes of a chunk.

    Pieces are tasks of their own, so that only they travel from worker to worker.
    """
    spec = needed("dask.task_spec", "dask")
    shared, chunks = name.replace("-", "-plan-"), images.chunks
    tasks: dict[Any, Any] = {shared: spec.DataNode(shared, call)}

    def piece(segments: tuple[Segment, ...]) -> Any:
        chunk = (images.name, *(index for index, _, _ in segments))
        if all(chunks[k][index] == stop - start for k, (index, start, stop) in enumerate(segments)):
            return spec.TaskRef(chunk)
        key = (
            name.replace("-", "-piece-"),
            *(number for segment in segments for number in segment),
        )
        if key not in tasks:
            box = tuple(slice(start, stop) for _, start, stop in segments)
            tasks[key] = spec.Task(key, _piece, spec.TaskRef(chunk), box)
        return spec.TaskRef(key)

    reached = _reached(call.plan, chunks, cuts)
    for index in product(*(range(len(some)) for some in cuts)):
        outputs = tuple(some[i] for some, i in zip(cuts, index, strict=True))
        segments = [some[i] for some, i in zip(reached, index, strict=True)]
        lengths = tuple(tuple(stop - start for _, start, stop in some) for some in segments)
        given = [piece(chosen) for chosen in product(*segments)]
        key = (name, *index)
        tasks[key] = spec.Task(key, _made, spec.TaskRef(shared), outputs, lengths, *given)
    return tasks


def _reached(plan: Plan, chunks: Sequence[Chunks], cuts: list[Cuts]) -> list[list[list[Segment]]]:
    """Return, for each axis and each cut of the result, the segments of chunks that it needs, in the images' order."""
    first = [some[0] for some in cuts]
    reached = []
    for k, some in enumerate(cuts):
        ends = list(accumulate(chunks[k]))
        parts = (part(plan, [*first[:k], cut, *first[k + 1 :]]) for cut in some)
        reached.append([list(_segments(_pieces(one)[k], ends, chunks[k])) for one in parts])
    return reached


def _pieces(some: Part) -> list[tuple[slice, ...]]:
    """Return the slices of the images that a part reads, for each of their axes."""
    pieces = [(some.batch,), *(one.pieces for one in some.needs)]
    pieces.insert(some.plan.channel_axis, (some.channels,))
    return pieces


def _segments(pieces: Sequence[slice], ends: Sequence[int], chunks: Chunks) -> Iterator[Segment]:
    for one in pieces:
        index = bisect_right(ends, one.start)
        while index < len(ends) and ends[index] - chunks[index] < one.stop:
            begin = ends[index] - chunks[index]
            yield index, max(one.start - begin, 0), min(one.stop, ends[index]) - begin
            index += 1


# ---- what the workers do ----


def _piece(chunk: Array, box: tuple[slice, ...]) -> Array:
    """Return a piece as a copy: a view would keep the whole chunk in memory."""
    return np.array(_plain(chunk[box]))


def _plain(chunk: Any) -> Array:
    """Return an array; what dask knows of the chunks need not say that they have masks."""
    arguments.check_plain(chunk, "images", in_chunks=True)
    return np.asarray(chunk)


def _made(
    call: Call, outputs: tuple[slice, ...], lengths: tuple[tuple[int, ...], ...], *pieces: Array
) -> Array:
    """Return a chunk of the result, made in one thread: dask has the others."""
    some = part(call.plan, outputs)
    pixels = some.ordered(_joined(pieces, lengths, call.plan.images_dtype))
    with threads.inline():
        return some.run(pixels, call.operands)


def _joined(
    pieces: Sequence[Array], lengths: Sequence[Sequence[int]], dtype: np.dtype[Any]
) -> Array:
    """Lay pieces side by side, which come in the order of their places."""
    if len(pieces) == 1:
        return _plain(pieces[0])
    laid = np.empty([sum(some) for some in lengths], dtype)
    places = [
        [slice(end - size, end) for end, size in zip(accumulate(some), some, strict=True)]
        for some in lengths
    ]
    for place, one in zip(product(*places), pieces, strict=True):
        laid[place] = _plain(one)
    return laid
