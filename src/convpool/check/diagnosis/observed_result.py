"""One array that a submission returned, compared with the right results and with readings.

A reading is one way, mostly wrong, to understand the brief; it gives an array for each call.
Padding that cannot be split evenly has one zero more on one side, the odd zero; either side is
right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
    """A case, and the array that the submission's function returned for it."""

    case: Case
    returned: Array

    @cached_property
    def values(self) -> Array | None:
        """The array as float64; None if it holds no real numbers (strings, or imaginary parts)."""
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
        """The arguments, once for each right way in which the odd zeros of 'same' may lie."""
        return odd_zero_variants(self.arguments)

    @cached_property
    def is_right(self) -> bool:
        """Whether the array agrees with any of the right results."""
        return self.values is not None and any(
            arrays_agree(self.values, expected) for expected in self.case.expected
        )

    @cached_property
    def has_right_shape(self) -> bool:
        """Whether the array holds real numbers and has the shape of the right results."""
        return self.values is not None and self.values.shape == self.case.expected[0].shape

    @cached_property
    def nearest(self) -> Arguments:
        """The variant whose right result agrees with the array in most pixels."""
        return max(self.variants, key=self._matching_pixels)

    @cached_property
    def nearest_result(self) -> Array:
        """The right result of the nearest variant."""
        return right_result(self.nearest)

    @cached_property
    def differs(self) -> Array:
        """A bool array: which pixels differ from `nearest_result`.

        Only for a result of the right shape.
        """
        assert self.values is not None
        scale = largest_magnitude(self.nearest_result)
        return ~is_close(self.values, self.nearest_result, scale)

    def fits(self, reading: Reading) -> bool:
        """Return whether a reading gives this array, with the odd zeros on one side or the other.

        False if the reading does not apply to the call.
        """
        if self.values is None:
            return False
        results = (
            apply_reading(reading, variant, self.values.shape)
            for variant in odd_zero_variants(self.arguments, reading)
        )
        return any(result is not None and arrays_agree(self.values, result) for result in results)

    def contradicts(self, reading: Reading) -> bool:
        """Return whether a reading applies to the call and gives another array."""
        return not self.fits(reading) and apply_reading(reading, self.arguments) is not None

    def _matching_pixels(self, variant: Arguments) -> int:
        """Return how many pixels agree with a variant's right result; -1 for another shape."""
        right = right_result(variant)
        if self.values is None or self.values.shape != right.shape:
            return -1
        return int(is_close(self.values, right, largest_magnitude(right)).sum())


def right_result(arguments: Arguments) -> Array:
    """Return the right result of a call, float64, in the shape of its task."""
    result = apply_reading(CORRECT, arguments)
    assert result is not None
    return result
