"""What other libraries call our keywords and words, so that an error can name ours."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from convpool.engines.padding import PAD_MODES

# keyword of another library -> ours: the first that begins with a keyword of the call, or that is
# another call
WINDOW = "kernel_shape", "window", "kernels, whose first axes are the window"
FOREIGN_KEYWORDS: dict[str, tuple[str, ...]] = {
    "x": ("images", "image", "windows", "values"),
    "input": ("images", "image", "windows", "values"),
    "inputs": ("images", "image", "windows", "values"),
    "kernel": ("kernels",),
    "weight": ("kernels", "kernel"),
    "weights": ("kernels", "kernel"),
    "pool_size": WINDOW,
    "kernel_size": WINDOW,
    "ksize": WINDOW,
    "window_shape": WINDOW,
    "window_size": WINDOW,
    "size": ("kernel_shape", "output_shape"),
    "output_size": ("output_shape", "shape"),
    "strides": ("stride",),
    "step": ("stride",),
    "steps": ("stride",),
    "dilations": ("dilation",),
    "dilation_rate": ("dilation",),
    "rate": ("dilation",),
    "rhs_dilation": ("dilation",),
    "group": ("groups",),
    "feature_group_count": ("groups",),
    "pad": ("padding",),
    "pads": ("padding",),
    "auto_pad": ("padding",),
    "padding_mode": ("pad_mode",),
    "boundary": ("pad_mode",),
    "border": ("pad_mode",),
    "borderType": ("pad_mode",),
    "cval": ("fill",),
    "fillvalue": ("fill",),
    "fill_value": ("fill",),
    "pad_value": ("fill",),
    "constant_values": ("fill",),
    "ceil_mode": ("ceil",),
    "count_include_pad": ("count_padding",),
    "count_include_padding": ("count_padding",),
    "norm_type": ("p",),
    "pooling_type": ("mode",),
    "method": ("mode",),
    "reduction": ("mode",),
    "data_format": ("channel_axis=1 for channels first, NCHW; -1 for channels last, NHWC",),
    "return_indices": (
        "a call of its own: max_pool_indices(...) or adaptive_max_pool_indices(...)",
    ),
    "divisor_override": ("mode='sum', whose result you divide",),
    "mode": ("padding='same', 'valid' or 'full', or pad_mode= for what stands there",),
    "axis": ("channel_axis",),
    "window_dimensions": WINDOW,
    "window_strides": ("stride",),
    "output": ("out",),
    "preferred_element_type": ("dtype",),
}
# argument -> what other libraries call one of its words, in lower case -> ours
SYNONYMS: dict[str, dict[str, str]] = {
    "mode": {
        "mean": "avg",
        "average": "avg",
        "ave": "avg",
        "maximum": "max",
        "amax": "max",
        "minimum": "min",
        "amin": "min",
        "add": "sum",
        "total": "sum",
        "norm": "lp",
        "l2": "lp",
        "rms": "lp",
    },
    "pad_mode": {
        "zero": "zeros",
        "nearest": "edge",
        "replicate": "edge",
        "border_replicate": "edge",
        "mirror": "reflect",
        "reflect_101": "reflect",
        "reflect101": "reflect",
        "border_reflect_101": "reflect",
        "symm": "symmetric",
        "border_reflect": "symmetric",
        "grid-mirror": "symmetric",
        "circular": "wrap",
        "grid-wrap": "wrap",
        "periodic": "wrap",
        "border_wrap": "wrap",
        "border_constant": "constant",
        "grid-constant": "constant",
        "fill": "constant",
    },
    "padding": {"same_upper": "same"},
}

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def explain_foreign_keywords(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let a public call raise a TypeError that names our keyword for one of another library."""
    parameters = inspect.signature(call).parameters

    @wraps(call)
    def explained(*positional: Arguments.args, **keywords: Arguments.kwargs) -> Result:
        try:
            return call(*positional, **keywords)
        except TypeError:  # the keywords are checked only now, which costs a good call nothing
            unknown = [word for word in keywords if word not in parameters]
            if not unknown:
                raise
        raise TypeError(_unknown_keyword(call.__name__, unknown[0], parameters))

    return explained


def _unknown_keyword(call: str, word: str, parameters: Iterable[str]) -> str:
    """Return the text of the error for a keyword that a call does not have."""
    ours = [
        text
        for text in FOREIGN_KEYWORDS.get(word, ())
        if "(" in text or re.split(r"\W", text)[0] in parameters
    ]
    if ours:
        return f"{call}() takes no {word!r}; here that is {ours[0]}"
    close = difflib.get_close_matches(word, parameters, n=1)
    return f"{call}() takes no {word!r}; " + (
        f"did you mean {close[0]}?" if close else f"it takes {', '.join(parameters)}"
    )


def hint_for_word(value: object, options: Sequence[str], name: str) -> str:
    """Return the end of an error: which option a word of the argument `name` may mean; or ""."""
    word = str(value).lower()
    if (ours := SYNONYMS.get(name, {}).get(word)) in options:
        return f"; what others call {value!r} is {ours!r} here"
    if name == "padding" and (mode := SYNONYMS["pad_mode"].get(word, word)) in PAD_MODES:
        return (
            f"; {value!r} is a pad_mode: where a call has one, pass padding='same', "
            f"pad_mode={mode!r}"
        )
    folded = {option.lower(): option for option in options}
    close = difflib.get_close_matches(word, folded, n=1)
    return f"; did you mean {folded[close[0]]!r}?" if close else ""
