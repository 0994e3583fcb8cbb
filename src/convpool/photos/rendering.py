"""Results as pixels: rounding, saturating, and three ways to show values below zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

# if the largest value stays under half a grey level, values are not scaled up: they are rounding
# errors, and shown as zero
MIN_MAGNITUDE = 0.5
# how far a sum of fractions may miss a whole number and count as this number, as a share of white
MAX_ROUNDING_ERROR = 1e-9
# how many values are converted at a time: intermediate arrays stay in the processor's cache
PIECE = 2**15


@dataclass(frozen=True, eq=False)
class Rendering:
    """Pixels, and how values became these pixels.

    Attributes
    ----------
    pixels : ndarray
        The picture, in the shape of the values.
    count, rounded, saturated : int
        How many values there were, how many of them lay between two grey levels, and how many
        beyond black or white.
    scale : float
        By what values were multiplied to become grey levels; 1 when they are shown as they are.
    """

    pixels: NDArray[Any]
    count: int
    rounded: int
    saturated: int
    scale: float = 1.0

    def without_pixels(self) -> Rendering:
        """Return the counts alone, to keep them for many pictures."""
        return replace(self, pixels=self.pixels[:0].copy())

    def with_counts_of(self, part: Rendering) -> Rendering:
        """Return these pixels with the counts of a part added to these, and the part's scale."""
        return Rendering(
            self.pixels,
            self.count + part.count,
            self.rounded + part.rounded,
            self.saturated + part.saturated,
            part.scale,
        )


def to_pixels(
    values: ArrayLike,
    dtype: DTypeLike = np.uint8,
    signed: str = "clip",
    greatest: float | None = None,
) -> Rendering:
    """Turn results into the pixels of a picture.

    Parameters
    ----------
    values : array_like
        Real results of any shape.
    dtype : uint8 or uint16
        The picture's dtype.
    signed : {"clip", "zero-in-the-middle", "magnitude"}
        ``clip`` shows values as they are: rounded to the nearest grey level (halves to the even
        one), black below 0 and white above the largest. The other two scale by the largest absolute
        value, so that nothing saturates: ``zero-in-the-middle`` shows 0 as middle grey (128 of
        255), ``magnitude`` shows 0 as black.
    greatest : float, optional
        The largest absolute value of the whole picture, where the values are a part of it.

    Returns
    -------
    Rendering
        The pixels, and how many values were rounded or saturated. NaN is shown as black and counts
        as saturated.

    Raises
    ------
    ValueError
        If `signed` or `dtype` is not one of those above.
    TypeError
        If the values are not real numbers.

    Examples
    --------
    >>> to_pixels([-3, 12.5, 300]).pixels
    array([  0,  12, 255], dtype=uint8)
    >>> to_pixels([-4, 0, 4], signed="zero-in-the-middle").pixels
    array([  1, 128, 255], dtype=uint8)
    >>> to_pixels([-4, 0, 2], signed="magnitude").pixels
    array([255,   0, 128], dtype=uint8)
    """
    pixel_dtype, array = np.dtype(dtype), np.asarray(values)
    _check(array, pixel_dtype, signed)
    levels, white = SIGNED[signed], int(np.iinfo(pixel_dtype).max)
    if signed == "clip" and array.dtype == pixel_dtype:  # they are pixels already
        return Rendering(array.copy(), array.size, 0, 0)
    scale = 1.0
    if levels.greatest_level is not None:
        scale = _scale(array, levels.greatest_level(white), greatest)
    pixels = np.empty(array.shape, pixel_dtype)
    rounded = saturated = 0
    for value_piece, pixel_piece in zip(_pieces(array), _pieces(pixels), strict=True):
        counts = _write_pixels(levels.of(value_piece, white, scale), pixel_piece)
        rounded, saturated = rounded + counts[0], saturated + counts[1]
    return Rendering(pixels, array.size, rounded, saturated, scale)


def _check(values: NDArray[Any], pixel_dtype: np.dtype[Any], signed: str) -> None:
    """Raise TypeError or ValueError unless `to_pixels` takes these arguments."""
    if pixel_dtype not in (np.uint8, np.uint16):
        raise ValueError(f"pictures hold uint8 or uint16, not {pixel_dtype}")
    if signed not in SIGNED:
        raise ValueError(
            f"no way to show signed values is named {signed!r}; there are: {', '.join(SIGNED)}"
        )
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"pixels are made from real numbers, not from {values.dtype}; take the real part or "
            "np.abs"
        )


def _pieces(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield an array flattened, in pieces of at most PIECE values; views, if it is contiguous."""
    flat = array.reshape(-1)
    return (flat[start : start + PIECE] for start in range(0, flat.size, PIECE))


def _write_pixels(values: NDArray[Any], pixels: NDArray[Any]) -> tuple[int, int]:
    """Write grey levels to pixels, rounded and saturated; return (rounded, saturated).

    rounded: how many levels are no whole numbers, but for rounding errors. saturated: how many are
    beyond black or white.
    """
    white = int(np.iinfo(pixels.dtype).max)
    if values.dtype.kind in "iu":
        most = int(np.iinfo(values.dtype).max)  # np.clip takes no limit beyond it
        within = np.clip(values, 0, min(white, most))
        pixels[...] = within
        return 0, int(np.count_nonzero(within != values))
    whole = np.rint(values)
    with np.errstate(invalid="ignore"):  # infinity less infinity
        scratch = np.subtract(whole, values, out=np.empty_like(whole))  # memory for all steps
    is_rounded = np.abs(scratch, out=scratch) > MAX_ROUNDING_ERROR * white
    # fmax and fmin take the number, where the other is NaN
    levels = np.fmin(np.fmax(whole, 0, out=scratch), white, out=scratch)
    pixels[...] = levels
    return int(np.count_nonzero(is_rounded)), int(np.count_nonzero(levels != whole))


def largest(values: NDArray[Any]) -> float:
    """Return the largest absolute value that is finite; 0 if there is none."""
    result = 0.0
    for piece in _pieces(values):
        magnitudes = np.abs(piece.astype(np.float64))
        where = np.isfinite(magnitudes)
        result = max(result, float(np.max(magnitudes, where=where, initial=0.0)))
    return result


def choose_signed(kernel: ArrayLike) -> str:
    """Return how to show the results of a kernel, one of SIGNED.

    "zero-in-the-middle" for a kernel with negative weights that sum to about 0, whose results lie
    around 0; otherwise "clip".

    Examples
    --------
    >>> choose_signed([[-1, 0, 1]]), choose_signed([[0.5, 0.5]])
    ('zero-in-the-middle', 'clip')
    """
    weights = np.asarray(kernel, dtype=np.float64)
    cancels = abs(weights.sum()) <= 1e-9 * np.abs(weights).sum()
    return "zero-in-the-middle" if cancels and (weights < 0).any() else "clip"


class Levels(NamedTuple):
    """A way to show values as grey levels.

    Attributes
    ----------
    of : (values, grey level of white, scale) -> grey levels, not rounded yet
    greatest_level : grey level of white -> how many levels from zero the largest value is shown;
        None if values are not scaled
    """

    of: Callable[[NDArray[Any], int, float], NDArray[Any]]
    greatest_level: Callable[[int], int] | None


def _clip(values: NDArray[Any], white: int, scale: float) -> NDArray[Any]:
    """Return values as they are, bool as int64, and float of any size as float64."""
    dtype = {"b": np.int64, "f": np.float64}.get(values.dtype.kind, values.dtype)
    return values.astype(dtype, copy=False)


def _zero_in_the_middle(values: NDArray[Any], white: int, scale: float) -> NDArray[Any]:
    """Return scaled values, with 0 as middle grey: 128 of 255."""
    return np.asarray(values.astype(np.float64) * scale + (white // 2 + 1))


def _magnitude(values: NDArray[Any], white: int, scale: float) -> NDArray[Any]:
    """Return scaled absolute values."""
    return np.asarray(np.abs(values.astype(np.float64)) * scale)


def _scale(values: NDArray[Any], levels: int, greatest: float | None) -> float:
    """Return the factor that scales the largest absolute value to `levels` grey levels.

    `greatest` is that value; None finds it in `values`. The factor is 1 if it is below
    MIN_MAGNITUDE.
    """
    greatest = largest(values) if greatest is None else greatest
    return levels / greatest if greatest >= MIN_MAGNITUDE else 1.0


# name -> a way to show values below 0
SIGNED: dict[str, Levels] = {
    "clip": Levels(_clip, None),
    "zero-in-the-middle": Levels(_zero_in_the_middle, lambda white: white // 2),
    "magnitude": Levels(_magnitude, lambda white: white),
}
