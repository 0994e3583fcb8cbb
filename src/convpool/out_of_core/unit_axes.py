"""Add and drop axes of length 1, so that one picture can be computed as a batch of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import dataclass
from convpool.out_of_core.destination import drop_axes
from convpool.out_of_core.outputs import Output
from convpool.plans import arrays

Array = NDArray[Any]
Block = tuple[slice, ...]


@dataclass(frozen=True)
class WithUnitAxes:
    """A source that is read in slices, with axes of length 1 added.

    Attributes
    ----------
    source : the images as the caller passed them
    added : the axes that are added, in ascending order, numbered as in the shape with them
    """

    source: Any
    added: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape with the added axes."""
        return self._insert_ones(self.source.shape)

    @property
    def dtype(self) -> Any:
        """The dtype of the source."""
        return self.source.dtype

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The sizes of the source's chunks with the added axes; None if it has none."""
        chunks = getattr(self.source, "chunks", None)
        return self._insert_ones(chunks) if isinstance(chunks, tuple) else None

    def _insert_ones(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Return sizes, one for each axis of the source, with a 1 for each added axis."""
        with_ones = list(sizes)
        for axis in self.added:
            with_ones.insert(axis, 1)
        return tuple(with_ones)

    def __getitem__(self, block: Block) -> Array:
        pixels = arrays.read_array(self.source[drop_axes(block, self.added)], "image[:]")
        return np.expand_dims(pixels, self.added)


def with_unit_axes(source: Any, added: tuple[int, ...]) -> Any:
    """Return a source with axes of length 1 added: a view of an array, else a `WithUnitAxes`."""
    if not added:
        return source
    if isinstance(source, np.ndarray):
        return np.expand_dims(source, added)
    return WithUnitAxes(source, added)


class WithoutUnitAxes:
    """An output for tiles that have axes of length 1 which the caller's output lacks.

    `output` is the caller's, `dropped` are these axes of the tiles. Methods as in `Output`.
    """

    def __init__(self, output: Output, dropped: tuple[int, ...]) -> None:
        self.output, self.dropped = output, dropped

    @property
    def remains(self) -> str:
        """What remains of the output if the work stops before its end, for errors."""
        return self.output.remains

    def buffer(self, block: Block) -> Array:
        """Return an array to compute a tile in."""
        return np.expand_dims(self.output.buffer(drop_axes(block, self.dropped)), self.dropped)

    def write(self, block: Block, values: Array) -> None:
        """Write a tile that was computed in `buffer`."""
        self.output.write(drop_axes(block, self.dropped), values.squeeze(self.dropped))

    def finish(self) -> Any:
        """Complete the output and return it."""
        return self.output.finish()

    def discard(self) -> None:
        """Remove an unfinished output."""
        self.output.discard()


def without_unit_axes(output: Output, dropped: tuple[int, ...]) -> Output:
    """Return an output that drops these axes, of length 1, from its tiles."""
    return WithoutUnitAxes(output, dropped) if dropped else output
