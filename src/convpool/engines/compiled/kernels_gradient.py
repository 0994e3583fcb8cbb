"""The gradient of a convolution's kernels in compiled loops: one pass over images and g.

g is the gradient of the convolution's result. All windows of a block of it add to the sums of a few
pixels of a window with a panel of kernels, which stay in registers; see `loops.kernels_gradient`.
Blocks are summed in the dtype of the sums, and these in that of the totals. Where there are few
weights, threads share the blocks: these are cut into parts with totals of their own, which depend
on sizes alone, as the result must. Else they share the panels. m images of c channels, nc kernels
of depth channels, kh x kw taps, oh x ow output.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import launch, library
from convpool.engines.compiled.convolution import is_regular
from convpool.engines.compiled.forms import PackForm
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.gradient_forms import PIECE, TOTALS, KernelsGradientForm
from convpool.engines.compiled.instruction_sets import pixels_of_tile, widest_tile
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.launch import MAIN, SMALL
from convpool.engines.compiled.record import (
    KERNELS_GRADIENT,
    Words,
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
)
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

WINDOWS = 2**8  # of a block, so that a panel of g and the pixels under a tile stay in the cache
PARTS = 8  # of the blocks, where the totals of all parts are no more than
FEW = 2**18  # numbers; or, where there are too few panels for all threads,
MOST = 2**21  # numbers, which the totals of the panels that are taken at a time may be too
STAGED = 2**22  # bytes that are copied at a time where the loops cannot read the arrays
SLACK = 8  # numbers before the pixels of a scratch that may be read
NEAR = 2**7  # bytes from window to window of g at most, where it is read as it lies
GRADIENT = indices_of(KERNELS_GRADIENT, MAIN)
# fields that COLUMNS has too
GRID = (
    *("oh", "ow", "block_images", "block_rows", "block_columns", "stride_down", "stride_across"),
    *("image_bytes", "row_bytes", "column_bytes"),
)


class Panels(NamedTuple):
    """Vectors of kernels in a panel, and panels of a group of kernels and of all groups."""

    vectors: int
    per_group: int
    total: int


class Chunk(NamedTuple):
    """The panels that are taken at a time, (first, behind the last), and their kernels."""

    panels: tuple[int, int]
    kernels: slice


class Schedule(NamedTuple):
    """What follows from the geometry alone.

    Parameters
    ----------
    function
        The form.
    scratch
        Numbers of the pixels of a packed block; 0 if pixels are read in the images.
    blocks
        How many blocks there are.
    panel_numbers
        Numbers of g of a block and a panel.
    parts, chunks
        How many parts the blocks are cut into; which panels are taken at a time.
    is_small
        Whether one thread takes all.
    words
        The words of a call, without what depends on its arrays: the records PACKING and
        KERNELS_GRADIENT.
    tables
        The arrays whose addresses are in the words.
    """

    function: Callable[[int], Any]
    scratch: int
    blocks: int
    panel_numbers: int
    parts: int
    chunks: tuple[Chunk, ...]
    is_small: bool
    words: Words
    tables: tuple[Ints, ...]


def kernels_gradient(
    images: Array,
    output_gradient: Array,
    axes: Sequence[Axis],
    out: Array,
    **words: Any,
) -> None:
    """Write the gradient of the kernels of a convolution, as `Runner` describes it, once."""
    Runner()(images, output_gradient, axes, out, **words)


class Runner:
    """Computes gradients of the kernels of one plan, whatever their memory, as often as wanted."""

    def __init__(self) -> None:
        self.programs: dict[Any, Program] = {}

    def __call__(
        self,
        images: Array,
        output_gradient: Array,
        axes: Sequence[Axis],
        out: Array,
        *,
        dtype: DTypeLike,
        **words: Any,
    ) -> None:
        """Write the gradient of the kernels of `convolve` to out (*window, depth, nc).

        Arguments are those of `engines.numpy.kernels_gradient.kernels_gradient`; shapes and axes
        must be the same in every call. Axes are 1 or 2; what
        `engines.compiled.convolution.refusal` refuses must not be passed.
        """
        if not (out.size and output_gradient.size):
            out[...] = 0
            return
        if images.dtype == bool:
            images = images.view(np.uint8)
        if len(axes) == 1:
            images, output_gradient, out = images[:, None], output_gradient[:, None], out[None]
            axes = (Axis(1, 1), *axes)
        sums, g = np.dtype(dtype), output_gradient
        if not (_is_readable(images, sums) and g.dtype == sums and g.flags.carray):
            _sum_copies(images, g, sums, (axes, out), **words)
            return
        key = images.strides, images.dtype, sums, *words.values()
        program = self.programs.get(key)
        if program is None:
            program = Program(_geometry(images, g, (axes, out), **words))
            self.programs[key] = program
        fill = words.get("fill", 0)
        for chunk in program.schedule.chunks:
            totals = program.new_totals(chunk)
            program.add(images, g, chunk, totals, fill=fill, accumulates=False)
            _write(totals, out[..., chunk.kernels])


def _is_readable(images: Array, sums: np.dtype[Any]) -> bool:
    """Return whether the loops can read images where they lie, for sums of a dtype."""
    return library.is_form(PackForm(images.dtype, sums)) and is_regular(images)


def _geometry(
    images: Array,
    g: Array,
    target: tuple[Sequence[Axis], Array],
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
) -> ConvolutionGeometry:
    """Return the geometry of the convolution with this g of its result; target is (axes, out)."""
    axes, out = target
    return ConvolutionGeometry(
        images=images.shape,
        output=g.shape,
        kernels=out.shape,
        input_strides=geometries.strides_in_numbers(images),
        output_strides=(),
        axes=(axes[0], axes[1]),
        groups=groups,
        pad_mode=pad_mode,
        is_padded_with_zeros=pad_mode in ("zeros", "constant") and fill == 0,
        dtypes=(images.dtype, g.dtype, TOTALS[g.dtype]),
        terms=0,
    )


def _sum_copies(
    images: Array,
    gradient: Array,
    sums: np.dtype[Any],
    target: tuple[Sequence[Axis], Array],
    **words: Any,
) -> None:
    """Write the gradient from copies of some images at a time, which the loops can read."""
    is_readable = _is_readable(images, sums)
    per_image = volume(images.shape[1:]) * (not is_readable) + volume(gradient.shape[1:])
    fill = words.get("fill", 0)

    def copies() -> Iterator[tuple[Array, Array]]:
        for (batch,) in blocks(images.shape[:1], STAGED // (8 * per_image)):
            source = images[batch] if is_readable else np.ascontiguousarray(images[batch], sums)
            yield source, np.ascontiguousarray(gradient[batch], sums)

    first = Program(_geometry(*next(copies()), target, **words))
    for chunk in first.schedule.chunks:
        totals = first.new_totals(chunk)
        for number, (source, g) in enumerate(copies()):
            is_first = len(g) == first.geometry.output[0]
            program = first if is_first else Program(_geometry(source, g, target, **words))
            program.add(source, g, chunk, totals, fill=fill, accumulates=number > 0)
        _write(totals, target[1][..., chunk.kernels])


def _write(totals: Array, out: Array) -> None:
    """Write the sum of the totals (part, row, kernel) of all parts to out (kh, kw, depth, nc)."""
    total = totals[0] if len(totals) == 1 else np.add.reduce(totals)
    out[...] = total.reshape(out.shape)


class Program:
    """Sums gradients of one geometry, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry, self.schedule = geometry, _schedule_of(geometry)
        self.rows = volume(geometry.kernels[:3])
        self.records = KeptRecords()

    def new_totals(self, chunk: Chunk) -> Array:
        """Return an array for the totals (part, row, kernel) of all parts."""
        width = chunk.kernels.stop - chunk.kernels.start
        return np.empty((self.schedule.parts, self.rows, width), self.geometry.dtypes[2])

    def add(
        self,
        images: Array,
        gradient: Array,
        chunk: Chunk,
        totals: Array,
        *,
        fill: Any,
        accumulates: bool,
    ) -> None:
        """Write the sums of some panels to the totals, or add them if it `accumulates`."""
        parts, rows, width = totals.shape
        cuts = as_words([self.schedule.blocks * k // parts for k in range(parts + 1)])
        shares, number = 1, threads.number()
        if number > 1 and parts == 1 and not self.schedule.is_small:
            shares = min(2 * number, chunk.panels[1] - chunk.panels[0])
        values = (
            (GRADIENT.shares, shares),
            (GRADIENT.cuts, ctypes.addressof(cuts)),
            (GRADIENT.gradient, address_of(gradient)),
            (GRADIENT.first_panel, chunk.panels[0]),
            (GRADIENT.last_panel, chunk.panels[1]),
            (GRADIENT.totals, address_of(totals)),
            (GRADIENT.part_stride, rows * width),
            (GRADIENT.width, width),
            (GRADIENT.first_kernel, chunk.kernels.start),
            (GRADIENT.accumulates, accumulates),
        )
        taken: list[Record] = []

        def take_record() -> Record:
            record = self.records.take(None) or self._new_record()
            for place, value in values:
                record.words[place] = value
            launch.point_to_pixels(record.words, GRADIENT, images, fill, record.memory[0])
            taken.append(record)
            return record

        launch.run_parts(self.schedule.function, take_record, range(parts * shares + 1))
        for record in taken:
            self.records.put_back(None, record)

    def _new_record(self) -> Record:
        """Return a new record, without what depends on the arrays of a call."""
        schedule, scratch, dtype = self.schedule, None, self.geometry.dtypes[1]
        words = copy_of(schedule.words)
        if schedule.scratch:
            scratch = launch.empty_aligned(SLACK + schedule.scratch, dtype)[SLACK:]
        panel = launch.empty_aligned(schedule.panel_numbers, dtype)
        words[GRADIENT.panel] = address_of(panel)
        return Record(ctypes.addressof(words) + 8 * MAIN, words, (scratch, panel))


# ---- what follows from sizes ----


@lru_cache(64)
def _schedule_of(geometry: ConvolutionGeometry) -> Schedule:
    """Return how the gradient is summed."""
    block, c, nc = _block(geometry), geometry.images[3], geometry.output[3]
    if _is_in_place(geometry):
        layout = geometries.layout_in_place(geometry, c)
    else:
        layout = geometries.layout_in_scratch(geometry, block, c, 1)
    packing = geometries.packing_of(geometry, layout, block)
    panels, sums = _panels(geometry), geometry.dtypes[1]
    pieces = _pieces(geometry, layout, pixels_of_tile(library.isa(), panels.vectors) // PIECE)
    lanes = panels.vectors * geometry.lanes
    grid = geometries.grid_fields(geometry, block, geometry.dtypes[0].itemsize)
    steps = zip(("image_step", "row_step", "column_step"), layout.strides_of_windows, strict=True)
    fields = {
        **{name: grid[name] for name in GRID},
        **dict(steps),
        "m": geometry.images[0],
        "span_down": geometry.axes[0].span,
        "span_across": geometry.axes[1].span,
        "pack": packing.function,
        "pieces": address_of(pieces),
        "piece_count": len(pieces),
        "numbers": volume(geometry.output),
        "nc": nc,
        "copies": nc * sums.itemsize > NEAR,
        "depth": geometry.kernels[2],
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
    }
    block_count = geometries.count_blocks((*geometry.output[:3], *block))
    is_small = volume(geometry.output) * volume(geometry.kernels[:3]) <= SMALL
    parts = 1 if is_small else _part_count(geometry, block_count, panels)
    return Schedule(
        function=library.function(KernelsGradientForm(sums, panels.vectors)),
        scratch=layout.scratch,
        blocks=block_count,
        panel_numbers=volume(block) * lanes,
        parts=parts,
        chunks=_chunks(geometry, panels, lanes, parts),
        is_small=is_small,
        words=as_words(
            packing.fields,
            [0] * (MAIN - len(packing.fields)),
            filled(KERNELS_GRADIENT, fields),
        ),
        tables=(pieces, *packing.maps),
    )


def _part_count(geometry: ConvolutionGeometry, blocks: int, panels: Panels) -> int:
    """Return how many parts the blocks are cut into, from sizes alone."""
    most = FEW if panels.total >= PARTS else MOST
    return max(1, min(PARTS, blocks, most // volume(geometry.kernels)))


def _chunks(
    geometry: ConvolutionGeometry, panels: Panels, lanes: int, parts: int
) -> tuple[Chunk, ...]:
    """Return which panels are taken at a time, so that their totals stay in the cache."""
    of_group = geometry.kernels_per_group

    def first_kernel(panel: int) -> int:
        group, number = divmod(panel, panels.per_group)
        return group * of_group + min(number * lanes, of_group)

    numbers = panels.total * lanes * volume(geometry.kernels[:3]) * parts
    ranges = launch.split_range(panels.total, -(-numbers // MOST))
    return tuple(Chunk(some, slice(*map(first_kernel, some))) for some in ranges)


def _block(geometry: ConvolutionGeometry) -> Block:
    """Return (images, rows, columns) of a block: whole images, whole rows, or part of a row."""
    m, oh, ow, _ = geometry.output
    columns = _even_length(ow, 2 * WINDOWS)
    rows = _even_length(oh, max(1, WINDOWS // columns)) if columns == ow else 1
    images = _even_length(m, max(1, WINDOWS // (oh * ow))) if rows == oh else 1
    return images, rows, columns


def _even_length(total: int, most: int) -> int:
    """Return the length of parts of about equal length, `most` at most. -> 5 for (10, 8)."""
    return -(-total // -(-total // most))


def _is_in_place(geometry: ConvolutionGeometry) -> bool:
    """Return whether pixels are read in the images: as sums take them, in pieces, unpadded."""
    run_length = geometry.kernels[2] * (geometry.kernels[1] if _joins_taps(geometry) else 1)
    return (
        geometry.needs_no_conversion
        and geometry.is_interleaved
        and not geometry.has_padding
        and run_length >= PIECE
    )


def _joins_taps(geometry: ConvolutionGeometry) -> bool:
    """Return whether the channels of neighbouring taps of a row lie side by side."""
    return geometry.axes[1].dilation == 1 and geometry.kernels[2] == geometry.images[3]


def _panels(geometry: ConvolutionGeometry) -> Panels:
    """Return the panels: of the widest vectors with the fewest lanes that no kernel fills."""
    vectors = -(-geometry.kernels_per_group // geometry.lanes)
    widths = (widest_tile(library.isa()), 2, 1)
    width = min(widths, key=lambda width: -(-vectors // width) * width)
    per_group = -(-vectors // width)
    return Panels(width, per_group, per_group * geometry.groups)


def _pieces(geometry: ConvolutionGeometry, layout: PixelLayout, of_tile: int) -> Ints:
    """Return the table of the pieces of a window: a multiple of those of a tile.

    Its pixels are cut into runs that lie side by side, and these into pieces, of which the last one
    ends where the run does.
    """
    kh, kw, depth, _ = geometry.kernels
    down, across = geometry.axes
    columns, length = range(kw), depth
    if _joins_taps(geometry):
        columns, length = range(1), kw * depth
    pieces = []
    for u, v in product(range(kh), columns):
        place = layout.tap(u * down.dilation, v * across.dilation, 0)
        row = (u * kw + v) * depth
        for start in range(0, length, PIECE):
            beyond = max(0, start + PIECE - length)
            pieces.append((place + start - beyond, row + start - beyond, beyond))
    place, row, _ = pieces[-1]
    pieces += [(place, row, PIECE)] * (-len(pieces) % of_tile)
    return np.array(pieces, np.int64)
