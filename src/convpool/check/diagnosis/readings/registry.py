"""What a function may have read otherwise: HYPOTHESES holds them all, one table each in the modules of this name.

To add one, add a row to its table. What comes first is named first where several give the same
result. Letters: h x w pixels, kh x kw kernel, sh sw stride.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from convpool.check.diagnosis.arithmetic import Given, Pair, Reading
from convpool.check.diagnosis.readings import kernel, place, result
from convpool.check.diagnosis.readings import window as window_readings


def _window(given: Given, window: Pair) -> Given | None:
    """Read a pooling's window otherwise; a kernel of another size than the window would not be multiplied."""
    return replace(given, window=window) if given.pools else None


# name -> (words, the call as it is read, what decides it where that can be told)
GIVEN: dict[str, tuple[str, Callable[[Given], Given | None], str]] = {
    "stride swapped": ("sh and sw are swapped", lambda g: replace(g, stride=g.stride[::-1]), ""),
    "stride ignored": (
        "the stride is ignored (taken as 1)",
        lambda g: replace(g, stride=(1, 1)),
        "",
    ),
    "sh for both": (
        "sh is used for both axes",
        lambda g: replace(g, stride=(g.stride[0],) * 2),
        "",
    ),
    "sw for both": (
        "sw is used for both axes",
        lambda g: replace(g, stride=(g.stride[1],) * 2),
        "",
    ),
    "sh ignored": ("sh is ignored (taken as 1)", lambda g: replace(g, stride=(1, g.stride[1])), ""),
    "sw ignored": ("sw is ignored (taken as 1)", lambda g: replace(g, stride=(g.stride[0], 1)), ""),
    "kernel as stride": (
        "the kernel's size is taken as the stride",
        lambda g: replace(g, stride=g.window),
        "",
    ),
    "stride as kernel": (
        "the stride is taken as the kernel's size",
        lambda g: _window(g, g.stride),
        "",
    ),
    "kh and kw swapped": ("kh and kw are swapped", lambda g: _window(g, g.window[::-1]), ""),
    "kh for both": ("kh is used for both axes", lambda g: _window(g, (g.window[0],) * 2), ""),
    "kw for both": ("kw is used for both axes", lambda g: _window(g, (g.window[1],) * 2), ""),
    "global": ("each output is taken over the whole image", lambda g: _window(g, g.sizes), "sum"),
    "h and w swapped": ("h and w are swapped", lambda g: replace(g, sizes=g.sizes[::-1]), ""),
    "h for both": ("h is used for both axes", lambda g: replace(g, sizes=(g.sizes[0],) * 2), ""),
    "w for both": ("w is used for both axes", lambda g: replace(g, sizes=(g.sizes[1],) * 2), ""),
    "'same' for all": (
        "the padding is always 'same'",
        lambda g: replace(g, padding="same") if not g.pools and g.padding != "same" else None,
        "zeros",
    ),
    "'valid' for all": (
        "the padding is always 'valid'",
        lambda g: replace(g, padding="valid") if not g.pools and g.padding != "valid" else None,
        "zeros",
    ),
}


def _given() -> Iterator[tuple[str, Reading]]:
    for name, (words, given, decided) in GIVEN.items():
        yield name, Reading(words, decided, given=given)
        if decided != "zeros":
            over = f"{words}, and windows may reach over the edge"
            yield f"{name}, ragged", Reading(over, decided, "pooling", given=given, ragged=True)


HYPOTHESES: dict[str, Reading] = {
    name: reading
    for rows in (
        kernel.rows,
        place.zeros,
        _given,
        place.fills,
        window_readings.rows,
        result.rows,
        place.counts,
        place.beginnings,
    )
    for name, reading in rows()
}
