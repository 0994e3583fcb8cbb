"""What a function may read its arguments as: strides swapped, h for w, always 'same'.

Letters: h x w pixels, kh x kw kernel, sh sw stride; in the table a the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from convpool.check.behaviour.case import Pair
from convpool.check.diagnosis.arithmetic import Arguments, Reading


def _window(arguments: Arguments, window: Pair) -> Arguments | None:
    """Return a pooling's arguments with another window (kh, kw); None for a convolution.

    For a convolution there is no such reading, as NumPy would refuse to multiply the kernel with a
    window of another size.
    """
    return replace(arguments, window=window) if arguments.is_pooling else None


# name -> (Reading.words, Reading.change, Reading.decided_by)
ARGUMENTS: dict[str, tuple[str, Callable[[Arguments], Arguments | None], str]] = {
    "stride swapped": ("sh and sw are swapped", lambda a: replace(a, stride=a.stride[::-1]), ""),
    "stride ignored": (
        "the stride is ignored (taken as 1)",
        lambda a: replace(a, stride=(1, 1)),
        "",
    ),
    "sh for both": (
        "sh is used for both axes",
        lambda a: replace(a, stride=(a.stride[0],) * 2),
        "",
    ),
    "sw for both": (
        "sw is used for both axes",
        lambda a: replace(a, stride=(a.stride[1],) * 2),
        "",
    ),
    "sh ignored": ("sh is ignored (taken as 1)", lambda a: replace(a, stride=(1, a.stride[1])), ""),
    "sw ignored": ("sw is ignored (taken as 1)", lambda a: replace(a, stride=(a.stride[0], 1)), ""),
    "kernel as stride": (
        "the kernel's size is taken as the stride",
        lambda a: replace(a, stride=a.window),
        "",
    ),
    "stride as kernel": (
        "the stride is taken as the kernel's size",
        lambda a: _window(a, a.stride),
        "",
    ),
    "kh and kw swapped": ("kh and kw are swapped", lambda a: _window(a, a.window[::-1]), ""),
    "kh for both": ("kh is used for both axes", lambda a: _window(a, (a.window[0],) * 2), ""),
    "kw for both": ("kw is used for both axes", lambda a: _window(a, (a.window[1],) * 2), ""),
    "global": ("each output is taken over the whole image", lambda a: _window(a, a.sizes), "sum"),
    "h and w swapped": ("h and w are swapped", lambda a: replace(a, sizes=a.sizes[::-1]), ""),
    "h for both": ("h is used for both axes", lambda a: replace(a, sizes=(a.sizes[0],) * 2), ""),
    "w for both": ("w is used for both axes", lambda a: replace(a, sizes=(a.sizes[1],) * 2), ""),
    "'same' for all": (
        "the padding is always 'same'",
        lambda a: replace(a, padding="same") if not a.is_pooling and a.padding != "same" else None,
        "zeros",
    ),
    "'valid' for all": (
        "the padding is always 'valid'",
        lambda a: (
            replace(a, padding="valid") if not a.is_pooling and a.padding != "valid" else None
        ),
        "zeros",
    ),
}


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield (name, reading) of each row, and again with ragged windows unless it is about zeros."""
    for name, (words, change, decided_by) in ARGUMENTS.items():
        yield name, Reading(words, decided_by, change=change)
        if decided_by != "zeros":
            ragged_words = f"{words}, and windows may reach over the edge"
            reading = Reading(ragged_words, decided_by, "pooling", change=change, is_ragged=True)
            yield f"{name}, ragged", reading
