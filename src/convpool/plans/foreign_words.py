"""Names that other libraries use for our keywords and options, so that an error can name ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from convpool.engines.pad_modes import PAD_MODES

# what calls name the size of their window, in order of preference
WINDOW = "kernel_shape", "window", "kernels, whose first axes are the window", "size"
# keyword of another library -> ours, in order of preference. An error names the first that begins
# with a keyword of the call, or that names another call (with parentheses)
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
    "ddepth": ("dtype, or round_to='uint8' for rounded pixels", "dtype"),
    "sigma": ("kernel: pass filters.gaussian(sigma)",),
    "sigmaX": ("sigma", "kernel: pass filters.gaussian(sigma)"),
    "radius": ("size, which is 2 * radius + 1",),
    "multichannel": ("channel_axis=-1 for colours",),
    "origin": ("padding, with a pair (before, after) for each axis",),
    "anchor": ("padding, with a pair (before, after) for each axis",),
    "nan_treatment": ("missing='nan'",),
    "mask": ("missing, which is True where a pixel is missing",),
    "func": ("mode",),
    "block_size": WINDOW,
}
# argument -> {option of another library, in lower case: the same option here}
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
        "extend": "edge",
        "0": "constant",  # BORDER_CONSTANT of OpenCV, and on
        "1": "edge",
        "2": "symmetric",
        "3": "wrap",
        "4": "reflect",
    },
    "padding": {"same_upper": "same"},
    "kernel_layout": {"iohw": "OIHW", "hwoi": "HWIO"},  # of weights of transposed convolutions
}


def unknown_keyword_text(call: str, keyword: str, parameters: Iterable[str]) -> str:
    """Return the text of the error for a keyword that is not among the parameters of a call.

    -> "pool() takes no 'ksize'; here that is kernel_shape"
    """
    ours = [
        text
        for text in FOREIGN_KEYWORDS.get(keyword, ())
        if "(" in text or re.split(r"\W", text)[0] in parameters
    ]
    if ours:
        return f"{call}() takes no {keyword!r}; here that is {ours[0]}"
    closest = _closest(keyword, parameters)
    advice = f"did you mean {closest}?" if closest else f"it takes {', '.join(parameters)}"
    return f"{call}() takes no {keyword!r}; {advice}"


def hint_for_word(value: object, options: Sequence[str], name: str) -> str:
    """Return the end of an error for a wrong option: which of the options it may mean.

    `value` was passed as the argument `name`. -> "; did you mean 'valid'?", or "" without an idea.
    """
    word = str(value).lower()
    if (ours := SYNONYMS.get(name, {}).get(word)) in options:
        return f"; what others call {value!r} is {ours!r} here"
    if name == "padding" and (mode := SYNONYMS["pad_mode"].get(word, word)) in PAD_MODES:
        return (
            f"; {value!r} is a pad_mode: where a call has one, pass padding='same', "
            f"pad_mode={mode!r}"
        )
    options_by_lower_case = {option.lower(): option for option in options}
    closest = _closest(word, options_by_lower_case)
    return f"; did you mean {options_by_lower_case[closest]!r}?" if closest else ""


def hint_for_sizes(numbers: Sequence[object], rank: int) -> str:
    """Return the end of an error for sizes that are not as many as the `rank` spatial axes.

    It says what the caller most likely meant; "" without an idea.
    """
    if any(isinstance(number, np.ndarray) for number in numbers):
        return "; an array that says which pixels a window takes is passed as footprint"
    if len(numbers) == rank + 2 and numbers[0] == numbers[-1] == 1:
        return f"; without those of batch and channels: {tuple(numbers[1:-1])}"
    if len(numbers) == rank + 2 and rank > 1:
        return "; leave out those of batch and channels"
    if rank == 1 and len(numbers) == 2:
        return (
            "; images are (batch, height, width, channels): pass images[None] for one picture, "
            "or take pool_image or filter_image; images[..., None] for grey ones"
        )
    return ""


def _closest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that is spelled like a word, None if there is none."""
    import difflib  # which takes a while to load, and only an error needs it

    return next(iter(difflib.get_close_matches(word, options, n=1)), None)
