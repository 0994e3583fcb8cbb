"""The gradient of a convolution's kernels in compiled loops: one pass over images and g.

g is the gradient of the convolution's result. All windows of a block of it add to the sums of a few
pixels of a window with a panel of kernels, which stay in registers; see `loops.kernels_gradient`.
Blocks are summed in the dtype of the sums, and these in that of the totals. Where there are few
weights, threads share the blocks: these are cut into parts with totals of their own, which depend
on sizes alone, as the result must. Else they share the panels. m images of c channels, nc kernels
of depth channels, kh x kw taps, oh x ow output.
"""

from __future__ import annotations

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
from convpool.engines.compiled.forms import PackForm, PanelsForm
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.gradient_forms import PIECE, TOTALS, KernelsGradientForm
from convpool.engines.compiled.instruction_sets import pixels_of_tile, widest_tile
from convpool.engines.compiled.kept_records import Record
from convpool.engines.compiled.launch import MAIN, SMALL
from convpool.engines.compiled.record import (
    KERNELS_GRADIENT,
    PANELS,
    Words,
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
    length_of,
)
from convpool.windows import Axis, volume

Array = NDArray[Any]

WINDOWS = 2**8  # of a block, so that a panel of g and the pixels under a tile stay in the cache
PARTS = 8  # of the blocks, where the totals of all parts are no more than
FEW = 2**18  # numbers; or, where there are too few panels for all threads,
MOST = 2**21  # numbers, which the totals of the panels that are taken at a time may be too
STAGED = 2**22  # bytes that are copied at a time where the loops cannot read the arrays
SLACK = 8  # numbers before the pixels of a scratch that may be read
GRADIENT = indices_of(KERNELS_GRADIENT, MAIN)
PANEL = indices_of(PANELS, MAIN + length_of(KERNELS_GRADIENT))


class Panels(NamedTuple):
    """Vectors of kernels in a panel, and panels of a group of kernels and of all groups."""

    vectors: int
    per_group: int
    total: int


class Schedule(NamedTuple):
    """What follows from the geometry alone.

    Parameters
    ----------
    function
        The form.
    layout
        Where the pixels of a block lie.
    blocks, windows
        How many blocks there are, and windows in each.
    panels, panel_lanes
        The panels of kernels, and the numbers of a row of one.
    words
        The words of a call, without what depends on its arrays: the records PACKING,
        KERNELS_GRADIENT and PANELS, and one number.
    tables
        The arrays whose addresses are in the words.
    """

    function: Callable[[int], Any]
    layout: PixelLayout
    blocks: int
    windows: int
    panels: Panels
    panel_lanes: int
    words: Words
    tables: tuple[Ints, ...]


class Stage(NamedTuple):
    """Some images and their g, as loops can read them, and how these are taken."""

    images: Array
    gradient: Array
    schedule: Schedule


def kernels_gradient(
    images: Array,
    output_gradient: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    dtype: DTypeLike,
) -> None:
    """Write the gradient of the kernels of `convolve` to out (*window, depth, nc).

    Arguments are those of `engines.numpy.kernels_gradient.kernels_gradient`. Axes are 1 or 2; what
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
    words = {
        "axes": tuple(axes),
        "kernels": out.shape,
        "groups": groups,
        "pad_mode": pad_mode,
        "is_padded_with_zeros": pad_mode in ("zeros", "constant") and fill == 0,
    }
    sums = np.dtype(dtype)
    first = next(_staged(images, output_gradient, sums, words))
    schedule = first.schedule
    parts, width = _part_count(schedule, out.shape), schedule.panel_lanes
    rows = volume(out.shape[:3])
    at_once = max(1, MOST // (parts * rows * width))
    for panels in launch.split_range(schedule.panels.total, -(-schedule.panels.total // at_once)):
        kernels = slice(*(_first_kernel(schedule.panels, width, p, out, groups) for p in panels))
        shape = (parts, rows, kernels.stop - kernels.start)
        totals = np.empty(shape, TOTALS[sums])
        stages = _staged(images, output_gradient, sums, words)
        for number, stage in enumerate(stages):
            call = {"accumulates": number > 0, "first_kernel": kernels.start}
            _add(stage, panels, totals, fill, call)
        total = totals[0] if parts == 1 else totals.sum(axis=0)
        out[..., kernels] = total.reshape(*out.shape[:3], -1)


def _first_kernel(panels: Panels, lanes: int, panel: int, out: Array, groups: int) -> int:
    """Return the number of the first kernel of a panel, nc for the one behind the last."""
    of_group = int(out.shape[-1]) // groups
    group, number = divmod(panel, panels.per_group)
    return group * of_group + min(number * lanes, of_group)


def _part_count(schedule: Schedule, kernels: tuple[int, ...]) -> int:
    """Return how many parts the blocks are cut into, from sizes alone."""
    weights = volume(kernels)
    if weights * schedule.blocks * schedule.windows <= SMALL:
        return 1
    most = FEW if schedule.panels.total >= PARTS else MOST
    return max(1, min(PARTS, schedule.blocks, most // weights))


def _staged(
    images: Array, gradient: Array, sums: np.dtype[Any], words: dict[str, Any]
) -> Iterator[Stage]:
    """Yield images and g that the loops can read: the arrays, or copies of some images at a time.

    `words` are the fields of ConvolutionGeometry that do not follow from the arrays.
    """
    is_readable = library.is_form(PackForm(images.dtype, sums)) and is_regular(images)
    has_gradient = gradient.dtype == sums and gradient.flags.c_contiguous and is_regular(gradient)
    numbers = volume(images.shape[1:]) * (not is_readable)
    numbers += volume(gradient.shape[1:]) * (not has_gradient)
    count = len(images) if not numbers else max(1, STAGED // (8 * numbers))
    for first in range(0, len(images), count):
        source, g = images[first : first + count], gradient[first : first + count]
        source = source if is_readable else np.ascontiguousarray(source, sums)
        g = g if has_gradient else np.ascontiguousarray(g, sums)
        geometry = ConvolutionGeometry(
            images=source.shape,
            output=g.shape,
            input_strides=geometries.strides_in_numbers(source),
            output_strides=(),
            dtypes=(source.dtype, sums, TOTALS[sums]),
            terms=0,
            **words,
        )
        yield Stage(source, g, _schedule_of(geometry))


def _add(
    stage: Stage, panels: tuple[int, int], totals: Array, fill: Any, call: dict[str, int]
) -> None:
    """Write the sums of some images and panels to the totals, or add them if it `accumulates`.

    `call` are the fields of KERNELS_GRADIENT that it and the panels need.
    """
    schedule, (parts, rows, width) = stage.schedule, totals.shape
    cuts = np.arange(parts + 1) * schedule.blocks // parts
    number = threads.number()
    shares = 1 if number == 1 or parts > 1 else min(2 * number, panels[1] - panels[0])
    template = copy_of(schedule.words)
    for name, value in {
        **call,
        "shares": shares,
        "cuts": address_of(cuts),
        "first_panel": panels[0],
        "last_panel": panels[1],
        "gradient": address_of(stage.gradient),
        "totals": address_of(totals),
        "part_stride": rows * width,
        "width": width,
    }.items():
        template[getattr(GRADIENT, name)] = value
    launch.run_parts(
        schedule.function,
        lambda: _record(stage, copy_of(template), fill),
        range(parts * shares + 1),
    )


def _record(stage: Stage, words: Words, fill: Any) -> Record:
    """Return a record for one thread, in words of its own."""
    schedule, scratch, dtype = stage.schedule, None, stage.gradient.dtype
    if schedule.layout.scratch:
        scratch = launch.empty_aligned(SLACK + schedule.layout.scratch, dtype)[SLACK:]
    base = launch.point_to_pixels(words, GRADIENT, stage.images, fill, scratch)
    panel = launch.empty_aligned(schedule.windows * schedule.panel_lanes, dtype)
    panel[...] = 0  # lanes that no kernel fills
    words[GRADIENT.panelling] = base + 8 * PANEL.kernels
    words[PANEL.panels] = address_of(panel)
    words[PANEL.line_start] = base + 8 * (PANEL.kernels + length_of(PANELS))
    return Record(base + 8 * MAIN, words, (scratch, panel))


# ---- what follows from sizes ----


@lru_cache(64)
def _schedule_of(geometry: ConvolutionGeometry) -> Schedule:
    """Return how the gradient is summed."""
    block, runs_lie_in_images = _block(geometry), _is_in_place(geometry)
    c = geometry.images[3]
    if runs_lie_in_images:
        layout = geometries.layout_in_place(geometry, c)
    else:
        layout = geometries.layout_in_scratch(geometry, block, c, 1)
    packing = geometries.packing_of(geometry, layout, block)
    panels, sums = _panels(geometry), geometry.dtypes[1]
    form = KernelsGradientForm(sums, panels.vectors)
    pieces = _pieces(geometry, layout, pixels_of_tile(library.isa(), panels.vectors) // PIECE)
    m, oh, ow, nc = geometry.output
    panel_lanes = panels.vectors * geometry.lanes
    steps = zip(("image_step", "row_step", "column_step"), layout.strides_of_windows, strict=True)
    grid = geometries.grid_fields(geometry, block, geometry.dtypes[0].itemsize)
    fields = {
        **{("m" if name == "images" else name): value for name, value in grid.items()},
        **dict(steps),
        "span_down": geometry.axes[0].span,
        "span_across": geometry.axes[1].span,
        "pack": packing.function,
        "pieces": address_of(pieces),
        "piece_count": len(pieces),
        "copy_panel": library.function_address(PanelsForm(sums)),
        "depth": geometry.kernels[2],
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
    }
    panel_fields = {
        "depth": ow,
        "nc": nc,
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
        "panel_lanes": panel_lanes,
    }
    words = as_words(
        packing.fields,
        [0] * (MAIN - len(packing.fields)),
        filled(KERNELS_GRADIENT, fields),
        [*filled(PANELS, panel_fields), 0],
    )
    return Schedule(
        function=library.function(form),
        layout=layout,
        blocks=geometries.count_blocks((m, oh, ow, *block)),
        windows=volume(block),
        panels=panels,
        panel_lanes=panel_lanes,
        words=words,
        tables=(pieces, *packing.maps),
    )


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
