"""Fields of records, name -> value, that follow from windows, strides and blocks."""

from __future__ import annotations

from collections.abc import Sequence

from convpool.engines.compiled.geometry import Block, ConvolutionGeometry
from convpool.windows import Axis


def grid_fields(geometry: ConvolutionGeometry, block: Block, itemsize: int) -> dict[str, int]:
    """Return the fields of COLUMNS and TILES that say where blocks and pixels lie.

    The pixels have `itemsize` bytes.
    """
    names = "images oh ow block_images block_rows block_columns stride_down stride_across"
    numbers = (*geometry.output[:3], *block, *geometry.window_strides)
    return {
        **dict(zip(names.split(), numbers, strict=True)),
        **stride_fields([stride * itemsize for stride in geometry.input_strides]),
        **output_fields(geometry, 3),
    }


def output_fields(geometry: ConvolutionGeometry, count: int = 4) -> dict[str, int]:
    """Return the first `count` strides of the output, as records have them."""
    names = ("image_stride", "row_stride", "column_stride", "kernel_stride")[:count]
    return dict(zip(names, geometry.output_strides, strict=False))


def window_fields(axes: Sequence[Axis], *names: str) -> dict[str, int]:
    """Return fields such as stride_down and stride_across for the names of attributes of Axis."""
    return {
        f"{name}_{direction}": getattr(axis, name)
        for direction, axis in zip(("down", "across"), axes, strict=True)
        for name in names
    }


def stride_fields(strides: Sequence[int], prefix: str = "") -> dict[str, int]:
    """Return the fields image_bytes, row_bytes and column_bytes, with a prefix, for these bytes."""
    names = (f"{prefix}{axis}_bytes" for axis in ("image", "row", "column"))
    return dict(zip(names, strides, strict=False))
