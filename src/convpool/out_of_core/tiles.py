"""A result tile by tile: for each, only the pixels that it needs are read."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core import outputs
from convpool.out_of_core.destination import Destination, drop_axes
from convpool.out_of_core.outputs import Output, RoundingOutput
from convpool.out_of_core.tile_sizes import (
    LARGEST_TILE,
    cut_axes,
    in_output_order,
    read_memory,
    tile_sizes,
)
from convpool.out_of_core.unit_axes import with_unit_axes, without_unit_axes
from convpool.plans import arrays, dtypes
from convpool.plans.base import Plan
from convpool.plans.formatting import plural
from convpool.plans.regions import Part
from convpool.plans.shared_memory import copy_if_shared, shares_memory
from convpool.windows import blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

DEFAULT_MEMORY = 256 * 10**6  # bytes of working memory, where `max_memory` is None


def run(plan: Plan, images: Any, operands: Sequence[Any], destination: Destination) -> Any:
    """Compute the plan's output tile by tile, within `max_memory`.

    Parameters
    ----------
    plan
        Of the whole output.
    images
        An array, or what can be read in slices.
    operands
        The arguments of `plan.check_operands`: kernels and bias, or nothing.
    destination
        Where the output goes.

    Returns
    -------
    `out`, a new array, or the file that was made, opened read-only
    """
    out, max_memory, unit_axes, round_to = destination
    limit = DEFAULT_MEMORY if max_memory is None else read_memory(max_memory)
    shape = drop_axes(plan.output_shape, unit_axes)
    dtype = plan.dtype if round_to is None else round_to
    outputs.check(out, shape, dtype)
    _check_not_shared(images, out)
    checked = copy_if_shared(out, *plan.check_operands(*operands))
    source = with_unit_axes(images, unit_axes)
    tile = tile_sizes(plan, limit, source, has_room=outputs.is_in_memory(out) and round_to is None)
    sizes = drop_axes(in_output_order(plan, tile), unit_axes)
    target: Output = outputs.open_output(out, shape, dtype, sizes)
    if round_to is not None:
        target = RoundingOutput(target, plan.dtype, round_to)
    tiles = _Tiles(plan, source, checked, without_unit_axes(target, unit_axes), out)
    return tiles.compute(cut_axes(plan, tile))


def _check_not_shared(images: Any, out: Any) -> None:
    """Raise if writing to `out` would change the images, which are read until the last tile."""
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


class _Tiles:
    """The tiles of an output.

    Parameters
    ----------
    plan
        Of the whole output.
    source
        The images, with all axes of the plan.
    operands
        As `plan.check_operands` returns them.
    target
        What tiles are written to.
    out
        The argument of the call, which must not share memory with what is read.
    """

    def __init__(
        self, plan: Plan, source: Any, operands: Sequence[Any], target: Output, out: Any
    ) -> None:
        self.plan, self.source, self.operands = plan, source, operands
        self.target, self.out = target, out

    def compute(self, cuts: list[list[slice]]) -> Any:
        """Compute and write a tile for each block, and return what holds the result."""
        done = 0
        total = volume([len(axis) for axis in cuts]) if volume(self.plan.output_shape) else 0
        try:
            if not self.plan.fits(*self.operands):
                self._check_sums()
            for block, part, next_part in with_progress(self._parts(cuts, total), total):
                _prefetch(self.source, next_part)
                self._compute_tile(block, part)
                done += 1
            with _named_failure("the result could not be written"):
                return self.target.finish()
        except BaseException as error:
            self.target.discard()
            progress = f"stopped after {done} of {plural(total, 'tile')}; {self.target.remains}"
            if isinstance(error, _FailedError):
                raise OSError(*error.number, f"{error}; {progress}") from error.__cause__
            error.add_note(progress)
            raise

    def _parts(
        self, cuts: list[list[slice]], total: int
    ) -> Iterator[tuple[Block, Part, Part | None]]:
        """Yield each block of the output with its part, and the part of the next block."""
        if not total:
            return
        current: tuple[Block, Part] | None = None
        for cut in product(*cuts):
            block = in_output_order(self.plan, cut)
            part = self.plan.part(block)
            if current is not None:
                yield *current, part
            current = block, part
        if current is not None:
            yield *current, None

    def _compute_tile(self, block: Block, part: Part) -> None:
        """Read what a block of the output needs, compute the block and write it."""
        with _named_failure(f"the images were not read at {_index_text(part.box)}"):
            pixels = part.read(self.source)
        _check_not_shared(pixels, self.out)  # what is read in slices may be views of it
        values = part.run(pixels, self.operands, self.target.room(block))
        with _named_failure("the result could not be written"):
            self.target.write(block, values)

    def _check_sums(self) -> None:
        """Read all pixels once; raise OverflowError if sums of integers might not fit."""
        dtype = self.plan.images_dtype
        low, high = 0, 0
        for block in blocks(self.plan.images_shape, LARGEST_TILE // dtype.itemsize // 4):
            with _named_failure(f"the images were not read at {_index_text(block)}"):
                pixels = arrays.read_array(self.source[block], "images[:]")
            least, greatest = dtypes.extremes(pixels)
            low, high = min(low, least), max(high, greatest)
        # the bound depends on the least and the greatest pixel alone
        self.plan.check(np.array([low, high], dtype), *self.operands)


def _prefetch(source: Any, part: Part | None) -> None:
    """Ask the system to read what a part needs of a mapped file, while another tile is computed."""
    base = source
    while isinstance(base, np.ndarray):
        base = base.base
    if part is None or part.is_outside:
        return
    if not isinstance(base, mmap.mmap) or not hasattr(base, "madvise"):
        return
    view = source[part.box]
    length = (
        sum((n - 1) * step for n, step in zip(view.shape, view.strides, strict=True))
        + view.itemsize
    )
    start = view.ctypes.data - np.frombuffer(base, np.uint8).ctypes.data
    if min(view.strides) >= 0 and length <= LARGEST_TILE:
        offset = start % mmap.PAGESIZE
        base.madvise(mmap.MADV_WILLNEED, start - offset, length + offset)


class _FailedError(Exception):
    """Reading or writing failed; `number` is the system's error number, if there is one."""

    number: tuple[int, ...] = ()


@contextmanager
def _named_failure(failure: str) -> Iterator[None]:
    """Reraise what goes wrong as a _FailedError whose text begins with the failure.

    A TypeError, of a mask or a unit that shows only when pixels are read, and a FileExistsError
    are passed on.
    """
    try:
        yield
    except (TypeError, FileExistsError):
        raise
    except Exception as error:
        text = getattr(error, "strerror", None) or error or type(error).__name__
        failed = _FailedError(f"{failure}: {text}")
        number = getattr(error, "errno", None)
        failed.number = (number,) if isinstance(number, int) else ()
        raise failed from error


def _index_text(block: Block) -> str:
    """Write a block as an index, as in [0:1, 0:512]."""
    return "[" + ", ".join(f"{cut.start}:{cut.stop}" for cut in block) + "]"


def with_progress(tiles: Iterator[Any], total: int) -> Iterator[Any]:
    """Return the same tiles; show a progress bar if stderr is a terminal and rich is installed."""
    if total < 2 or sys.stderr is None or not sys.stderr.isatty():
        return tiles
    try:
        from rich.console import Console
        from rich.progress import track
    except ModuleNotFoundError:
        return tiles
    return iter(track(tiles, "Tiles", total=total, console=Console(stderr=True), transient=True))
