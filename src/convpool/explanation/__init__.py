"""One convolution or pooling explained window by window: in a terminal, a notebook, a picture.

May import plans and system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from convpool.explanation.explanation import Explanation
    from convpool.plans.arguments import Ints, Padding

__all__ = ["explain"]


def explain(
    images: ArrayLike,
    kernel: ArrayLike,
    padding: Padding | None = None,
    stride: Ints | None = None,
    *,
    pool: str | None = None,
    transpose: bool = False,
    dilation: Ints = 1,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    output_padding: Ints = 0,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
) -> Explanation:
    """Show, window by window, how one image is convolved or pooled.

    Parameters
    ----------
    images
        One image: (h, w), (h, w, c) or, as everywhere in the library, (1, h, w, c); or one line
        (w,).
    kernel
        Convolution: (kh, kw) for one channel, (kh, kw, c) for one kernel, or (kh, kw, c // groups,
        nc); (k,) for a line. Pooling: the window's sizes.
    padding, stride
        As in `convolve`, `pool` or `convolve_transpose`; None takes the default of that call.
    pool
        The mode of a pooling: "max", "min", "avg", "sum", "lp" or "median".
    transpose
        Whether to add each number of the image, times the kernel, to its window of the output, as
        `convolve_transpose` does.
    dilation
        Steps between the taps of a window.
    groups, pad_mode, fill, flip
        As in `convolve`.
    output_padding
        As in `convolve_transpose`.
    ceil, count_padding, p
        As in `pool`.

    Returns
    -------
    an Explanation: print it, let a notebook show it, save it to .html, .svg, .png or .gif, or
    iterate over its frames

    Raises
    ------
    ValueError, TypeError, OverflowError : as the call that is explained; more than one image or
        three spatial axes; an argument that belongs to another kind of call

    Examples
    --------
    >>> import numpy as np
    >>> explanation = explain(np.arange(16).reshape(4, 4), 2, pool="max")
    >>> explanation.formulas
    ['height floor((0 + 4 + 0 - 2) / 2) + 1 = 2', 'width floor((0 + 4 + 0 - 2) / 2) + 1 = 2']
    >>> frame = explanation.frames[3]
    >>> frame.position, frame.total, explanation.arithmetic(frame)
    ((1, 1), 15, ['max(10, 11, 14, 15) = 15'])
    """
    # imported here: `import convpool` must not wait for what only an explanation needs
    from convpool.explanation.make import make_explanation

    shared = {"dilation": dilation, "padding": padding, "stride": stride}
    specific = {
        "groups": groups,
        "pad_mode": pad_mode,
        "fill": fill,
        "flip": flip,
        "output_padding": output_padding,
        "ceil": ceil,
        "count_padding": count_padding,
        "p": p,
    }
    arguments = {name: value for name, value in shared.items() if value is not None} | specific
    return make_explanation(images, kernel, pool, arguments, is_transposed=transpose)
