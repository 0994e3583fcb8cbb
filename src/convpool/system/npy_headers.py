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
MAX_HEADER = 2**14  # bytes; NumPy refuses headers of more than 10,000
# the errors that reading a damaged .npy or .npz file may raise
BROKEN = (
    ValueError,
    EOFError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    tokenize.TokenError,
)


def header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return (shape, dtype) of the .npy file that begins where the stream stands.

    Afterwards the stream stands somewhere behind the header.

    Raises
    ------
    one of BROKEN : it is no .npy file, or a damaged one
    """
    head = io.BytesIO(stream.read(MAX_HEADER))
    version = np.lib.format.read_magic(head)
    if version == (1, 0):  # later versions have longer headers
        shape, _, dtype = np.lib.format.read_array_header_1_0(head)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(head)
    if min(shape, default=0) < 0:
        raise ValueError(f"its shape is {shape}")
    return shape, dtype
