"""Which taps and which windows of an axis lie on pixels."""

from __future__ import annotations

from convpool.engines.compiled.loops.simd import loop


@loop
def taps_on_pixels(y, size, window, dilation):
    """Return (first, last): taps number `first` to before `last` of a window lie on pixels.

    The window has `window` taps, `dilation` apart, and begins at pixel y, which may be negative, of
    an axis of `size` pixels. Both are equal if no tap lies on a pixel. The taps of a window of 3
    with dilation 2 from y = -1 on are at -1, 1 and 3: of an axis of 3 pixels, that is (1, 2).
    """
    first = 0 if y >= 0 else (dilation - 1 - y) // dilation
    last = min(window, (size - 1 - y) // dilation + 1)
    return first, max(first, last)


@loop
def windows_on_pixels(y, stride, windows, size, span):
    """Return (first, last): windows number `first` to before `last` have all taps on pixels.

    Of `windows` windows on an axis of `size` pixels the first begins at pixel y, which may be
    negative, each other one `stride` pixels further on; each spans `span` pixels. If there are no
    such windows, last is not greater than first.
    """
    first = 0 if y >= 0 else (stride - 1 - y) // stride
    last = 0 if size - span < y else (size - span - y) // stride + 1
    return min(first, windows), min(last, windows)
