"""Sums as text, the same in a terminal and in pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convpool.explanation.frames import Frame, Tap
from convpool.explanation.written_numbers import (
    ABOUT,
    DOT,
    ELLIPSIS,
    factor,
    is_rounded,
    number,
)

MAX_TERMS = 30  # of a sum that are written out


def equals(value: Any, taps: Sequence[Tap] = ()) -> str:
    """Return "= 3"; or "≈ 3" if the value, or a value or weight of the taps, is written rounded."""
    operands = [operand for tap in taps for operand in (tap.value, tap.weight)]
    is_approximate = any(is_rounded(operand) for operand in [value, *operands])
    return f"{ABOUT if is_approximate else '='} {number(value)}"


def join_terms(terms: Sequence[str], separator: str) -> str:
    """Join terms: "a + b".

    Of more than MAX_TERMS only the first are written, and their number: "a + b + … (40 in all)".
    """
    if len(terms) <= MAX_TERMS:
        return separator.join(terms)
    return separator.join([*terms[:MAX_TERMS], f"{ELLIPSIS} ({len(terms)} in all)"])


def _product(tap: Tap) -> str:
    """Return value times weight as text: "3·(-1)"."""
    return f"{factor(tap.value)}{DOT}{factor(tap.weight)}"


def _sum_of_products(taps: Sequence[Tap]) -> str:
    """Return "3·1 + 2·(-1)"; empty without taps."""
    return join_terms([_product(tap) for tap in taps], " + ")


def _convolution(frame: Frame) -> list[str]:
    """Return the sum of products of a convolution's frame.

    One channel -> ["3·1 + 2·(-1) = 1"]. Several channels -> one such line for each, with
    "channel 0: " before it, and at last ["1 + 4 = 5"]. No channel -> ["no channel = 0"].
    """
    if len(frame.sums) == 1:
        return [f"{_sum_of_products(frame.taps)} {equals(frame.total, frame.taps)}"]
    if not frame.sums:
        return [f"no channel {equals(frame.total)}"]
    lines = []
    # taps are ordered channel after channel, as many for each
    taps_per_channel = len(frame.taps) // len(frame.sums)
    for k, channel_sum in enumerate(frame.sums):
        taps = frame.taps[k * taps_per_channel : (k + 1) * taps_per_channel]
        products = _sum_of_products(taps)
        lines.append(f"channel {taps[0].channel}: {products} {equals(channel_sum, taps)}")
    total = join_terms([factor(channel_sum) for channel_sum in frame.sums], " + ")
    return [*lines, f"{total} {equals(frame.total, frame.taps)}"]


def _transposed(frame: Frame) -> list[str]:
    """Return what the frame's number of the input adds to the output of a transposed convolution.

    That number is frame.total here, and a tap without a pixel is a product that is cropped.
    -> ["2 times each weight is added to the output: 2·1, 2·(-1)"], with "nowhere" for no product;
    if products are cropped, a second line, ["1 of 3 fall on padding, which is cropped"].
    """
    products = [_product(tap) for tap in frame.taps if tap.pixel is not None]
    cropped_count = len(frame.taps) - len(products)
    lines = [
        f"{number(frame.total)} times each weight is added to the output: "
        f"{join_terms(products, ', ') or 'nowhere'}"
    ]
    if cropped_count:
        lines.append(f"{cropped_count} of {len(frame.taps)} fall on padding, which is cropped")
    return lines


def _pixel_values(frame: Frame) -> list[Any]:
    """Return the values of the pixels under the window, without padding."""
    return [tap.value for tap in frame.taps if tap.pixel is not None]


def _function_of_pixels(name: str) -> Callable[[Frame], list[str]]:
    """Return the function that writes a frame of a pooling as ["max(1, 4) = 4"]."""

    def lines(frame: Frame) -> list[str]:
        pixels = join_terms([number(value) for value in _pixel_values(frame)], ", ")
        return [f"{name}({pixels or 'no pixel'}) {equals(frame.total, frame.taps)}"]

    return lines


def _sum_of_pixels(frame: Frame) -> str:
    """Return "1 + (-4)"; "0" without a pixel."""
    return join_terms([factor(value) for value in _pixel_values(frame)], " + ") or "0"


def _avg(frame: Frame) -> list[str]:
    """Return ["(1 + 4) / 2 = 2.5"]; a single term has no brackets."""
    total = _sum_of_pixels(frame)
    if len(_pixel_values(frame)) > 1:
        total = f"({total})"
    return [f"{total} / {frame.divisor} {equals(frame.total, frame.taps)}"]


def _sum(frame: Frame) -> list[str]:
    """Return ["1 + 4 = 5"]."""
    return [f"{_sum_of_pixels(frame)} {equals(frame.total, frame.taps)}"]


def _lp(frame: Frame, p: float) -> list[str]:
    """Return ["(|3|^2 + |4|^2)^(1/2) = 5"]."""
    power = number(p if p % 1 else int(p))
    terms = [f"|{number(value)}|^{power}" for value in _pixel_values(frame)]
    total = join_terms(terms, " + ") or "0"
    return [f"({total})^(1/{power}) {equals(frame.total, frame.taps)}"]


# kind of operation, or mode of pooling except "lp" -> the lines of arithmetic of a frame
LINES: dict[str, Callable[[Frame], list[str]]] = {
    "convolution": _convolution,
    "transposed": _transposed,
    "max": _function_of_pixels("max"),
    "min": _function_of_pixels("min"),
    "median": _function_of_pixels("median"),
    "avg": _avg,
    "sum": _sum,
}


def arithmetic(kind: str, frame: Frame, p: float) -> list[str]:
    """Return the lines that compute a frame's number, with every operand in them.

    Parameters
    ----------
    kind
        "convolution", "transposed" or the mode of a pooling.
    frame
        One window of this kind of operation.
    p
        The exponent of "lp"; other kinds do not use it.
    """
    return _lp(frame, p) if kind == "lp" else LINES[kind](frame)


def position_text(position: Sequence[int]) -> str:
    """Return a position (i, j) or (j,) as text: "row 1, column 2" or "column 2"."""
    names = ("row", "column")[-len(position) :]
    return ", ".join(f"{name} {n}" for name, n in zip(names, position, strict=True))
