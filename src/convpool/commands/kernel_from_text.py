"""The weights that a text stands for, as that of --kernel: a name, a file, or rows of numbers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool import filters
from convpool.system.npy_headers import BROKEN, header
from convpool.system.whole_files import open_regular
from convpool.windows import volume

MAX_WEIGHTS = 2**24  # of a kernel in a file: 4096 x 4096, more than any picture needs


def parse(text: str, size: int | None = None, **values: float | None) -> NDArray[Any]:
    """Return the weights that a value of --kernel stands for.

    Parameters
    ----------
    text : str
        The value: the path of a NumPy file (``edges.npy``), rows of numbers (``"1 0 -1; 1 0 -1"``),
        or one of `filters.NAMES`.
    size, **values
        Other options of the kernel, as for `filters.kernel`; None for those that are not set. Only
        named kernels take them.

    Returns
    -------
    ndarray
        The weights (kh, kw). Of rows: int64 if every number is written without a point, otherwise
        float64. Of a file: in its dtype.

    Raises
    ------
    ValueError
        If rows differ in length, a weight is not a finite number, a file does not hold one (kh, kw)
        array, no kernel has this name, or another option goes with rows or a file.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> parse("1 0 -1; 2 0 -2; 1 0 -1")
    array([[ 1,  0, -1],
           [ 2,  0, -2],
           [ 1,  0, -1]])
    >>> parse("0.5, 0.5")
    array([[0.5, 0.5]])
    """
    if not text.strip():
        raise ValueError(
            'the kernel is empty: give a name (sharpen), a .npy file, or rows as in "1 0 -1; 1 0 '
            '-1"'
        )
    is_file, is_rows = text.lower().endswith(".npy"), text.lstrip()[0] in "0123456789+-.;,["
    if not (is_file or is_rows):
        return filters.kernel(text, size, **values)
    for name, value in {"size": size, **values}.items():
        if value is not None:
            raise ValueError(
                f"{name} belongs to named kernels; {text!r} has a size of its own: leave {name} out"
            )
    return _from_file(Path(text)) if is_file else _from_rows(text)


def parse_one_or_two(
    text: str, size: int | None = None, **values: float | None
) -> NDArray[Any] | tuple[NDArray[Any], NDArray[Any]]:
    """Return what `parse` does, or two kernels for a name in `filters.MAGNITUDES`.

    Examples
    --------
    >>> [kernel.shape for kernel in parse_one_or_two("sobel")]
    [(3, 3), (3, 3)]
    """
    if text.strip().lower() not in filters.MAGNITUDES:
        return parse(text, size, **values)
    first, second = filters.MAGNITUDES[text.strip().lower()]
    return parse(first, size, **values), parse(second, size, **values)


def truncation_warning(size: int | None, sigma: float | None) -> str:
    """Return a warning if a kernel's size cuts off a Gaussian before 4 sigma; otherwise "".

    It is also "" if size or sigma is not set.

    Examples
    --------
    >>> truncation_warning(5, 10)
    'a size of 5 cuts off sigma 10: what is left has a sigma of 1.41; a size of 81 holds it'
    >>> truncation_warning(81, 10)
    ''
    """
    if size is None or sigma is None or size // 2 >= 4 * sigma:
        return ""
    remaining_sigma = filters.effective_sigma(size, sigma)
    return (
        f"a size of {size} cuts off sigma {sigma:g}: what is left has a sigma of "
        f"{remaining_sigma:.3g}; "
        f"a size of {2 * math.ceil(4 * sigma) + 1} holds it"
    )


def _from_rows(text: str) -> NDArray[Any]:
    """Return the weights (kh, kw) in rows such as "1 0 -1; 1 0 -1"."""
    rows = [row.replace(",", " ").split() for row in text.strip().strip(";").split(";")]
    lengths = [len(row) for row in rows]
    if min(lengths) == 0 or len(set(lengths)) > 1:
        raise ValueError(
            f"every row of a kernel needs as many numbers as the others: {text!r} has rows of "
            f"{lengths}"
        )
    return np.array([[_number(word, text) for word in row] for row in rows])


def _number(word: str, text: str) -> int | float:
    """Return one weight of a kernel; `text` is the whole kernel, for the error.

    Raises ValueError if it is no finite number below 2**63.
    """
    try:
        number: int | float = int(word)
    except ValueError:
        try:
            number = float(word)
        except ValueError:
            raise ValueError(
                f"{word!r} in the kernel {text!r} is not a number; write 0.25, not 1/4"
            ) from None
    if not abs(number) < 2**63:  # NaN and infinity too
        raise ValueError(
            f"{word!r} in the kernel {text!r} is no weight: weights lie between -2**63 and 2**63"
        )
    return number


def _from_file(path: Path) -> NDArray[Any]:
    """Return the weights (kh, kw) in a .npy file; errors as of `parse`."""
    if not path.exists():
        raise FileNotFoundError(
            f"no kernel file {path}: save one with numpy.save({path.name!r}, kernel)"
        )
    with open_regular(path) as file:
        try:
            if file.read(2) != b"PK":  # a .npz file, with several arrays, is refused below
                file.seek(0)
                _check_header(*header(file), path)
            file.seek(0)
            with np.errstate(all="ignore"):
                weights = np.load(file, allow_pickle=False)
        except _NotAKernelError as error:
            raise ValueError(str(error)) from None
        except BROKEN as error:
            raise ValueError(
                f"{path} is not a plain .npy file of numbers (pickled objects are never loaded): "
                f"save it with numpy.save({path.name!r}, kernel)"
            ) from error
    if not isinstance(weights, np.ndarray):
        raise ValueError(
            f"{path} holds several arrays; a kernel is one array (kh, kw), saved with numpy.save"
        )
    if not np.isfinite(weights).all():
        raise ValueError(f"{path} holds NaN or infinity; every weight must be a number")
    return weights


class _NotAKernelError(Exception):
    """A .npy file that is not damaged, but whose array is no kernel."""


def _check_header(shape: tuple[int, ...], dtype: np.dtype[Any], path: Path) -> None:
    """Raise _NotAKernelError unless the shape and dtype in a file's header are those of a kernel.

    This is checked before memory is taken for the weights.
    """
    if dtype.hasobject:
        return  # refused when it is loaded
    if len(shape) != 2 or volume(shape) == 0:
        raise _NotAKernelError(
            f"{path} holds an array of shape {shape}; a picture's kernel is (kh, kw), as (3, 3)"
        )
    if dtype.kind not in "biuf":
        raise _NotAKernelError(f"{path} holds {dtype}; a kernel for pictures holds real numbers")
    if volume(shape) > MAX_WEIGHTS:
        raise _NotAKernelError(
            f"{path} holds {volume(shape):,} weights, {shape}; a kernel for pictures has up to "
            f"{MAX_WEIGHTS:,}"
        )
