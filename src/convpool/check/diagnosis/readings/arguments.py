"""What a function may read its arguments as: strides swapped or ignored, one axis for both.

Letters: h x w pixels, kh x kw kernel, sh sw stride; in the table a the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from convpool.check.behaviour.case import Pair
from convpool.check.diagnosis.arithmetic import Arguments, Reading

Change = Callable[[Arguments], Arguments | None]  # as Reading.change
PairChange = Callable[[int, int], Pair]  # from (sh, sw), (kh, kw) or (h, w)


def _stride(stride: PairChange) -> Change:
    """Return a change of the stride, from (sh, sw)."""
    return lambda a: replace(a, stride=stride(*a.stride))


def _window(window: PairChange) -> Change:
    """Return a change of a pooling's window, from (kh, kw).

    For a convolution there is no such reading, as NumPy would refuse to multiply the kernel with a
    window of another size.
    """
    return lambda a: replace(a, window=window(*a.window)) if a.is_pooling else None


def _sizes(sizes: PairChange) -> Change:
    """Return a change of the image's size in formulas, from (h, w)."""
    return lambda a: replace(a, sizes=sizes(*a.sizes))


def _padding(padding: str) -> Change:
    """Return a change of a convolution's padding, where it is another one."""
    return lambda a: None if a.is_pooling or a.padding == padding else replace(a, padding=padding)


# name -> (Reading.words, Reading.change, Reading.decided_by)
ARGUMENTS: dict[str, tuple[str, Change, str]] = {
    "stride swapped": ("sh and sw are swapped", lambda a: a.swapped("stride"), ""),
    "stride ignored": ("the stride is ignored (taken as 1)", _stride(lambda sh, sw: (1, 1)), ""),
    "sh for both": ("sh is used for both axes", _stride(lambda sh, sw: (sh, sh)), ""),
    "sw for both": ("sw is used for both axes", _stride(lambda sh, sw: (sw, sw)), ""),
    "kernel as stride": (
        "the kernel's size is taken as the stride",
        lambda a: replace(a, stride=a.window),
        "",
    ),
    "kh and kw swapped": ("kh and kw are swapped", _window(lambda kh, kw: (kw, kh)), ""),
    "kh for both": ("kh is used for both axes", _window(lambda kh, kw: (kh, kh)), ""),
    "kw for both": ("kw is used for both axes", _window(lambda kh, kw: (kw, kw)), ""),
    "h and w swapped": ("h and w are swapped", lambda a: a.swapped("sizes"), ""),
    "h for both": ("h is used for both axes", _sizes(lambda h, w: (h, h)), ""),
    "w for both": ("w is used for both axes", _sizes(lambda h, w: (w, w)), ""),
    "'same' for all": ("the padding is always 'same'", _padding("same"), "zeros"),
    "'valid' for all": ("the padding is always 'valid'", _padding("valid"), "zeros"),
}


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield (name, reading) of each row; windows of a pooling may reach over the edge."""
    for name, (words, change, decided_by) in ARGUMENTS.items():
        yield name, Reading(words, decided_by=decided_by, change=change, is_ragged=True)
