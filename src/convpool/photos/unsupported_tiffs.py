"""Why a TIFF file cannot be read, its compression or its samples, in words, for errors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SUPPORTED = "8 or 16 whole bits per sample would do (without a sign, 1, 3 or 4 channels)"
# value of the tag SampleFormat -> what stands behind the number of bits
KINDS = {
    1: "whole bits",
    2: "bits with a sign",
    3: "bits, floating-point",
    5: "bits, complex",
    6: "bits, complex",
}


# value of the tag Compression -> its name; others are told by their number
COMPRESSIONS = {
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    34926: "Zstandard",
    34927: "WebP",
    34933: "PNG",
    34934: "JPEG XR",
    50000: "Zstandard",
    50002: "JPEG XL",
}


def describe(path: Path) -> str | None:
    """Return what a TIFF file holds that is not read, and what would do instead.

    As in "holds 3 channels of 64 bits, floating-point; 8 or 16 ... would do". None if it is no TIFF
    file, or damaged.
    """
    from PIL import TiffImagePlugin
    from PIL.ExifTags import Base

    try:
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            head = file.read(8)
            if head[:2] not in (b"II", b"MM"):
                return None
            is_big = 43 in head[2:4]  # BigTIFF, whose header has 8 bytes more
            header = head + file.read(8 if is_big else 0)
            directory = TiffImagePlugin.ImageFileDirectory_v2(header)
            file.seek(directory.next)
            directory.load(file)
            compression = int(directory.get(Base.Compression, 1))
            bits = _numbers(directory.get(Base.BitsPerSample, 1))
            kinds = _numbers(directory.get(Base.SampleFormat, 1))
            channels = int(directory.get(Base.SamplesPerPixel, 1))
    except Exception:  # whatever damaged directories cause
        return None
    if compression not in TiffImagePlugin.COMPRESSION_INFO:
        number = f"number {compression} of the tag Compression"
        name = COMPRESSIONS.get(compression)
        return (
            f"is compressed by {f'{name} ({number})' if name else number}, which Pillow does not "
            "read; saved without compression, or with LZW or Deflate, it would do"
        )
    # each kind once, in order; a list of kinds may be shorter than that of bits
    samples = dict.fromkeys(
        f"{count} {KINDS.get(kinds[min(k, len(kinds) - 1)], 'bits')}"
        for k, count in enumerate(bits)
    )
    held = f"{channels} channel{'s' * (channels > 1)} of {' and '.join(samples)}"
    return f"holds {held}; {SUPPORTED}"


def _numbers(value: Any) -> Sequence[int]:
    """Return the value of a tag, one number or a tuple of them, as a tuple."""
    return value if isinstance(value, tuple) else (value,)
