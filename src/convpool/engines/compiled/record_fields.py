"""Fields of records, as dicts name -> value, that follow from windows, strides and blocks.

A record is what a compiled loop is told, as named integers; `record` explains them. A block is some
images, rows and columns of the output (m, oh, ow, nc) that are computed together. `geometry` is a
convolution without its arrays. Down is the axis of rows, across that of columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from convpool.engines.compiled.geometry import Block, ConvolutionGeometry
from convpool.windows import Axis


def grid_fields(geometry: ConvolutionGeometry, block: Block, itemsize: int) -> dict[str, int]:
    """Return the fields that COLUMNS and TILES share: where blocks, pixels and results lie.

    block: images, rows and columns of a block of the output; itemsize: bytes of a number of the
    images.
    """
    names = "images oh ow block_images block_rows block_columns stride_down stride_across"
    values = (*geometry.output[:3], *block, *geometry.window_strides)
    return {
        **dict(zip(names.split(), values, strict=True)),
        **stride_fields([stride * itemsize for stride in geometry.input_strides]),
        **output_fields(geometry, 3),  # TILES has no kernel_stride
    }


def output_fields(geometry: ConvolutionGeometry, count: int = 4) -> dict[str, int]:
    """Return the fields for the first `count` strides of the output, in numbers."""
    names = ("image_stride", "row_stride", "column_stride", "kernel_stride")[:count]
    return dict(zip(names, geometry.output_strides, strict=False))


def window_fields(axes: Sequence[Axis], *names: str) -> dict[str, int]:
    """Return attributes of the axes (down, across) as fields.

    names: of attributes of `Axis`; "stride" gives the fields stride_down and stride_across.
    """
    return {
        f"{name}_{direction}": getattr(axis, name)
        for direction, axis in zip(("down", "across"), axes, strict=True)
        for name in names
    }


def stride_fields(strides: Sequence[int], prefix: str = "") -> dict[str, int]:
    """Return the fields image_bytes, row_bytes and column_bytes, with a prefix before each name.

    strides: in bytes, of these axes in this order; fewer give only the first fields, and more than
    three are ignored.
    """
    names = (f"{prefix}{axis}_bytes" for axis in ("image", "row", "column"))
    return dict(zip(names, strides, strict=False))
