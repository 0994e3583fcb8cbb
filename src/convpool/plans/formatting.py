"""Numbers and formulas as plans print them."""

from __future__ import annotations

from typing import Any

from convpool.windows import Axis


def sizes(numbers: Any) -> str:
    """Write sizes as in 3 x 3."""
    return " x ".join(map(str, numbers))


def byte_size(count: float) -> str:
    """Write bytes as in 1.5 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun, which takes an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def span(axis: Axis) -> str:
    """Write a window's span, with the formula where it is dilated."""
    return f"{axis.span}" if axis.dilation == 1 else f"({axis.dilation} * ({axis.window} - 1) + 1)"


def formula(axis: Axis) -> str:
    """Write how the number of windows follows, with the numbers in it."""
    room = f"({axis.before} + {axis.size} + {axis.after} - {span(axis)}) / {axis.stride}"
    omission = ", less one that would start behind the pixels" if _omits_last(axis) else ""
    return f"{'ceil' if axis.ceil else 'floor'}({room}) + 1 = {axis.count}{omission}"


def _omits_last(axis: Axis) -> bool:
    """Return whether a last window that would start behind the pixels is left out."""
    if not axis.ceil:
        return False
    room = axis.before + axis.size + axis.after - axis.span
    return axis.count < -(-room // axis.stride) + 1
