"""The numbers and sums of an explanation in words, the same in a terminal and in pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convpool.explanation.frames import Frame, Tap

MINUS, DOT, TIMES, ABOUT = (
    "\N{MINUS SIGN}",
    "\N{MIDDLE DOT}",
    "\N{MULTIPLICATION SIGN}",
    "\N{ALMOST EQUAL TO}",
)
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
TERMS = 30  # of a sum that is written out; of a longer one the first are


def number(value: Any) -> str:
    """Write a number: whole ones in full, others with four digits."""
    if isinstance(value, bool):
        return str(int(value))
    if value is None:
        return ""
    if isinstance(value, complex):
        return f"{number(value.real)}{'+' if value.imag >= 0 else MINUS}{number(abs(value.imag))}i"
    text = str(value) if isinstance(value, int) else f"{value:.4g}"
    return text.replace("-", MINUS).replace("e+0", "e").replace("e+", "e")


def rounded(value: Any) -> bool:
    """Tell whether `number` does not write all of it."""
    if isinstance(value, complex):
        return rounded(value.real) or rounded(value.imag)
    return isinstance(value, float) and value == value and float(f"{value:.4g}") != value


def equals(value: Any, taps: Sequence[Tap] = ()) -> str:
    """Write = and a number, or the sign for about where this or what it comes from is rounded."""
    about = rounded(value) or any(rounded(tap.value) or rounded(tap.weight) for tap in taps)
    return f"{ABOUT if about else '='} {number(value)}"


def factor(value: Any) -> str:
    """Write a number that stands in a product or sum: in brackets if it is negative."""
    text = number(value)
    return f"({text})" if text.startswith(MINUS) or isinstance(value, complex) else text


def terms(words: Sequence[str], joint: str) -> str:
    """Join the terms of a sum; of many, the first."""
    if len(words) <= TERMS:
        return joint.join(words)
    return joint.join([*words[:TERMS], f"{ELLIPSIS} ({len(words)} in all)"])


def products(taps: Sequence[Tap]) -> str:
    """Write value times weight for each tap, added up."""
    return terms([f"{factor(tap.value)}{DOT}{factor(tap.weight)}" for tap in taps], " + ")


def convolving(frame: Frame, p: float) -> list[str]:
    """Write the sum of products: one line for each channel, and one that adds them up."""
    if len(frame.sums) == 1:
        return [f"{products(frame.taps)} {equals(frame.total, frame.taps)}"]
    lines, depth = [], len(frame.taps) // max(1, len(frame.sums))
    for k, one in enumerate(frame.sums):
        taps = frame.taps[k * depth : (k + 1) * depth]
        lines.append(f"channel {taps[0].channel}: {products(taps)} {equals(one, taps)}")
    return [
        *lines,
        f"{terms([factor(one) for one in frame.sums], ' + ') or 'no channel'} "
        f"{equals(frame.total, frame.taps)}",
    ]


def scattering(frame: Frame, p: float) -> list[str]:
    """Write what a number gives to its window."""
    given = [
        f"{factor(tap.value)}{DOT}{factor(tap.weight)}"
        for tap in frame.taps
        if tap.pixel is not None
    ]
    lost = len(frame.taps) - len(given)
    lines = [
        f"{number(frame.total)} times each weight is added to the output: "
        f"{terms(given, ', ') or 'nowhere'}"
    ]
    return lines + (
        [f"{lost} of {len(frame.taps)} fall on padding, which is cropped"] if lost else []
    )


def _pixels(frame: Frame, form: str = "{}") -> list[str]:
    return [form.format(number(tap.value)) for tap in frame.taps if tap.pixel is not None]


def _chosen(name: str) -> Callable[[Frame, float], str]:
    return lambda frame, p: (
        f"{name}({terms(_pixels(frame), ', ') or 'no pixel'}) {equals(frame.total, frame.taps)}"
    )


def _sum(frame: Frame) -> str:
    values = [factor(tap.value) for tap in frame.taps if tap.pixel is not None]
    joined = terms(values, " + ") or "0"
    return f"({joined})" if frame.divisor is not None and len(values) > 1 else joined


def _lp(frame: Frame, p: float) -> str:
    power = number(p if p % 1 else int(p))
    return (
        f"({terms(_pixels(frame, f'|{{}}|^{power}'), ' + ') or '0'})^(1/{power}) "
        f"{equals(frame.total, frame.taps)}"
    )


# kind, or mode of pooling -> the lines of arithmetic of a frame, with the exponent of lp
ARITHMETIC: dict[str, Callable[[Frame, float], list[str]]] = {
    "convolution": convolving,
    "transposed": scattering,
    "max": lambda frame, p: [_chosen("max")(frame, p)],
    "min": lambda frame, p: [_chosen("min")(frame, p)],
    "median": lambda frame, p: [_chosen("median")(frame, p)],
    "avg": lambda frame, p: [f"{_sum(frame)} / {frame.divisor} {equals(frame.total, frame.taps)}"],
    "sum": lambda frame, p: [f"{_sum(frame)} {equals(frame.total, frame.taps)}"],
    "lp": lambda frame, p: [_lp(frame, p)],
}


def place(position: Sequence[int]) -> str:
    """Write a position: row 1, column 2."""
    return ", ".join(
        f"{name} {n}" for name, n in zip(("row", "column")[-len(position) :], position, strict=True)
    )
