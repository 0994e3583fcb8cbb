"""Missing pixels: which ones they are, and what the others make of a window.

`absent` is a bool array of the images' shape (m, *spatial, c), True where a pixel is missing. m
images, c channels, nc kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import pad_modes
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.reductions import REDUCTIONS, greatest
from convpool.plans import arrays
from convpool.plans.arguments import read_choice
from convpool.windows import Axis, volume

Array = NDArray[Any]
Bools = NDArray[np.bool_]
Shape = tuple[int, ...]

BOOL = np.dtype(bool)
# what `missing` of a plan may be beside None: pixels that are NaN are missing, or those that a mask
# says, which is passed to each run
KINDS = ("nan", "mask")
NO_BOOLS = "it must be None, 'nan', or bools of the shape of the images, True where one is missing"


# ---- the argument ----


def read_kind(value: Any) -> str | None:
    """Return the argument `missing` of a plan; raise ValueError unless None or one of KINDS."""
    return None if value is None else read_choice(value, KINDS, "missing")


def read_missing(value: Any, images: Shape, name: str) -> tuple[str | None, Bools | None]:
    """Return (kind, mask) for the argument `missing` of a call on arrays.

    kind: `missing` of the plan, None or one of KINDS. mask: the bools, None without any.

    Parameters
    ----------
    value
        The argument.
    images, name
        The shape of the images, and the name of their argument.

    Raises
    ------
    TypeError : it holds no bools, or has a mask or a unit itself
    ValueError : it has another shape than the images, or is another text than "nan"
    """
    if is_none_or_nan(value):
        return value, None
    mask = np.asarray(arrays.read_array(value, "missing"))
    check_mask(mask, images, name)
    return "mask", np.broadcast_to(mask, images)


def is_none_or_nan(value: Any) -> bool:
    """Return whether the argument `missing` is None or the text "nan"; else it is a mask.

    Raises
    ------
    ValueError : it is another text, or one number and no bool
    """
    if value is None or (isinstance(value, str) and value == "nan"):
        return True
    is_number = isinstance(value, int | float | complex | np.number)
    if isinstance(value, str) or (is_number and not isinstance(value, bool)):
        advice = "pass missing='nan'" if str(value).lower() == "nan" else NO_BOOLS
        raise ValueError(f"missing is {value!r}; {advice}")
    return False


def check_mask(mask: Any, images: Shape, name: str) -> None:
    """Raise TypeError or ValueError unless a mask fits images of this shape.

    The mask is an array of bools, or another object with a shape and a dtype. A single False, which
    np.ma calls nomask, fits all images. `name` is the name of the images' argument.
    """
    if mask.dtype != BOOL:
        raise TypeError(
            f"missing holds {mask.dtype}; it must hold bools, True where a pixel is missing: pass "
            "np.asarray(missing, bool), or missing='nan' for pixels that are NaN"
        )
    shape = tuple(mask.shape)
    if shape == images or (shape == () and not mask):
        return
    advice = ""
    if shape == images[:-1]:
        advice = f": pass np.broadcast_to(missing[..., None], {name}.shape) for every channel"
    raise ValueError(f"missing is {shape}, but {name} {images}; the shapes must be equal{advice}")


def with_row(rows: list[tuple[str, str]], kind: str | None, effect: str) -> list[tuple[str, str]]:
    """Return the rows of a printed plan with one about missing pixels behind that about padding.

    `kind` is `missing` of the plan, without which there is no such row; `effect` ends its text.
    """
    if kind is None:
        return rows
    subject = "NaN" if kind == "nan" else "what the mask says"
    return [*rows[:2], ("missing", subject + effect), *rows[2:]]


# ---- the pixels of one run ----


def read_run_mask(kind: str | None, mask: Any, images: Shape) -> Bools | None:
    """Return the argument `missing` of a plan's `run` as bools; None unless the plan takes a mask.

    `kind` is `missing` of the plan, `mask` the argument, `images` the shape of the plan's images.
    Raise ValueError if there is a mask and the plan takes none, or the other way round; TypeError
    or ValueError for a mask that does not fit.
    """
    if (mask is not None) != (kind == "mask"):
        advice = "pass it to run" if kind == "mask" else "make a plan with missing='mask'"
        raise ValueError(
            f"missing of the plan is {kind!r}, but run got {'no' if mask is None else 'a'} mask: "
            f"{advice}"
        )
    return None if mask is None else read_missing(mask, images, "images")[1]


def find(pixels: Array, mask: Bools | None) -> Bools:
    """Return which pixels are missing: where the mask is True or, if it is None, pixels are NaN."""
    if mask is not None:
        return mask
    is_nan: Bools = np.isnan(pixels) if pixels.dtype.kind in "fc" else np.zeros(pixels.shape, bool)
    return is_nan


def replace(pixels: Array, absent: Bools, value: Any) -> Array:
    """Return a copy of the pixels with a value in place of those that are missing."""
    filled: Array = pixels.astype(pixels.dtype.newbyteorder("="))
    filled[absent] = value
    return filled


def count_present(present: Bools, axes: Sequence[Axis], pad_mode: str | None) -> NDArray[np.int64]:
    """Return how many taps of each window lie on a pixel that is there: (m, *output, c).

    `present` is the opposite of `absent`. What stands in the padding counts as in `pool`: for a
    `pad_mode` of None it does not, zeros and a constant do, and other pad modes repeat pixels,
    which are there or missing.
    """
    sizes = tuple(axis.count for axis in axes)
    counts = np.zeros((len(present), *sizes, present.shape[-1]), np.int64)
    # (slice of the batch, its bools, the windows on these)
    blocks = [(slice(None), present, tuple(axes))]
    if pad_mode is not None and counts.size:
        blocks = list(pad_modes.padded(present, axes, pad_mode, fill=True))
    for batch, pixels, axes_on_pixels in blocks:
        numpy_pooling.pool(pixels, axes_on_pixels, counts[batch], mode="sum", dtype=np.int64)
    return counts


def counting_pad_mode(pad_mode: str | None) -> str | None:
    """Return the pad mode that `count_present` is called with, for a convolution's `pad_mode`.

    "zeros" becomes "constant": bools of pixels that are present are padded with True, not with 0.
    """
    return "constant" if pad_mode == "zeros" else pad_mode


# ---- convolution ----


def check_weights(kernels: Array) -> None:
    """Raise ValueError if the weights of one of the kernels (*window, depth, nc) sum to 0.

    Results are rescaled to this sum where pixels are missing. Floats that are 0 but for rounding
    count as 0.
    """
    if not kernels.size:
        return
    axes = tuple(range(kernels.ndim - 1))
    weights = kernels.astype(np.result_type(kernels.dtype, np.float64))
    with np.errstate(all="ignore"):
        sums, magnitudes = weights.sum(axis=axes), np.abs(weights).sum(axis=axes)
        is_float = kernels.dtype.kind in "fc"
        precision = np.finfo(kernels.dtype if is_float else np.float64)
        rounding = max(8 * np.finfo(np.float64).eps, precision.eps)
        is_zero = np.abs(sums) <= rounding * magnitudes
    if is_zero.any():
        which = f" {int(is_zero.argmax())}" if kernels.shape[-1] > 1 else ""
        raise ValueError(
            f"the weights of kernel{which} sum to 0, and with missing pixels what is there is "
            "rescaled to that sum: fill the missing pixels first, such as with "
            "filter_image(image, filters.gaussian(2), missing='nan')"
        )


@np.errstate(all="ignore")
def rescaling(
    kernels: Array, weights_present: Array, counts: NDArray[np.int64], groups: int
) -> Array:
    """Return the factor of each result (m, *output, nc) that makes up for missing pixels.

    It is the sum of the kernel's weights, divided by the sum of the weights whose pixel is present;
    1 where no pixel of the window is missing, NaN where all are.

    Parameters
    ----------
    kernels
        (*window, c // groups, nc).
    weights_present
        For each result, the sum of the weights whose pixel is there: (m, *output, nc).
    counts
        How many taps of each window lie on a pixel that is there, in each channel, from
        `count_present`: (m, *output, c).
    groups
        Kernel n reads the channels of group n // (nc // groups).
    """
    *window, depth, nc = kernels.shape
    dtype = weights_present.dtype
    wide = np.result_type(dtype, np.float64)
    total = kernels.sum(axis=tuple(range(kernels.ndim - 1)), dtype=wide)
    factors: Array = (total / weights_present).astype(dtype)
    shape = counts.shape[:-1]
    counts_of_groups = counts.reshape(*shape, groups, depth).sum(axis=-1)
    present = np.repeat(counts_of_groups, nc // groups, axis=-1)
    factors[present == volume(window) * depth] = 1
    factors[present == 0] = np.nan
    return factors


# ---- pooling ----


def stand_in(mode: str, dtype: np.dtype[Any]) -> Any:
    """Return what is put in place of missing pixels so that it changes no result of a mode.

    For medians it is sorted behind all numbers; the caller counts the pixels that are present.
    """
    return greatest(dtype) if mode == "median" else REDUCTIONS[mode].identity(dtype)


def divisors(
    counts: NDArray[np.int64], axes: Sequence[Axis], *, count_padding: bool
) -> NDArray[np.float64]:
    """Return what avg divides by: the taps on pixels that are there, NaN instead of 0.

    With `count_padding`, taps on declared padding count too, if any lies on a pixel that is there.
    `counts` is what `count_present` returned, (m, *output, c).
    """
    numbers = np.where(counts > 0, counts, np.nan)
    if count_padding:
        on_pixels, declared = np.ones((), np.int64), np.ones((), np.int64)
        for axis in axes:
            taps = axis.taps_on(-axis.before, axis.size + axis.after)
            declared = np.multiply.outer(declared, taps)
            on_pixels = np.multiply.outer(on_pixels, axis.taps_on(0, axis.size))
        numbers += (declared - on_pixels)[..., np.newaxis]
    return numbers
