"""What the samples of a TIFF file are, in words: for files that hold more kinds of numbers than pictures have."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WOULD_DO = "8 or 16 whole bits per sample would do (without a sign, 1, 3 or 4 channels)"
KINDS = {
    1: "whole bits",
    2: "bits with a sign",
    3: "bits, floating-point",
    5: "bits, complex",
    6: "bits, complex",
}


def describe(path: Path) -> str | None:
    """Say what samples a TIFF file holds; None if it is no such file, or a damaged one."""
    from PIL import TiffImagePlugin

    try:
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            head = file.read(8)
            if head[:2] not in (b"II", b"MM"):
                return None
            directory = TiffImagePlugin.ImageFileDirectory_v2(
                head + file.read(8 * (43 in head[2:4]))
            )
            file.seek(directory.next)
            directory.load(file)
            bits, kinds = _numbers(directory.get(258, 1)), _numbers(directory.get(339, 1))
            channels = int(directory.get(277, 1))
    except Exception:  # whatever damaged directories cause
        return None
    samples = " and ".join(
        f"{number} {KINDS.get(kind, 'bits')}" for number, kind in _distinct(bits, kinds)
    )
    return f"{channels} channel{'s' * (channels > 1)} of {samples}"


def _numbers(stated: Any) -> Sequence[int]:
    return stated if isinstance(stated, tuple) else (stated,)


def _distinct(bits: Sequence[int], kinds: Sequence[int]) -> list[tuple[int, int]]:
    return list(
        dict.fromkeys((number, kinds[min(k, len(kinds) - 1)]) for k, number in enumerate(bits))
    )
