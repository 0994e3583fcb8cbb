"""Numbers as text, the same in a terminal and in pictures; and the signs between them."""

from __future__ import annotations

from typing import Any

DIGITS = 4  # significant ones of a float
MINUS, DOT = "\N{MINUS SIGN}", "\N{MIDDLE DOT}"
TIMES, ABOUT = "\N{MULTIPLICATION SIGN}", "\N{ALMOST EQUAL TO}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def number(value: Any) -> str:
    """Return a number as text, with a real minus sign; empty for None.

    int are written in full, True and False as 1 and 0, float with DIGITS significant digits,
    complex as "1+2i".
    """
    if isinstance(value, bool):
        return str(int(value))
    if value is None:
        return ""
    if isinstance(value, complex):
        return f"{number(value.real)}{'+' if value.imag >= 0 else MINUS}{number(abs(value.imag))}i"
    text = str(value) if isinstance(value, int) else f"{value:.{DIGITS}g}"
    # 1e-05 -> 1e-5, 1e+20 -> 1e20
    return text.replace("-", MINUS).replace("e+0", "e").replace("e+", "e")


def is_rounded(value: Any) -> bool:
    """Return whether `number` writes fewer digits than the value has; False for NaN."""
    if isinstance(value, complex):
        return is_rounded(value.real) or is_rounded(value.imag)
    is_nan = value != value
    return isinstance(value, float) and not is_nan and float(f"{value:.{DIGITS}g}") != value


def factor(value: Any) -> str:
    """Return a number as an operand, in brackets if it is negative or complex: "3", "(-3)"."""
    text = number(value)
    return f"({text})" if text.startswith(MINUS) or isinstance(value, complex) else text
