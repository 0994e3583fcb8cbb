"""Which taps and which windows of an axis lie on pixels."""

from __future__ import annotations

from convpool.engines.compiled.loops.simd import loop


@loop
def taps_on_pixels(y, size, window, dilation):
    """Return (first, last): taps number `first` to before `last` of a window lie on pixels.

    The window has `window` taps, `dilation` apart, and begins at pixel y, which may be negative, of
    an axis of `size` pixels. Both are equal if no tap lies on a pixel.
    """
    first = 0 if y >= 0 else (dilation - 1 - y) // dilation
    last = min(window, (size - 1 - y) // dilation + 1)
    return first, max(first, last)


@loop
def windows_on_pixels(y, step, windows, size, span):
    """Return (first, last): windows number `first` to before `last` have all taps on pixels.

    Of `windows` windows on an axis of `size` pixels the first begins at pixel y, which may be
    negative, each other one `step` pixels further on; each spans `span` pixels.
    """
    first = 0 if y >= 0 else (step - 1 - y) // step
    last = 0 if size - span < y else (size - span - y) // step + 1
    return min(first, windows), min(last, windows)
