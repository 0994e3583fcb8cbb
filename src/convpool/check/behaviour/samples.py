"""Arrays in a few words: made when they are asked for, and by a line of Python that a student can paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# From a kind of numbers to the Python that makes them: pasted by a student, it makes the same
# array.
NUMBERS = {
    "float64": "{rng}.uniform(-9, 9, {shape})",
    "float32": "{rng}.uniform(-9, 9, {shape}).astype('float32')",
    "whole": "{rng}.integers(-9, 10, {shape}).astype(float)",
    "int64": "{rng}.integers(-9, 10, {shape})",
    "uint8": "{rng}.integers(0, 256, {shape}).astype('uint8')",
    "small uint8": "{rng}.integers(0, 10, {shape}).astype('uint8')",
    # float32 has no room for the last digits of these, float64 has
    "large": "{rng}.integers(2**26, 2**26 + 99, {shape})",
    "negative": "{rng}.uniform(-9, -1, {shape})",
    "NaN": "np.where({rng}.integers(0, 15, {shape}), {rng}.integers(-9, 10, {shape}), np.nan)",
    "big-endian": "{rng}.integers(-9, 10, {shape}).astype('>f8')",
    # every three add up to 0, so that large numbers cancel
    "differences": "np.resize([5, -2, -3], {shape})",
}


@dataclass(frozen=True)
class Sample:
    """An array that is made when it is asked for."""

    shape: tuple[int, ...]
    numbers: str  # a key of NUMBERS
    seed: int

    @property
    def source(self) -> str:
        """The Python that makes it."""
        rng = f"np.random.default_rng({self.seed})"
        return NUMBERS[self.numbers].format(rng=rng, shape=self.shape)

    @property
    def array(self) -> Array:
        """The array itself."""
        made: Array = eval(self.source, {"np": np})
        return made
