"""A compiled convolution before its numbers are looked at: shapes, strides, and where pixels lie.

m images, h x w pixels, c channels, nc kernels of depth channels, kh x kw taps, oh x ow output.
Strides of arrays count numbers (their elements), not bytes; a vector holds `lanes` of them. A block
is (images, rows, columns) of the output that are computed together. Its pixels are read in place,
in the images, or packed: copied to a scratch, padded and converted. A scratch is (image, plane,
row, line): a line is one row of pixels in one plane, with `channels_per_line` channels of each
column side by side. Column x of channel ch is in the plane with number
`ch // channels_per_line * phases + x % phases`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import forms, library
from convpool.engines.compiled.record import LINES, PACKING, address_of, filled
from convpool.engines.pad_modes import padded_indices
from convpool.engines.values import NamedTuple, dataclass
from convpool.windows import Axis, volume

Array = NDArray[Any]
Ints = NDArray[np.int64]
Block = tuple[int, int, int]
Value = TypeVar("Value")

KEPT_GEOMETRIES = 64  # the last ones, whose schedules and packings are kept


def strides_in_numbers(array: Array) -> tuple[int, ...]:
    """Return the strides of an array, counted in its numbers: one for each axis.

    Where an axis but the first has length 1, any stride would do: it is what the axes behind give.
    """
    strides = [stride // array.itemsize for stride in array.strides]
    for k in range(array.ndim - 1, 0, -1):
        if array.shape[k] == 1:
            strides[k] = 1 if k == array.ndim - 1 else strides[k + 1] * array.shape[k + 1]
    return tuple(strides)


class Weights(NamedTuple):
    """Kernels (kh, kw, depth, nc) and bias (nc) of a convolution, in the dtype of the sums.

    `derived` is a dict, name -> value, that keeps what is computed from them, such as packed
    copies, for later calls; it is None where each call may bring other weights.
    """

    kernels: Array
    bias: Array
    derived: dict[Hashable, Any] | None = None

    def derive(self, name: Hashable, compute: Callable[[Weights], Value]) -> Value:
        """Return `compute(self)`, which is kept under this name if derived values are kept."""
        if self.derived is None:
            return compute(self)
        if name not in self.derived:
            self.derived[name] = compute(self)
        value: Value = self.derived[name]
        return value

    def are_finite(self) -> bool:
        """Return whether all kernels are finite."""
        return self.derive("are finite", lambda weights: are_finite(weights.kernels))


def are_finite(numbers: Array) -> bool:
    """Return whether all numbers are finite."""
    # faster than their sum, and without its warnings
    return numbers.dtype.kind != "f" or np.count_nonzero(np.isfinite(numbers)) == numbers.size


class Operands(NamedTuple):
    """The arrays of a convolution, as compiled loops take them.

    images (m, h, w, c), the weights, output (m, oh, ow, nc), and the number that stands in constant
    padding.
    """

    images: Array
    weights: Weights
    output: Array
    fill: Any


@dataclass(frozen=True)
class ConvolutionGeometry:
    """A convolution on two spatial axes without its arrays.

    Parameters
    ----------
    images, output, kernels
        Shapes (m, h, w, c), (m, oh, ow, nc) and (kh, kw, depth, nc).
    input_strides, output_strides
        Strides of images and output, in numbers.
    axes
        The windows on rows (down) and on columns (across).
    groups, pad_mode
        How many groups the channels are cut into, each with kernels of its own; what stands in the
        padding, a word such as "zeros" or "reflect".
    is_padded_with_zeros
        Whether what stands in the padding, if there is any, is zeros.
    dtypes
        (dtype of the images, of the sums, of the results).
    terms
        About how many products are summed before they are added to the result.
    """

    images: tuple[int, ...]
    output: tuple[int, ...]
    kernels: tuple[int, ...]
    input_strides: tuple[int, ...]
    output_strides: tuple[int, ...]
    axes: tuple[Axis, Axis]
    groups: int
    pad_mode: str
    is_padded_with_zeros: bool
    dtypes: tuple[np.dtype[Any], np.dtype[Any], np.dtype[Any]]
    terms: int

    @property
    def needs_no_conversion(self) -> bool:
        """Whether images have the dtype of the sums."""
        return self.dtypes[0] == self.dtypes[1]

    @property
    def lanes(self) -> int:
        """Numbers in a vector of sums."""
        return library.isa().vector_bytes // self.dtypes[1].itemsize

    @property
    def kernels_per_group(self) -> int:
        """Kernels that read the same channels."""
        return self.kernels[3] // self.groups

    @property
    def is_interleaved(self) -> bool:
        """Whether the channels of neighbouring pixels lie side by side."""
        return self.input_strides[2:] == (self.images[3], 1)

    @property
    def is_dense(self) -> bool:
        """Whether all pixels of an image, and the next image, follow each other."""
        _, h, w, c = self.images
        return self.is_interleaved and self.input_strides[:2] == (h * w * c, w * c)

    @property
    def has_padding(self) -> bool:
        """Whether any axis has padding."""
        return any(axis.before or axis.after for axis in self.axes)

    @property
    def window_strides(self) -> tuple[int, int]:
        """Rows and columns from one window to the next."""
        return self.axes[0].stride, self.axes[1].stride


def geometry_of(
    images: Array, output: Array, kernels: tuple[int, ...], sums: np.dtype[Any], **fields: Any
) -> ConvolutionGeometry:
    """Return the geometry of arrays that the loops can read and write.

    kernels: their shape; sums: the dtype of the sums; fields: the other fields of
    ConvolutionGeometry, which do not follow from the arrays.
    """
    return ConvolutionGeometry(
        images=images.shape,
        output=output.shape,
        kernels=kernels,
        input_strides=strides_in_numbers(images),
        output_strides=strides_in_numbers(output),
        dtypes=(images.dtype, sums, output.dtype),
        **fields,
    )


def in_one_row(geometry: ConvolutionGeometry) -> ConvolutionGeometry:
    """Return the same convolution with all pixels of all images in one row of one image.

    That can be where kernels are 1x1, strides 1, arrays dense, and pixels neither padded nor
    converted; elsewhere the geometry is returned as it is.
    """
    c, (m, oh, ow, nc) = geometry.images[3], geometry.output
    is_pointwise = all(axis.window == axis.stride == 1 for axis in geometry.axes)
    is_output_dense = geometry.output_strides == (oh * ow * nc, ow * nc, nc, 1)
    is_as_stored = geometry.needs_no_conversion and not geometry.has_padding
    if not (is_pointwise and is_as_stored and geometry.is_dense and is_output_dense):
        return geometry
    pixels = m * oh * ow
    return replace(
        geometry,
        images=(1, 1, pixels, c),
        output=(1, 1, pixels, nc),
        input_strides=(pixels * c, pixels * c, c, 1),
        output_strides=(pixels * nc, pixels * nc, nc, 1),
        axes=(Axis(1, 1), Axis(pixels, 1)),
    )


@dataclass(frozen=True)
class PixelLayout:
    """Where the pixels of a block lie, in the images or in a scratch.

    phases, pitch and size are those of a scratch, and 1, 0 and (0, 0) in the images.

    Parameters
    ----------
    scratch_numbers
        How many numbers the scratch holds, 0 where pixels are read in place.
    image_stride, row_stride, column_stride, channel_stride
        From one pixel to the next, in numbers; in a scratch, to the next one of the same plane.
    window_strides
        Rows and columns from one window to the next.
    channels_per_line
        Channels that lie side by side in a line.
    phases
        Planes that the columns of each channel are dealt out to: column x is in number x % phases
        of them. If these are as many as the stride across, tap v of neighbouring windows lies side
        by side in one plane, ready for a vector.
    pitch
        Numbers from line to line.
    size
        Rows and columns of the pixels that the windows of a block cover, padding included.
    """

    scratch_numbers: int
    image_stride: int
    row_stride: int
    column_stride: int
    channel_stride: int
    window_strides: tuple[int, int]
    channels_per_line: int
    phases: int = 1
    pitch: int = 0
    size: tuple[int, int] = (0, 0)

    @property
    def window_strides_in_numbers(self) -> tuple[int, int, int]:
        """Numbers from a window to that of the next (image, row, column) of the output."""
        down, across = self.window_strides
        # `phases` is 1 or the stride across: then the next window is the next column of its plane
        column = self.column_stride * across // self.phases
        return self.image_stride, self.row_stride * down, column

    def offset(self, y: int, x: int, ch: int) -> int:
        """Return how many numbers behind a window's first number a pixel under the window lies.

        The pixel is y rows down and x columns across from the window's first one, in channel ch.
        In a scratch of one channel with 2 phases, 3 rows and a pitch of 16, offset(1, 2, 0) is
        16 + 1: row 1, second number of plane 0. offset(0, 1, 0) is 3 * 16: plane 1 begins there.
        """
        if not self.scratch_numbers:
            return y * self.row_stride + x * self.column_stride + ch * self.channel_stride
        per_line = self.channels_per_line
        plane = ch // per_line * self.phases + x % self.phases
        line_start = (plane * self.size[0] + y) * self.pitch
        return line_start + x // self.phases * per_line + ch % per_line


def layout_in_place(geometry: ConvolutionGeometry, channels_per_line: int) -> PixelLayout:
    """Return the layout of pixels that are read in the images; channels_per_line: its field."""
    image, row, column, channel = geometry.input_strides
    strides = geometry.window_strides
    return PixelLayout(0, image, row, column, channel, strides, channels_per_line)


def layout_in_scratch(
    geometry: ConvolutionGeometry, block: Block, channels_per_line: int, phases: int
) -> PixelLayout:
    """Return the layout of a block that is copied to a scratch, padded and converted.

    channels_per_line and phases: the fields of PixelLayout.
    """
    block_images, *sizes = block
    rows, columns = (
        (size - 1) * axis.stride + axis.span
        for size, axis in zip(sizes, geometry.axes, strict=True)
    )
    lanes, line_length = geometry.lanes, -(-columns // phases) * channels_per_line
    # whole vectors, and one more: up to a vector of zeros is written behind a line
    pitch = (-(-line_length // lanes) + 1) * lanes
    planes = geometry.images[3] // channels_per_line * phases
    image_numbers = planes * rows * pitch
    return PixelLayout(
        scratch_numbers=block_images * image_numbers,
        image_stride=image_numbers,
        row_stride=pitch,
        column_stride=channels_per_line,
        channel_stride=1,
        window_strides=geometry.window_strides,
        channels_per_line=channels_per_line,
        phases=phases,
        pitch=pitch,
        size=(rows, columns),
    )


class Packing(NamedTuple):
    """How the blocks of a convolution are packed.

    Parameters
    ----------
    function
        The address of the function that packs a block, 0 where pixels are read in place.
    fields
        The values of the record PACKING, without addresses of a call's arrays.
    keeps_margins
        Whether the margin, what stands in the scratch around the pixels, stays right from block to
        block, so that only the first one has to write it.
    maps
        The maps of rows and columns: kept, since `fields` has their addresses.
    """

    function: int
    fields: list[int]
    keeps_margins: bool
    maps: tuple[Ints, ...]


@lru_cache(KEPT_GEOMETRIES)
def packing_of(geometry: ConvolutionGeometry, layout: PixelLayout, block: Block) -> Packing:
    """Return how blocks of this size are packed to the scratch of a layout.

    If pixels are read in place, the packing has no function, and its fields are zeros.
    """
    if not layout.scratch_numbers:
        return Packing(0, filled(PACKING, {}), False, ())
    source_lines, lines = _line_counts(geometry, layout)
    row_map, column_map = (index_map(axis, geometry.pad_mode) for axis in geometry.axes)
    down, across = geometry.axes
    image, row, column, channel = geometry.input_strides
    fields = {
        "image_stride": image,
        "row_stride": row,
        "column_stride": column,
        "channel_stride": channel,
        "image_count": block[0],
        "rows": layout.size[0],
        "columns": layout.size[1],
        "row_map": address_of(row_map),
        "column_map": address_of(column_map),
        "c": geometry.images[3],
        "phases": layout.phases,
        "per_line": layout.channels_per_line,
        "pitch": layout.pitch,
        "top": down.before,
        "height": down.size,
        "left": across.before,
        "width": across.size,
        "source_lines": source_lines,
        "lines": lines,
    }
    # Blocks of whole images have their margins in one place. Zeros stay right there; any other fill
    # does not, as de-interleaving a row writes zeros behind it; copied pixels differ by image.
    keeps_margins = geometry.is_padded_with_zeros and block[1:] == geometry.output[1:3]
    return Packing(
        library.function_address(forms.PackForm(*geometry.dtypes[:2])),
        filled(PACKING, fields),
        keeps_margins,
        (row_map, column_map),
    )


def index_map(axis: Axis, pad_mode: str) -> Ints:
    """Return for each place on the padded axis the pixel that stands there, -1 for the fill."""
    return np.ascontiguousarray(padded_indices(axis, pad_mode), np.int64)


def _line_counts(geometry: ConvolutionGeometry, layout: PixelLayout) -> tuple[int, int]:
    """Return (source_lines, lines) of PACKING: how a row of the images becomes lines.

    source_lines: in how many pieces without gaps the row lies: 1 if the channels of a pixel lie
    side by side, c if the pixels of each channel do. lines: how many lines of the scratch each of
    them becomes. "rgbrgb" is one source line, of three lines; with 2 phases it is one of six.
    (1, 0) where no loop de-interleaves them: numbers are copied one by one.
    """
    c, per_line = geometry.images[3], layout.channels_per_line
    if geometry.is_interleaved:
        source_lines, lines = 1, c // per_line * layout.phases
    elif geometry.input_strides[2] == 1 and per_line == 1:
        source_lines, lines = c, layout.phases
    else:
        return 1, 0
    return (source_lines, lines) if lines in LINES else (1, 0)


def count_blocks(grid: tuple[int, ...]) -> int:
    """Return how many blocks a grid has: (m, oh, ow, and images, rows, columns of a block)."""
    return volume([-(-total // size) for total, size in zip(grid[:3], grid[3:], strict=True)])


def pad_to_multiple(values: Ints, multiple: int) -> Ints:
    """Return values with the last one repeated until their number is a multiple of `multiple`."""
    return np.append(values, np.repeat(values[-1:], -len(values) % multiple)).astype(np.int64)
