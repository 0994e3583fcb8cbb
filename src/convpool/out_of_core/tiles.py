"""Larger than memory: the output is made tile by tile, and of the images only what a tile needs is read."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core import outputs
from convpool.out_of_core.outputs import Output, Rounded
from convpool.out_of_core.regions import Part, part
from convpool.out_of_core.tile_sizes import ENOUGH, cuts, in_place, memory, tile_sizes
from convpool.out_of_core.unit_axes import Lifted, Squeezed, less
from convpool.plans import arguments, dtypes
from convpool.plans.base import Plan
from convpool.plans.convolution import ConvolutionPlan
from convpool.plans.formatting import plural
from convpool.plans.rounding import saturate
from convpool.plans.shared_memory import apart, shares_memory
from convpool.windows import blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

DEFAULT = 256 * 10**6  # bytes of working memory where none are named


def run(
    plan: Plan,
    images: Any,
    operands: Sequence[Any] = (),
    out: Any = None,
    max_memory: Any = None,
    lacking: tuple[int, ...] = (),
    round_to: np.dtype[Any] | None = None,
) -> Any:
    """Make the plan's output tile by tile, within some working memory; `operands` are kernels and bias.

    Images and output may lack axes of the plan that are of length 1. With `round_to` the output is
    of that dtype. Returns `out`, a new array, or the file that was made, opened read-only.
    """
    if arguments.is_dask(images):
        lazy = import_module("convpool.out_of_core.dask").run(
            plan, images, operands, out, max_memory, lacking
        )
        return (
            lazy if round_to is None else lazy.map_blocks(saturate, kind=round_to, dtype=round_to)
        )
    limit = DEFAULT if max_memory is None else memory(max_memory)
    shape = less(plan.output_shape, lacking)
    dtype = plan.dtype if round_to is None else round_to
    outputs.check(out, shape, dtype)
    _check_apart(images, out)
    if isinstance(plan, ConvolutionPlan):
        operands = apart(out, *plan.operands(*operands))
    if lacking:
        images = (
            np.expand_dims(images, lacking)
            if isinstance(images, np.ndarray)
            else Lifted(images, lacking)
        )
    tile = tile_sizes(plan, limit, images, out, apart=round_to is not None)
    target: Output = outputs.opened(out, shape, dtype, less(in_place(plan, tile), lacking))
    if round_to is not None:
        target = Rounded(target, plan.dtype, round_to)
    return _make(
        plan,
        images,
        operands,
        Squeezed(target, lacking) if lacking else target,
        cuts(plan, tile),
        out,
    )


def _check_apart(images: Any, out: Any) -> None:
    if not shares_memory(images, out):
        return
    if isinstance(out, np.ndarray):
        raise ValueError(
            "out shares memory with images, which are read until the last tile: pass another "
            "array, or leave max_memory out, for which all of the result is made before it is "
            "put there"
        )
    raise ValueError(
        f"out is the {type(out).__name__} that the images are read from until the last tile: "
        "pass another"
    )


def _make(
    plan: Plan,
    images: Any,
    operands: Sequence[Any],
    target: Output,
    order: list[list[slice]],
    out: Any,
) -> Any:
    done, total = 0, volume([len(cuts) for cuts in order]) if volume(plan.output_shape) else 0
    try:
        if not plan.fits(*operands):  # type: ignore[attr-defined]
            _check_sums(plan, images, operands)
        blocks_made = (
            tuple(in_place(plan, list(cuts))) for cuts in (product(*order) if total else ())
        )
        for block, some, coming in _with_next(plan, _shown(blocks_made, total)):
            _fetch(images, coming)
            with _told(f"the images were not read at {_said(some.box)}"):
                pixels = some.read(images)
            _check_apart(pixels, out)  # what is read in slices may be views of it
            values = some.run(pixels, operands, target.room(block))
            with _told("the result could not be written"):
                target.write(block, values)
            done += 1
        with _told("the result could not be written"):
            return target.finish()
    except BaseException as error:
        target.drop()
        said = f"stopped after {done} of {plural(total, 'tile')}; {target.left}"
        if isinstance(error, _FailedError):
            raise OSError(*error.number, f"{error}; {said}") from error.__cause__
        error.add_note(said)
        raise


def _check_sums(plan: Any, images: Any, operands: Sequence[Any]) -> None:
    """Raise if sums of integers might not fit, where only the images themselves can tell: they are read once more."""
    low, high = 0, 0
    for block in blocks(plan.images_shape, ENOUGH // plan.images_dtype.itemsize // 4):
        with _told(f"the images were not read at {_said(block)}"):
            pixels = arguments.array(images[block], "images[:]")
        some = dtypes.extremes(pixels)
        low, high = min(low, some[0]), max(high, some[1])
    plan.check(
        np.array([low, high], plan.images_dtype), *operands
    )  # they stand for all: a bound asks for no others


def _with_next(plan: Plan, made: Iterator[Block]) -> Iterator[tuple[Block, Part, Part | None]]:
    """Yield blocks with their parts, and the part that comes next."""
    before: tuple[Block, Part] | None = None
    for block in made:
        some = part(plan, block)
        if before:
            yield *before, some
        before = block, some
    if before:
        yield *before, None


def _fetch(images: Any, some: Part | None) -> None:
    """Have a mapped file read while the tile before is made, instead of page by page when it is needed."""
    base = images
    while isinstance(base, np.ndarray):
        base = base.base
    if (
        some is None
        or some.outside
        or not isinstance(base, mmap.mmap)
        or not hasattr(base, "madvise")
    ):
        return
    view = images[some.box]
    length = (
        sum((n - 1) * step for n, step in zip(view.shape, view.strides, strict=True))
        + view.itemsize
    )
    start = view.ctypes.data - np.frombuffer(base, np.uint8).ctypes.data
    if min(view.strides) >= 0 and length <= ENOUGH:
        base.madvise(
            mmap.MADV_WILLNEED, start - start % mmap.PAGESIZE, length + start % mmap.PAGESIZE
        )


class _FailedError(Exception):
    """Reading or writing failed; `number` is the system's, if it has one."""

    number: tuple[int, ...] = ()


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (
        TypeError,
        FileExistsError,
    ):  # a mask or a unit that shows only when pixels are read; a name that is taken
        raise
    except Exception as error:
        failed = _FailedError(
            f"{what}: {getattr(error, 'strerror', None) or error or type(error).__name__}"
        )
        number = getattr(error, "errno", None)
        failed.number = (number,) if isinstance(number, int) else ()
        raise failed from error


def _said(block: Block) -> str:
    return "[" + ", ".join(f"{cut.start}:{cut.stop}" for cut in block) + "]"


def _shown(cuts: Iterator[Any], total: int) -> Iterator[Any]:
    """Show a bar on a terminal, if rich is there."""
    if total < 2 or sys.stderr is None or not sys.stderr.isatty():
        return cuts
    try:
        from rich.console import Console
        from rich.progress import track
    except ModuleNotFoundError:
        return cuts
    return iter(track(cuts, "Tiles", total=total, console=Console(stderr=True), transient=True))
