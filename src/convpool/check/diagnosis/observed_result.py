"""One observed result: a case with the array that came back, compared with what readings give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.comparison import arrays_agree, is_close, largest_magnitude
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import (
    CORRECT,
    Arguments,
    Reading,
    apply_reading,
    arguments_of,
    odd_zero_variants,
)


@dataclass(frozen=True)
class ObservedResult:
    """A case, and the array that came back."""

    case: Case
    returned: Array

    @cached_property
    def values(self) -> Array | None:
        """The array as float64; None if it is not one of real numbers."""
        if self.returned.dtype.kind in "biuf":
            return self.returned.astype(float)
        is_real = self.returned.dtype.kind == "c" and not self.returned.imag.any()
        return self.returned.real.astype(float) if is_real else None

    @cached_property
    def arguments(self) -> Arguments:
        """The arguments of the case's call."""
        return arguments_of(self.case)

    @cached_property
    def variants(self) -> list[Arguments]:
        """The arguments for each side where an odd zero of 'same' may lie: all are right."""
        return odd_zero_variants(self.arguments)

    @cached_property
    def is_right(self) -> bool:
        """Whether any of the right results came back."""
        return self.values is not None and any(
            arrays_agree(self.values, expected) for expected in self.case.expected
        )

    @cached_property
    def has_right_shape(self) -> bool:
        """Whether numbers came back in the shape of the right results."""
        return self.values is not None and self.values.shape == self.case.expected[0].shape

    @cached_property
    def nearest(self) -> Arguments:
        """The variant whose right result has most pixels in common with what came back."""
        return max(self.variants, key=self._matching_pixels)

    @cached_property
    def nearest_result(self) -> Array:
        """The right result of the nearest variant."""
        return right_result(self.nearest)

    @cached_property
    def differs(self) -> Array:
        """Which pixels differ from the nearest right result; of a result of the right shape."""
        assert self.values is not None
        scale = largest_magnitude(self.nearest_result)
        return ~is_close(self.values, self.nearest_result, scale)

    @property
    def simplicity(self) -> tuple[bool, bool, int, int]:
        """A sort key, lowest for the case that is easiest to look at.

        Whole numbers first, then windows of more than one number, then few numbers.
        """
        arguments = self.arguments
        count = arguments.kernels.size or int(np.prod(arguments.window))
        has_fractions = bool((arguments.images % 1).any() or (arguments.kernels % 1).any())
        return has_fractions, count == 1, count, arguments.images.size

    def fits(self, reading: Reading) -> bool:
        """Return whether a reading gives what came back."""
        if self.values is None:
            return False
        results = (
            apply_reading(reading, variant, self.values.shape)
            for variant in odd_zero_variants(self.arguments, reading)
        )
        return any(result is not None and arrays_agree(self.values, result) for result in results)

    def contradicts(self, reading: Reading) -> bool:
        """Return whether a reading applies and gives something else."""
        return not self.fits(reading) and apply_reading(reading, self.arguments) is not None

    def _matching_pixels(self, variant: Arguments) -> int:
        """Return how many pixels agree with a variant's right result; -1 for another shape."""
        right = right_result(variant)
        if self.values is None or self.values.shape != right.shape:
            return -1
        return int(is_close(self.values, right, largest_magnitude(right)).sum())


def right_result(arguments: Arguments) -> Array:
    """Return the right result of a call."""
    result = apply_reading(CORRECT, arguments)
    assert result is not None
    return result
