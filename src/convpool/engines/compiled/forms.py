"""The forms of convolution and threads; `form_table` lists those of an instruction set.

A form is one loop with some parameters fixed, its fields here, so that its machine code keeps sums
in registers. All else that it is told in a call is a record, which its docstring names; `record`
explains these.
"""

from __future__ import annotations

from itertools import product

from convpool.engines.compiled.base_form import (
    F4,
    F8,
    I8,
    READ,
    SUMS_AND_RESULTS,
    Dtype,
    Form,
)
from convpool.engines.compiled.instruction_sets import InstructionSet
from convpool.engines.compiled.picture_forms import picture_forms
from convpool.engines.compiled.register_sizes import widest_tile
from convpool.engines.values import dataclass


@dataclass(frozen=True)
class PackForm(Form):
    """Copies the pixels of a block to a scratch, padded and converted: record PACKING."""

    loop = "pack"
    images: Dtype
    sums: Dtype


@dataclass(frozen=True)
class UnpackForm(Form):
    """Copies the results of a block to the output: record UNPACKING."""

    loop = "unpack"
    results: Dtype


@dataclass(frozen=True)
class ColumnsForm(Form):
    """Convolves blocks with few kernels of each channel: record COLUMNS.

    Parameters
    ----------
    sums, results
        Dtypes.
    per_lane
        Whether each lane of a vector has weights of its own.
    rows, stride
        Rows of the kernel, and rows from window to window: each row of pixels is loaded once for
        all windows that have it. 0 and 0: any, and each window loads its own rows.
    taps
        Taps of a row of the kernel, whose weights stay in registers; 0: any.
    apart
        Columns from window to window, for a form that reads pixels in the images under masks, which
        stand for padding and skip columns; 0: no masks.
    """

    loop = "columns"
    sums: Dtype
    results: Dtype
    per_lane: bool = False
    rows: int = 0
    stride: int = 0
    taps: int = 0
    apart: int = 0


@dataclass(frozen=True)
class TilesForm(Form):
    """Convolves blocks with many kernels of the same channels: record TILES.

    A tile, some pixels that are summed at a time, has `vectors` vectors of kernels.
    """

    loop = "tiles"
    sums: Dtype
    results: Dtype
    vectors: int


@dataclass(frozen=True)
class ChannelTilesForm(Form):
    """Convolves blocks with few kernels of many channels: record TILES.

    A tile, some pixels that are summed at a time, has `kernels` kernels.
    """

    loop = "channel_tiles"
    sums: Dtype
    results: Dtype
    kernels: int


@dataclass(frozen=True)
class PanelsForm(Form):
    """Copies the weights of some kernels and channels to panels: record PANELS."""

    loop = "panels"
    sums: Dtype


@dataclass(frozen=True)
class PanelTilesForm(Form):
    """Packs the weights of some panels and sums their tiles: record PANEL_TILES."""

    loop = "panel_tiles"
    sums: Dtype


@dataclass(frozen=True)
class DepthwiseForm(Form):
    """Convolves each channel, or few together, with kernels of their own: record DEPTHWISE.

    Parameters
    ----------
    sums
        Dtype of images, sums and results.
    multiplier
        Kernels of each channel, 1 or 2.
    taps
        Neighbouring taps of a row of the kernel, whose pixels are loaded once for all windows of a
        tile; 0: any.
    depth
        Channels of a group, which has as many kernels; if more than 1, the multiplier is 1.
    stride
        With fixed taps, columns from window to window; if more than 1, there is no dilation.
    """

    loop = "depthwise"
    sums: Dtype
    multiplier: int = 1
    taps: int = 0
    depth: int = 1
    stride: int = 1


@dataclass(frozen=True)
class HelpForm(Form):
    """Waits for calls and helps with them, until the crew ends: record CREW."""

    loop = "help_calls"


@dataclass(frozen=True)
class ShareForm(Form):
    """Opens a call to the helpers and runs parts of it: record SHARED_CALL."""

    loop = "share_call"


KERNELS_OF_TILE = (1, 2, 4)  # of `ChannelTilesForm`
CREW_FORMS = (HelpForm(), ShareForm())

# forms for small windows that people use often, whose rows of the kernel share pixels:
# (sums, results, per_lane, rows, stride, taps)
SMALL_WINDOWS = (
    ColumnsForm(F4, F4, False, 2, 1, 2),
    ColumnsForm(F4, F4, False, 3, 1, 3),
    ColumnsForm(F8, F8, False, 2, 1, 2),
    ColumnsForm(F8, F8, False, 3, 1, 3),
    ColumnsForm(F4, I8, False, 3, 1, 3),  # exact sums of small integers
    ColumnsForm(F4, F4, True, 3, 1, 3),  # channels that have a kernel each
    ColumnsForm(F8, F8, True, 3, 1, 3),
    ColumnsForm(F4, F4, False, 3, 1),  # of some channels
    ColumnsForm(F4, F4, False, 3, 2),
    ColumnsForm(F4, F4, False, 5, 1),
)
# for instruction sets whose masks have registers of their own; elsewhere it is faster to pack
MASKED_WINDOWS = tuple(
    ColumnsForm(F4, F4, False, rows=3, stride=apart, taps=3, apart=apart) for apart in (1, 2)
)
# channels that have a kernel each, or two: (sums, multiplier, taps, depth)
DEPTHWISE_FORMS = (
    *(DepthwiseForm(sums, multiplier) for sums in (F4, F8) for multiplier in (1, 2)),
    *(DepthwiseForm(*of_taps) for of_taps in ((F4, 1, 3), (F4, 1, 5), (F8, 1, 3))),
    *(DepthwiseForm(F4, 1, taps, stride=2) for taps in (3, 5)),
    # groups that fill half a vector or less
    *(
        DepthwiseForm(sums, 1, taps, depth)
        for sums, depth in ((F4, 2), (F4, 4), (F8, 2))
        for taps in (0, 3)
    ),
)


def convolution_forms(isa: InstructionSet) -> list[Form]:
    """Return all forms of convolution of an instruction set."""
    widths = sorted({1, 2, widest_tile(isa)})
    return [
        *(PackForm(*pair) for pair in READ),
        *(UnpackForm(results) for results in (F4, F8, I8)),
        *(ColumnsForm(*pair, per_lane) for pair in SUMS_AND_RESULTS for per_lane in (False, True)),
        *SMALL_WINDOWS,
        *(MASKED_WINDOWS if isa.name == "avx512" else ()),
        *(
            TilesForm(sums, results, vectors)
            for (sums, results), vectors in product(SUMS_AND_RESULTS, widths)
        ),
        *(
            ChannelTilesForm(sums, sums, kernels)
            for sums, kernels in product((F4, F8), KERNELS_OF_TILE)
            if 2 * kernels * sums.itemsize <= isa.vector_bytes
        ),
        *(PanelsForm(sums) for sums in (F4, F8, I8)),
        *(PanelTilesForm(sums) for sums in (F4, F8, I8)),
        *DEPTHWISE_FORMS,
        *picture_forms(),
    ]
