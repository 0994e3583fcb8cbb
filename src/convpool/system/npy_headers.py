"""Headers of untrusted .npy files, read before memory is taken for the array."""

from __future__ import annotations

import io
import lzma
import tokenize
import zipfile
import zlib
from typing import IO, Any

import numpy as np

MAGIC = np.lib.format.MAGIC_PREFIX
MAX_HEADER = 2**14  # bytes, more than NumPy takes
# what reading damaged .npy and .npz files raises
BROKEN = (
    *(
        ValueError,
        EOFError,
        KeyError,
        MemoryError,
        NotImplementedError,
        OSError,
        OverflowError,
        RuntimeError,
    ),
    *(SyntaxError, TypeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tokenize.TokenError),
)


def header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype of the .npy file that begins here.

    Raises
    ------
    one of BROKEN : it is no such file, or damaged
    """
    head = io.BytesIO(stream.read(MAX_HEADER))
    version = np.lib.format.read_magic(head)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(head)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(head)
    if min(shape, default=0) < 0:
        raise ValueError(f"its shape is {shape}")
    return shape, dtype
