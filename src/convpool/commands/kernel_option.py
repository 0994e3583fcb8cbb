"""The option --kernel: a name, a file, or the numbers themselves, read as weights."""

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


def parse(words: str, size: int | None = None, **values: float | None) -> NDArray[Any]:
    """Return the kernel that the option means.

    Parameters
    ----------
    words : str
        The path of a NumPy file (``edges.npy``), rows of numbers (``"1 0 -1; 1 0 -1"``), or one of
        `filters.NAMES`.
    size, **values
        As for `filters.kernel`; only named kernels take them.

    Returns
    -------
    ndarray
        The weights (kh, kw): int64 when every number is written whole, otherwise float64; a file
        keeps its dtype.

    Raises
    ------
    ValueError
        If rows differ in length, something is not a finite number, or a file does not hold one (kh,
        kw) array.

    Examples
    --------
    >>> parse("1 0 -1; 2 0 -2; 1 0 -1")
    array([[ 1,  0, -1],
           [ 2,  0, -2],
           [ 1,  0, -1]])
    >>> parse("0.5, 0.5")
    array([[0.5, 0.5]])
    """
    if not words.strip():
        raise ValueError(
            'the kernel is empty: give a name (sharpen), a .npy file, or rows as in "1 0 -1; 1 0 '
            '-1"'
        )
    is_file, is_rows = words.lower().endswith(".npy"), words.lstrip()[0] in "0123456789+-.;,["
    if not (is_file or is_rows):
        return filters.kernel(words, size, **values)
    for name, value in {"size": size, **values}.items():
        if value is not None:
            raise ValueError(
                f"{name} belongs to named kernels; {words!r} has a size of its own: leave {name} "
                "out"
            )
    return _from_file(Path(words)) if is_file else _from_rows(words)


def truncation_warning(size: int | None, sigma: float | None) -> str:
    """Say what a size leaves of a Gaussian; empty where it reaches 4 sigma.

    Examples
    --------
    >>> truncation_warning(5, 10)
    'a size of 5 cuts off sigma 10: what is left has a sigma of 1.41; a size of 81 holds it'
    >>> truncation_warning(81, 10)
    ''
    """
    if size is None or sigma is None or size // 2 >= 4 * sigma:
        return ""
    left = filters.effective_sigma(size, sigma)
    return (
        f"a size of {size} cuts off sigma {sigma:g}: what is left has a sigma of {left:.3g}; "
        f"a size of {2 * math.ceil(4 * sigma) + 1} holds it"
    )


def _from_rows(words: str) -> NDArray[Any]:
    """Read rows such as "1 0 -1; 1 0 -1"."""
    rows = [row.replace(",", " ").split() for row in words.strip().strip(";").split(";")]
    lengths = [len(row) for row in rows]
    if min(lengths) == 0 or len(set(lengths)) > 1:
        raise ValueError(
            f"every row of a kernel needs as many numbers as the others: {words!r} has rows of "
            f"{lengths}"
        )
    return np.array([[_number(word, words) for word in row] for row in rows])


def _number(word: str, words: str) -> int | float:
    """Read one weight; `words` is the whole kernel, for error messages."""
    try:
        number: int | float = int(word)
    except ValueError:
        try:
            number = float(word)
        except ValueError:
            raise ValueError(
                f"{word!r} in the kernel {words!r} is not a number; write 0.25, not 1/4"
            ) from None
    if not abs(number) < 2**63:  # NaN and infinity too
        raise ValueError(
            f"{word!r} in the kernel {words!r} is no weight: weights lie between -2**63 and 2**63"
        )
    return number


def _from_file(path: Path) -> NDArray[Any]:
    """Read a .npy file that holds one kernel (kh, kw)."""
    if not path.exists():
        raise FileNotFoundError(
            f"no kernel file {path}: save one with numpy.save({path.name!r}, kernel)"
        )
    with open_regular(path) as file:
        try:
            if file.read(2) != b"PK":
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
    """A whole .npy file that holds something other than a kernel."""


def _check_header(shape: tuple[int, ...], dtype: np.dtype[Any], path: Path) -> None:
    """Raise unless the header is a kernel's; checked before memory is taken for the weights."""
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
