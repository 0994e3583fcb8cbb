"""Arrays of the cases, each made by one line of Python that a student can paste."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# kind of numbers -> an expression that makes the array; {rng} is a random generator
NUMBERS = {
    "counting": "np.arange(1, {end}).reshape{shape}",
    "few": "np.resize([1, 0, 2, -1, 3], {shape})",
    "float64": "{rng}.uniform(-9, 9, {shape})",
    "float32": "{rng}.uniform(-9, 9, {shape}).astype('float32')",
    "whole": "{rng}.integers(-9, 10, {shape}).astype(float)",
    "int64": "{rng}.integers(-9, 10, {shape})",
    "uint8": "{rng}.integers(0, 256, {shape}).astype('uint8')",
    "small uint8": "{rng}.integers(0, 10, {shape}).astype('uint8')",
    # too many digits for float32, not for float64
    "large": "{rng}.integers(2**26, 2**26 + 99, {shape})",
    "negative": "{rng}.uniform(-9, -1, {shape})",
    "NaN": "np.where({rng}.integers(0, 15, {shape}), {rng}.integers(-9, 10, {shape}), np.nan)",
    "big-endian": "{rng}.integers(-9, 10, {shape}).astype('>f8')",
    # three in a row add up to 0, so that large pixels cancel
    "differences": "np.resize([5, -2, -3], {shape})",
}


@dataclass(frozen=True)
class Sample:
    """A description of an array: its shape, its kind of numbers, and the seed of the generator."""

    shape: tuple[int, ...]
    numbers: str  # a key of NUMBERS
    seed: int

    @property
    def source(self) -> str:
        """The expression that makes the array: np.random.default_rng(3).uniform(-9, 9, (2, 4))."""
        rng = f"np.random.default_rng({self.seed})"
        end = prod(self.shape) + 1
        return NUMBERS[self.numbers].format(rng=rng, shape=self.shape, end=end)

    @property
    def array(self) -> Array:
        """A new array, made by evaluating `source`."""
        array: Array = eval(self.source, {"np": np})
        return array
