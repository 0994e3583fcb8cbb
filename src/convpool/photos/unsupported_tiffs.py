"""What samples an unsupported TIFF file holds, in words, for errors."""

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


def describe(path: Path) -> str | None:
    """Return what samples a TIFF file holds, as "3 channels of 32 bits, floating-point".

    None if it is no TIFF file, or damaged.
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
            bits = _numbers(directory.get(Base.BitsPerSample, 1))
            kinds = _numbers(directory.get(Base.SampleFormat, 1))
            channels = int(directory.get(Base.SamplesPerPixel, 1))
    except Exception:  # whatever damaged directories cause
        return None
    # each kind once, in order; a list of kinds may be shorter than that of bits
    samples = dict.fromkeys(
        f"{count} {KINDS.get(kinds[min(k, len(kinds) - 1)], 'bits')}"
        for k, count in enumerate(bits)
    )
    return f"{channels} channel{'s' * (channels > 1)} of {' and '.join(samples)}"


def _numbers(value: Any) -> Sequence[int]:
    """Return the value of a tag, one number or a tuple of them, as a tuple."""
    return value if isinstance(value, tuple) else (value,)
