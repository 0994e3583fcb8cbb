"""Compute an output tile by tile: for each tile, only the pixels that it needs are read.

A tile is a block of the output: one slice for each of its axes.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import NamedTuple
from convpool.out_of_core import outputs
from convpool.out_of_core.destination import Destination, drop_axes
from convpool.out_of_core.outputs import Output, RoundingOutput
from convpool.out_of_core.progress import with_progress
from convpool.out_of_core.tile_sizes import (
    LARGEST_TILE,
    cut_axes,
    in_output_order,
    read_memory,
    tile_sizes,
)
from convpool.out_of_core.unit_axes import with_unit_axes, without_unit_axes
from convpool.plans import arrays, integer_sums
from convpool.plans.base import Plan
from convpool.plans.formatting import plural
from convpool.plans.halos import Part
from convpool.plans.shared_memory import copy_if_shared, shares_memory
from convpool.windows import blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]


def run(
    plan: Plan, images: Any, operands: Sequence[Any], destination: Destination, mask: Any = None
) -> Any:
    """Compute the plan's output tile by tile, within `max_memory`.

    Parameters
    ----------
    plan
        The plan of the whole output.
    images
        An array, or anything with a shape, a dtype and slices.
    operands
        The arguments of `plan.check_operands`: kernels and bias, or nothing.
    destination
        Where the output goes, and how much memory the tiles may take.
    mask
        Which pixels are missing, an array or what takes slices; None unless the plan takes one.

    Returns
    -------
    `out`; a new array if that is None; if it is the name of a file, that file opened read-only

    Raises
    ------
    ValueError : `out` shares memory with the images, or one pixel takes more than `max_memory`
    OSError : reading or writing failed; the text says how many tiles were done
    """
    out, max_memory, unit_axes, round_to = destination
    limit = read_memory(max_memory)
    shape = drop_axes(plan.output_shape, unit_axes)
    dtype = plan.dtype if round_to is None else round_to
    outputs.check(out, shape, dtype)
    check_not_shared(images, out)
    check_not_shared(mask, out, "missing")
    checked_operands = copy_if_shared(out, *plan.check_operands(*operands))
    source = with_unit_axes(images, unit_axes)
    tile = tile_sizes(
        plan, limit, source, is_in_place=outputs.is_in_memory(out) and round_to is None
    )
    sizes = drop_axes(in_output_order(plan, tile), unit_axes)
    target: Output = outputs.open_output(out, shape, dtype, sizes)
    if round_to is not None:
        target = RoundingOutput(target, plan.dtype, round_to)
    target = without_unit_axes(target, unit_axes)
    sources = Sources(source, None if mask is None else with_unit_axes(mask, unit_axes))
    tiles = _Tiles(plan, sources, checked_operands, target, out)
    return tiles.compute(cut_axes(plan, tile))


def check_not_shared(images: Any, out: Any, name: str = "images") -> None:
    """Raise ValueError if writing a tile to `out` might change what later tiles read.

    That is `images`, which may be another argument, of this `name`.
    """
    if not shares_memory(images, out):
        return
    if isinstance(out, np.ndarray):
        raise ValueError(
            f"out shares memory with {name}, which are read until the last tile: pass another "
            "array, or leave max_memory out, for which all of the result is made before it is "
            "put there"
        )
    raise ValueError(
        f"out is the {type(out).__name__} that the {name} are read from until the last tile: "
        "pass another"
    )


class Sources(NamedTuple):
    """What is read in slices: the images, and the mask of missing pixels, None if there is none.

    Both have all axes that the plan has.
    """

    images: Any
    mask: Any


class _Tiles:
    """The computation of an output in tiles.

    Parameters
    ----------
    plan
        The plan of the whole output.
    sources
        The images, and the mask of missing pixels.
    operands
        What `plan.check_operands` returned.
    target
        What tiles are written to.
    out
        The argument of the call, which must not share memory with the pixels that are read.
    """

    def __init__(
        self, plan: Plan, sources: Sources, operands: Sequence[Any], target: Output, out: Any
    ) -> None:
        self.plan, self.sources, self.operands = plan, sources, operands
        self.target, self.out = target, out

    def compute(self, cuts: list[list[slice]]) -> Any:
        """Compute and write all tiles; return the output, as `Output.finish` gives it.

        `cuts` has, for each axis of the output, channels last, the slices that cut it into tiles.
        An error says how many tiles were done and what remains of the output.
        """
        done = 0
        total = volume([len(slices) for slices in cuts]) if volume(self.plan.output_shape) else 0
        try:
            if not self.plan.fits(*self.operands):
                self._check_overflow()
            parts = self._parts(cuts) if total else iter(())
            for block, part, next_part in with_progress(parts, total):
                _prefetch(self.sources.images, next_part)
                self._compute_tile(block, part)
                done += 1
            with _storage_errors("the result could not be written"):
                return self.target.finish()
        except BaseException as error:
            self.target.discard()
            progress = f"stopped after {done} of {plural(total, 'tile')}; {self.target.remains}"
            if isinstance(error, _StorageError):
                raise OSError(*error.number, f"{error}; {progress}") from error.__cause__
            error.add_note(progress)
            raise

    def _parts(self, cuts: list[list[slice]]) -> Iterator[tuple[Block, Part, Part | None]]:
        """Yield (block, part, next_part) for each tile.

        block: of the output. part: computes it. next_part: that of the next tile, which can be
        prefetched; None for the last tile.
        """
        previous: tuple[Block, Part] | None = None
        for slices in product(*cuts):
            block = in_output_order(self.plan, slices)
            part = self.plan.part(block)
            if previous is not None:
                yield *previous, part
            previous = block, part
        if previous is not None:
            yield *previous, None

    def _compute_tile(self, block: Block, part: Part) -> None:
        """Read the pixels that a block of the output needs, compute the block and write it."""
        with _storage_errors(f"the images were not read at {_index_text(part.box)}"):
            pixels = part.read(self.sources.images)
            mask = self.sources.mask
            missing = None if mask is None else part.read(mask, np.dtype(bool))
        check_not_shared(pixels, self.out)  # the source may give slices that are views of `out`
        values = part.run(pixels, self.operands, self.target.buffer(block), missing)
        with _storage_errors("the result could not be written"):
            self.target.write(block, values)

    def _check_overflow(self) -> None:
        """Read all pixels once; raise OverflowError if a sum of integers might overflow.

        The bound of the sums depends only on the least and the greatest pixel, and on 0, which may
        stand in the padding.
        """
        dtype = self.plan.images_dtype
        least, greatest = 0, 0
        block_size = LARGEST_TILE // 4 // dtype.itemsize  # pixels that are read at a time
        for block in blocks(self.plan.images_shape, block_size):
            with _storage_errors(f"the images were not read at {_index_text(block)}"):
                pixels = arrays.read_array(self.sources.images[block], "images[:]")
                if self.sources.mask is not None:
                    pixels = np.where(self.sources.mask[block], dtype.type(0), pixels)
            block_least, block_greatest = integer_sums.extremes(pixels)
            least, greatest = min(least, block_least), max(greatest, block_greatest)
        self.plan.check(np.array([least, greatest], dtype), *self.operands)


def _prefetch(source: Any, part: Part | None) -> None:
    """Ask the system to read the pixels of a part ahead, while another tile is computed.

    This does nothing unless the source is an array that maps a file, and for parts without pixels
    or of more than `LARGEST_TILE` bytes.
    """
    base = source
    while isinstance(base, np.ndarray):
        base = base.base
    if part is None or part.is_outside:
        return
    if not isinstance(base, mmap.mmap) or not hasattr(base, "madvise"):
        return
    view = source[part.box]
    # bytes from the first pixel to the last one
    length = (
        sum((n - 1) * step for n, step in zip(view.shape, view.strides, strict=True))
        + view.itemsize
    )
    start = view.ctypes.data - np.frombuffer(base, np.uint8).ctypes.data
    if min(view.strides) >= 0 and length <= LARGEST_TILE:
        offset = start % mmap.PAGESIZE  # madvise takes whole pages only
        base.madvise(mmap.MADV_WILLNEED, start - offset, length + offset)


class _StorageError(Exception):
    """Reading or writing failed; `number` is (the system's error number,), or () without one."""

    number: tuple[int, ...] = ()


@contextmanager
def _storage_errors(failure: str) -> Iterator[None]:
    """Raise _StorageError, whose text begins with `failure`, for errors in the `with` block.

    TypeError, for a mask or a unit that is seen only when pixels are read, and FileExistsError are
    raised as they are.
    """
    try:
        yield
    except (TypeError, FileExistsError):
        raise
    except Exception as error:
        text = getattr(error, "strerror", None) or error or type(error).__name__
        storage_error = _StorageError(f"{failure}: {text}")
        number = getattr(error, "errno", None)
        storage_error.number = (number,) if isinstance(number, int) else ()
        raise storage_error from error


def _index_text(block: Block) -> str:
    """Write a block as an index: "[0:1, 0:512]"."""
    return "[" + ", ".join(f"{cut.start}:{cut.stop}" for cut in block) + "]"
