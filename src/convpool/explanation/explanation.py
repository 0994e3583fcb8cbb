"""One convolution or pooling, ready to be printed, shown and saved."""

from __future__ import annotations

import os
from pathlib import Path

from convpool.explanation import html, saving, text
from convpool.explanation.model import Operation


class Explanation(Operation):
    """One image under one convolution, pooling or transposed convolution, window by window.

    Attributes
    ----------
    plan : the library's plan, with shapes, dtypes and the windows on each axis
    frames : what each window does, as plain values, worked out when asked for
    kernels : as they are applied, (*window, c // groups, nc); None for pooling
    run : the library's call
    """

    def __str__(self) -> str:
        return text.summary(self)

    def __repr__(self) -> str:
        return f"<Explanation of a {self.plan.title}: {len(self.frames):,} windows>"

    def _repr_html_(self) -> str:
        return html.shown(self)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        frame: int | None = None,
        seconds: float = 0.8,
        force: bool = True,
    ) -> None:
        """Write it to a file, whole or not at all.

        Parameters
        ----------
        path
            Where to; the ending says the format: .html (to step through), .svg or .png (windows
            below each other), or .gif (moving).
        frame
            Which one alone is drawn, counted from 0; -1 is the last. All if it is None.
        seconds
            How long a GIF shows each.
        force
            Replace a file that is there.

        Raises
        ------
        ValueError : the ending means nothing, or there is more than can be drawn; the text says
            what would do
        FileExistsError : the file is there and `force` is False
        """
        saving.save(self, Path(path), frame=frame, seconds=seconds, force=force)
