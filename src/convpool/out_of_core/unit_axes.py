"""One picture as a batch of one, for what is read and written in slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core.outputs import Output
from convpool.plans import arguments

Array = NDArray[Any]
Block = tuple[slice, ...]


@dataclass(frozen=True)
class Lifted:
    """Something that is read in slices, with axes of length 1 that it does not have.

    Attributes
    ----------
    given : what is read
    added : which axes it is given, in ascending order
    """

    given: Any
    added: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape with the added axes."""
        return self._with_ones(self.given.shape)

    @property
    def dtype(self) -> Any:
        """The dtype of what is read."""
        return self.given.dtype

    @property
    def chunks(self) -> Any:
        """The sizes of its chunks, if it has any."""
        chunks = getattr(self.given, "chunks", None)
        return self._with_ones(chunks) if isinstance(chunks, tuple) else None

    def _with_ones(self, sizes: Sequence[int]) -> tuple[int, ...]:
        lifted = list(sizes)
        for axis in self.added:
            lifted.insert(axis, 1)
        return tuple(lifted)

    def __getitem__(self, block: Block) -> Array:
        return np.expand_dims(
            arguments.array(self.given[less(block, self.added)], "image[:]"), self.added
        )


class Squeezed:
    """An output without axes of length 1 that the tiles have."""

    def __init__(self, output: Output, dropped: tuple[int, ...]) -> None:
        self.output, self.dropped = output, dropped

    @property
    def left(self) -> str:
        """What is left when the work stops before its end."""
        return self.output.left

    def room(self, block: Block) -> Array:
        """Return an array to make a tile in."""
        return np.expand_dims(self.output.room(less(block, self.dropped)), self.dropped)

    def write(self, block: Block, values: Array) -> None:
        """Take a tile, made in `room`."""
        self.output.write(less(block, self.dropped), values.squeeze(self.dropped))

    def finish(self) -> Any:
        """Return what holds the result."""
        return self.output.finish()

    def drop(self) -> None:
        """Remove what was begun."""
        self.output.drop()


def less(items: Sequence[Any], axes: Sequence[int]) -> tuple[Any, ...]:
    """Return what stands for the other axes."""
    return tuple(item for k, item in enumerate(items) if k not in axes)
