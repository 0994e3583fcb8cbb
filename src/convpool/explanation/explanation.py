"""One convolution or pooling, ready to be printed, shown in a notebook and saved."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from convpool.explanation import saving, svg, text, window_pictures
from convpool.explanation.model import Operation


class Explanation(Operation):
    """One image under one convolution, pooling or transposed convolution, window by window.

    Attributes
    ----------
    plan : the library's plan, with shapes, dtypes and the windows on each axis
    frames : what each window does, as plain values, computed on access
    kernels : as they are applied, (*window, c // groups, nc); None for pooling
    run : calls the library, without arguments; returns the result in its shape
    """

    def __str__(self) -> str:
        return text.summary(self)

    def __repr__(self) -> str:
        return f"<Explanation of a {self.plan.title}: {len(self.frames):,} windows>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first window as an SVG picture, with sizes and sum.

        Text, as `print` writes it, if there are too many cells to draw or no window.
        """
        try:
            return svg.write(window_pictures.one_window(self, 0))
        except (ValueError, IndexError):  # too many cells; no window
            return f"<pre>{escape(text.summary(self))}</pre>"

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        frame: int | None = None,
        seconds: float = saving.SECONDS,
        force: bool = True,
    ) -> None:
        """Save the explanation as a picture; the file appears only when it is complete.

        Parameters
        ----------
        path
            The file; its ending says the format: .svg, .png or .html (all windows below each
            other), or .gif (one after another).
        frame
            The number of the only window to draw, counted from 0; -1 is the last. None draws all.
        seconds
            How long a GIF shows each window.
        force
            Replace an existing file.

        Raises
        ------
        ValueError : the ending is none of these; there is no such window; `seconds` is not between
            0.02 and 600; or there are more windows, cells or pixels than a file of this format
            holds, and the error says how many it does
        FileExistsError : the file exists and `force` is False
        """
        saving.save(self, Path(path), frame=frame, seconds=seconds, force=force)
