"""What plans of pooling and of its gradient share. m images, c channels."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from convpool.engines.values import dataclass
from convpool.engines.work import PoolingWork
from convpool.plans.base import Plan
from convpool.plans.formatting import plural, sizes
from convpool.plans.lock_free_property import cached_property
from convpool.windows import Axis, volume

Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PooledWindowsPlan(Plan):
    """A plan of an operation with windows of pixels of one channel.

    Attributes
    ----------
    mode, count_padding, p, pad_mode, fill : the arguments of `pool`
    footprint : for each tap of a window, in C order, whether it takes part; None if all do
    missing : None, "nan" if pixels that are NaN are missing, or "mask" for those that a mask says
    """

    mode: str
    count_padding: bool
    p: float
    pad_mode: str | None = None
    fill: Any = 0
    footprint: tuple[bool, ...] | None = None
    missing: str | None = None

    operation: ClassVar[str] = "pooling"

    @property
    def output_channels(self) -> int:
        """Number of channels of the result, c."""
        return self.channels

    @property
    def group_count(self) -> int:
        """Number of groups: each channel is pooled by itself."""
        return self.channels

    @property
    def group_inputs(self) -> int:
        """Number of channels of the images in each group."""
        return 1

    @property
    def reading_mode(self) -> str:
        """The pad mode that decides which pixels are read; "zeros" if none stand in the padding."""
        return self.pad_mode or "zeros"

    def work_of(self, images: Shape, axes: tuple[Axis, ...], output_channels: int) -> PoolingWork:
        """Return the work of an engine as `Plan.work_of` describes it."""
        return PoolingWork(
            images=(*images[:-1], output_channels),
            axes=axes,
            mode="sum" if self._divides_sums else self.mode,
            footprint_taps=None if self.footprint is None else sum(self.footprint),
            images_dtype=self.images_dtype,
            accumulation=self.accumulation,
            dtype=self.dtype,
        )

    @property
    def _divides_sums(self) -> bool:
        """Whether the engine sums, and each sum is divided by its count of pixels afterwards."""
        return self.missing is not None and self.mode == "avg"

    @cached_property
    def _engine_keywords(self) -> dict[str, Any]:
        """The keywords with which the engine is called."""
        keywords = {
            "mode": "sum" if self._divides_sums else self.mode,
            "count_padding": self.count_padding,
            "p": self.p,
            "dtype": self.accumulation,
        }
        if self.footprint is not None:
            keywords["footprint"] = np.reshape(self.footprint, [axis.window for axis in self.axes])
        return keywords

    @property
    def title(self) -> str:
        """The first line of the printed plan: "max pooling with windows of 2 x 2"."""
        window = sizes([axis.window for axis in self.axes])
        title = f"{self.mode} {self.operation} with windows of {window}"
        if self.footprint is None:
            return title
        return f"{title}, of which {plural(sum(self.footprint), 'tap')} of the footprint count"

    @property
    def _padding_text(self) -> str:
        """The padding of the printed plan: "valid, which never wins and is not counted"."""
        if self.pad_mode is not None:
            return f"{self.padding}, filled with {self.pad_mode}"
        counted = "counted" if self.count_padding else "not counted"
        return f"{self.padding}, which never wins and is {counted}"

    @property
    def _work_text(self) -> str:
        """The work of the printed plan: "588 results x 4 taps"."""
        return f"{volume(self.output_shape):,} results x {plural(self.taps, 'tap')}"
