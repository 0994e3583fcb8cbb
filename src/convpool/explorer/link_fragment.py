"""The state in which the explorer page shows an explanation, as the fragment of a link.

page/settings.js has the names and limits of a state; the tests compare both.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.explanation import Explanation
from convpool.windows import Axis

EXPLORER_PADDINGS = ("valid", "same", "same_lower", "same_size", "full")
EXPLORER_POOL_MODES = ("max", "min", "avg", "sum")
# setting -> its least and greatest number
LIMITS = {
    **dict.fromkeys(("h", "w"), (1, 32)),
    **dict.fromkeys(("c", "nc", "groups"), (1, 4)),
    **dict.fromkeys(("kh", "kw"), (1, 11)),
    **dict.fromkeys(("sh", "sw"), (1, 8)),
    **dict.fromkeys(("dh", "dw"), (1, 4)),
    **dict.fromkeys(("top", "bottom", "left", "right"), (0, 9)),
    "extra": (0, 3),
    "fill": (-99, 99),
}
MAX_MAGNITUDE = 1e6  # of pixels and weights
DECIMALS = 6  # of pixels and weights in a link
MOST_NUMBERS = 32 * 32 * 4  # pixels, or weights, of a link: as many pixels as LIMITS allow


def fragment_of(explanation: Explanation, frame: int = 0) -> str | None:
    """Return the fragment that opens the explorer at a window of an explanation.

    That is the part of a link behind "#", such as "op=pool&mode=max&h=4&w=4...". None if the
    explorer cannot show this operation exactly: it has one spatial axis, more pixels, channels or
    taps than the explorer draws, another mode, or numbers that a link does not hold.
    """
    if len(explanation.plan.axes) != 2:
        return None
    state = _operation(explanation) | _windows(explanation) | _numbers(explanation)
    if any(value is None for value in state.values()):
        return None
    for name, (least, greatest) in LIMITS.items():
        if not least <= state.get(name, least) <= greatest:
            return None
    return urlencode(state | _position(explanation, frame), safe=",")


def _operation(explanation: Explanation) -> dict[str, Any]:
    """Return the settings of the operation, by name; those that the page lacks are None."""
    plan: Any = explanation.plan
    if explanation.kernels is None:
        mode = explanation.kind if explanation.kind in EXPLORER_POOL_MODES else None
        ceil = int(plan.axes[0].ceil)
        return {"op": "pool", "mode": mode, "ceil": ceil, "countPadding": int(plan.count_padding)}
    if explanation.kind == "transposed":
        return {"op": "transpose", "groups": plan.groups, "extra": _output_padding(explanation)}
    fill = np.asarray(plan.fill).item()
    return {
        "op": "convolve",
        "groups": plan.groups,
        "padMode": plan.pad_mode,
        "fill": fill if isinstance(fill, int) else None,
        "flip": int(plan.flip),
    }


def _output_padding(explanation: Explanation) -> int | None:
    """Return the output padding of a transposed convolution; None if it differs between axes."""
    if explanation.plan.padding.startswith("same"):
        return 0  # the page works out the sizes from the name
    counts = explanation.frames.positions  # of windows on each axis, one for each number of input
    # On each axis, the rows (or columns) of the output beyond those that the windows reach. Windows
    # lie on the output of a transposed convolution, so `axis.size` is the output's.
    unreached = {
        axis.size - ((count - 1) * axis.stride + axis.span - axis.before - axis.after)
        for axis, count in zip(explanation.plan.axes, counts, strict=True)
    }
    return unreached.pop() if len(unreached) == 1 else None


def _windows(explanation: Explanation) -> dict[str, Any]:
    """Return the settings of window, stride, dilation and padding on both axes, by name."""
    rows: Axis
    columns: Axis
    rows, columns = explanation.plan.axes
    state: dict[str, Any] = {}
    for letter, axis in (("h", rows), ("w", columns)):
        state |= {f"k{letter}": axis.window, f"s{letter}": axis.stride, f"d{letter}": axis.dilation}
    if explanation.plan.padding in EXPLORER_PADDINGS:
        return state | {"padding": explanation.plan.padding}
    sides = {"top": rows.before, "bottom": rows.after, "left": columns.before}
    return state | {"padding": "by hand", **sides, "right": columns.after}


def _numbers(explanation: Explanation) -> dict[str, Any]:
    """Return the settings of shapes, pixels and weights, by name.

    Pixels or weights that a link does not hold are None.
    """
    image, kernels = explanation.frames.image, explanation.kernels
    h, w, c = image.shape
    state = {"source": "own", "h": h, "w": w, "c": c, "pixels": _comma_separated(image)}
    if kernels is None:
        return state
    *_, channels_per_group, nc = kernels.shape
    if getattr(explanation.plan, "flip", False):  # the page flips them again
        kernels = np.flip(kernels, (0, 1))
    groups = explanation.plan.groups  # type: ignore[attr-defined]
    return state | {
        "kernel": "own",
        "c": channels_per_group * groups,
        "nc": nc,
        "weights": _comma_separated(kernels),
    }


def _comma_separated(values: NDArray[Any]) -> str | None:
    """Return numbers as "1,-2,0.5", in the order of the array.

    None if one is above MAX_MAGNITUDE, has more than DECIMALS decimals or is no real number, or
    there are more of them than the page draws.
    """
    if values.dtype.kind not in "biuf" or values.size > MOST_NUMBERS:
        return None
    exact = values.astype(np.float64)
    # NaN fails both comparisons
    if not (abs(exact) <= MAX_MAGNITUDE).all() or not (exact.round(DECIMALS) == exact).all():
        return None
    return ",".join(f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") for value in exact.ravel())


def _position(explanation: Explanation, number: int) -> dict[str, int]:
    """Return the settings of a window's position and channel, by name.

    The channel of the output is the setting "n"; if transposed, that of the input is "front".
    """
    frame = explanation.frames[number]
    i, j = frame.position
    plane = "front" if explanation.kind == "transposed" else "n"
    return {"i": i, "j": j, plane: frame.channel}
