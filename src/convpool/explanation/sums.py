"""Numbers and sums as text, the same in a terminal and in pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convpool.explanation.frames import Frame, Tap

MINUS, DOT = "\N{MINUS SIGN}", "\N{MIDDLE DOT}"
TIMES, ABOUT = "\N{MULTIPLICATION SIGN}", "\N{ALMOST EQUAL TO}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
MAX_TERMS = 30  # longer sums are cut off after so many terms


def number(value: Any) -> str:
    """Write a number: whole ones in full, others with four digits; None is empty."""
    if isinstance(value, bool):
        return str(int(value))
    if value is None:
        return ""
    if isinstance(value, complex):
        return f"{number(value.real)}{'+' if value.imag >= 0 else MINUS}{number(abs(value.imag))}i"
    text = str(value) if isinstance(value, int) else f"{value:.4g}"
    return text.replace("-", MINUS).replace("e+0", "e").replace("e+", "e")


def is_rounded(value: Any) -> bool:
    """Return whether `number` writes fewer digits than the value has."""
    if isinstance(value, complex):
        return is_rounded(value.real) or is_rounded(value.imag)
    return isinstance(value, float) and value == value and float(f"{value:.4g}") != value


def equals(value: Any, taps: Sequence[Tap] = ()) -> str:
    """Write "= 3", or "≈ 3" where the value, or an operand in the taps, is rounded."""
    operands = [operand for tap in taps for operand in (tap.value, tap.weight)]
    about = any(is_rounded(operand) for operand in [value, *operands])
    return f"{ABOUT if about else '='} {number(value)}"


def factor(value: Any) -> str:
    """Write a number as an operand of a product or sum: in brackets if it is negative."""
    text = number(value)
    return f"({text})" if text.startswith(MINUS) or isinstance(value, complex) else text


def join_terms(terms: Sequence[str], operator: str) -> str:
    """Join the terms of a sum; of more than MAX_TERMS only the first, and how many there are."""
    if len(terms) <= MAX_TERMS:
        return operator.join(terms)
    return operator.join([*terms[:MAX_TERMS], f"{ELLIPSIS} ({len(terms)} in all)"])


def _product(tap: Tap) -> str:
    return f"{factor(tap.value)}{DOT}{factor(tap.weight)}"


def _sum_of_products(taps: Sequence[Tap]) -> str:
    return join_terms([_product(tap) for tap in taps], " + ")


def convolution_lines(frame: Frame, p: float) -> list[str]:
    """Write the sum of products: one line for each channel, and one that adds them up."""
    if len(frame.sums) == 1:
        return [f"{_sum_of_products(frame.taps)} {equals(frame.total, frame.taps)}"]
    lines, depth = [], len(frame.taps) // max(1, len(frame.sums))
    for k, channel_sum in enumerate(frame.sums):
        taps = frame.taps[k * depth : (k + 1) * depth]
        products = _sum_of_products(taps)
        lines.append(f"channel {taps[0].channel}: {products} {equals(channel_sum, taps)}")
    total = join_terms([factor(channel_sum) for channel_sum in frame.sums], " + ") or "no channel"
    return [*lines, f"{total} {equals(frame.total, frame.taps)}"]


def transposed_lines(frame: Frame, p: float) -> list[str]:
    """Write the products that a number of the input adds to the output, and how many are cropped.

    The frame is one of a transposed convolution.
    """
    products = [_product(tap) for tap in frame.taps if tap.pixel is not None]
    cropped = len(frame.taps) - len(products)
    lines = [
        f"{number(frame.total)} times each weight is added to the output: "
        f"{join_terms(products, ', ') or 'nowhere'}"
    ]
    if cropped:
        lines.append(f"{cropped} of {len(frame.taps)} fall on padding, which is cropped")
    return lines


def _pixels(frame: Frame, template: str = "{}") -> list[str]:
    """Write each pixel under the window into a template."""
    return [template.format(number(tap.value)) for tap in frame.taps if tap.pixel is not None]


def _function_of_pixels(name: str) -> Callable[[Frame, float], list[str]]:
    """Return what writes a frame as name(pixels) = total."""

    def lines(frame: Frame, p: float) -> list[str]:
        pixels = join_terms(_pixels(frame), ", ") or "no pixel"
        return [f"{name}({pixels}) {equals(frame.total, frame.taps)}"]

    return lines


def _sum_of_pixels(frame: Frame) -> str:
    """Write the pixels of a window as a sum, in brackets if it is divided."""
    values = [factor(tap.value) for tap in frame.taps if tap.pixel is not None]
    total = join_terms(values, " + ") or "0"
    return f"({total})" if frame.divisor is not None and len(values) > 1 else total


def _lp(frame: Frame, p: float) -> list[str]:
    power = number(p if p % 1 else int(p))
    total = join_terms(_pixels(frame, f"|{{}}|^{power}"), " + ") or "0"
    return [f"({total})^(1/{power}) {equals(frame.total, frame.taps)}"]


def _avg(frame: Frame, p: float) -> list[str]:
    return [f"{_sum_of_pixels(frame)} / {frame.divisor} {equals(frame.total, frame.taps)}"]


def _sum(frame: Frame, p: float) -> list[str]:
    return [f"{_sum_of_pixels(frame)} {equals(frame.total, frame.taps)}"]


# kind, or mode of pooling -> the lines of arithmetic of a frame, from it and lp's exponent
ARITHMETIC: dict[str, Callable[[Frame, float], list[str]]] = {
    "convolution": convolution_lines,
    "transposed": transposed_lines,
    "max": _function_of_pixels("max"),
    "min": _function_of_pixels("min"),
    "median": _function_of_pixels("median"),
    "avg": _avg,
    "sum": _sum,
    "lp": _lp,
}


def position_text(position: Sequence[int]) -> str:
    """Write a position (i, j) or (j,): "row 1, column 2"."""
    names = ("row", "column")[-len(position) :]
    return ", ".join(f"{name} {n}" for name, n in zip(names, position, strict=True))
