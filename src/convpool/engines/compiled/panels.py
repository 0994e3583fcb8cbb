"""Panels: how many kernels are taken at a time, and how the weights of few of them are packed.

A panel is some neighbouring kernels of a group, whose weights lie together: a few vectors of them
or, where vectors hold channels, one, two or four. A run is some numbers of a window that lie side
by side: the channels of one tap, or those of a row of taps. m images of c channels, nc kernels of
depth channels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import launch, library
from convpool.engines.compiled.forms import KERNELS_OF_TILE
from convpool.engines.compiled.geometry import ConvolutionGeometry
from convpool.engines.compiled.register_sizes import (
    pixels_of_channel_tile,
    tile_sizes,
    widest_tile,
)
from convpool.engines.values import NamedTuple

Array = NDArray[Any]

WEIGHTS = 3 * 2**16  # weights of a panel that are used at a time, so that they stay in the cache
SHARED = 2**17  # up to so many weights are packed once for all threads, which share the blocks


class Panels(NamedTuple):
    """How many panels there are, and how many weights they hold.

    Parameters
    ----------
    kernels
        Numbers that a panel has for each channel: its kernels, and lanes that no kernel fills.
    pixels, fewest_pixels
        Pixels of a tile, and of the smallest one for those that are left.
    per_group, total
        Panels of a group of kernels, and of all groups.
    weights, all_weights
        Weights of a panel, and of all panels, with the lanes that no kernel fills.
    over_channels
        Whether vectors hold channels, not kernels.
    pieces
        Ranges that the channels of a run are cut into, so that a panel has at most WEIGHTS weights
        in each.
    """

    kernels: int
    pixels: int
    fewest_pixels: int
    per_group: int
    total: int
    weights: int
    all_weights: int
    over_channels: bool
    pieces: int


def panels_of(geometry: ConvolutionGeometry, rows: int, *, over_channels: bool) -> Panels:
    """Return the panels of a convolution.

    rows: how many numbers each kernel has in a panel, with those that complete runs to vectors.
    """
    if over_channels:
        kernels = channel_panel(geometry.kernels_per_group)
        fewest = pixels = pixels_of_channel_tile(library.isa(), kernels)
    else:
        vectors = _vectors_of_panel(geometry)
        kernels = vectors * geometry.lanes
        fewest, _, pixels = tile_sizes(library.isa(), vectors)
    per_group = -(-geometry.kernels_per_group // kernels)
    total, weights = per_group * geometry.groups, rows * kernels
    pieces = 1 if over_channels else -(-weights // WEIGHTS)
    return Panels(
        *(kernels, pixels, fewest, per_group, total),
        *(weights, total * weights, over_channels, pieces),
    )


def channel_panel(kernels_per_group: int) -> int:
    """Return the kernels of a panel where vectors hold channels: all of a group, or the most."""
    return next((few for few in KERNELS_OF_TILE if few >= kernels_per_group), KERNELS_OF_TILE[-1])


def _vectors_of_panel(geometry: ConvolutionGeometry) -> int:
    """Return the width of panels, in vectors of kernels, that costs least: wastes fewest lanes.

    A panel costs its vectors, empty lanes too. As each pixel is loaded once for all vectors of a
    panel, those of wide ones cost a little less: 7 vectors of kernels are 2 panels of 4 vectors,
    but 5 are 5 panels of one.
    """
    vectors_needed = -(-geometry.kernels_per_group // geometry.lanes)
    # width -> cost; the widest has 4 or 2 vectors
    costs_per_vector = {1: 1.15, 2: 1.05, widest_tile(library.isa()): 1.0}
    return min(
        costs_per_vector,
        key=lambda width: -(-vectors_needed // width) * width * costs_per_vector[width],
    )


def pack_for_channels(
    kernels: Array, panels: Panels, groups: int, run_length: int, lanes: int
) -> Array:
    """Return weights (kh, kw, depth, nc) as (panel, run, vector of channels, kernel, lane), flat.

    Zeros stand behind the last channel of a run and for kernels that a panel lacks.
    """
    kernels_per_group, vectors = kernels.shape[-1] // groups, -(-run_length // lanes)
    weights = kernels.reshape(-1, run_length, groups, kernels_per_group)
    padded = np.zeros(
        (len(weights), vectors * lanes, groups, panels.per_group * panels.kernels), kernels.dtype
    )
    padded[:, :run_length, :, :kernels_per_group] = weights
    parted = padded.reshape(len(weights), vectors, lanes, groups, panels.per_group, panels.kernels)
    packed = launch.empty_aligned(panels.all_weights, kernels.dtype)
    shape = groups, panels.per_group, len(weights), vectors, panels.kernels, lanes
    packed.reshape(shape)[...] = parted.transpose(3, 4, 0, 1, 5, 2)
    return packed
