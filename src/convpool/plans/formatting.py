"""Numbers and formulas as plans print them.

The lines of a printed plan are made by `Plan.rows` in `base`, and by that of each kind of plan.
"""

from __future__ import annotations

from typing import Any

from convpool.windows import Axis


def sizes(numbers: Any) -> str:
    """Write sizes: (3, 3) -> "3 x 3"."""
    return " x ".join(map(str, numbers))


def byte_size(count: float) -> str:
    """Write a number of bytes with a unit, up to TB: 1_500_000 -> "1.5 MB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def duration(seconds: float) -> str:
    """Write seconds with two digits in s, ms or us: 0.0015 -> "1.5 ms"."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_two_digits(seconds / size)} {unit}"
    return f"{_two_digits(seconds / 1e-6)} us"


def _two_digits(number: float) -> str:
    """Write a number rounded to two digits, without an exponent if it is small: 123.4 -> "120"."""
    return f"{float(f'{number:.2g}'):g}"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: (1, "tap") -> "1 tap", (2, "tap") -> "2 taps"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def span(axis: Axis) -> str:
    """Write a window's span: "3", or its calculation if it is dilated, "(2 * (3 - 1) + 1)"."""
    return f"{axis.span}" if axis.dilation == 1 else f"({axis.dilation} * ({axis.window} - 1) + 1)"


def formula(axis: Axis) -> str:
    """Write the calculation of the number of windows: "floor((0 + 28 + 1 - 3) / 2) + 1 = 14"."""
    steps = f"({axis.before} + {axis.size} + {axis.after} - {span(axis)}) / {axis.stride}"
    omission = ", less one that would start behind the pixels" if _omits_last(axis) else ""
    return f"{'ceil' if axis.ceil else 'floor'}({steps}) + 1 = {axis.count}{omission}"


def _omits_last(axis: Axis) -> bool:
    """Return whether `ceil` would add a last window, but it is left out.

    It is left out if it would start behind the last pixel.
    """
    if not axis.ceil:
        return False
    room = axis.before + axis.size + axis.after - axis.span
    return axis.count < -(-room // axis.stride) + 1
