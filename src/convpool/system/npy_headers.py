"""What .npy files of strangers hold: told by their headers, before memory is taken for it."""

from __future__ import annotations

import io
import lzma
import tokenize
import zipfile
import zlib
from typing import IO, Any

import numpy as np

MAGIC = np.lib.format.MAGIC_PREFIX
LONGEST = 2**14  # bytes of a header, more than NumPy takes
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
"""What reading damaged .npy and .npz files raises."""


def header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype of the .npy file that begins here.

    Raises
    ------
    one of BROKEN : it is none, or damaged
    """
    head = io.BytesIO(stream.read(LONGEST))
    version = np.lib.format.read_magic(head)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = read(head)
    if min(shape, default=0) < 0:
        raise ValueError(f"its shape is {shape}")
    return shape, dtype
