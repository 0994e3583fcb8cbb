"""How much each loop keeps in registers at a time; with other sizes, loops are compiled anew.

A tile is what a loop sums at a time: some windows of a row with some kernels or channels.
"""

from __future__ import annotations

from convpool.engines.compiled.instruction_sets import InstructionSet

# ---- many kernels: vectors hold kernels; windows of any size, 1x1 too ----

MOST_PIXELS_OF_TILE = 12  # or half as many: see pixels_of_tile
# neighbouring pixels of a window that a tile of the gradient of kernels takes
PIECE_OF_GRADIENT = MOST_PIXELS_OF_TILE // 2
TAPS_OF_GRADIENT = 9  # taps that such a tile takes where each channel has a kernel of its own


def sums_of_tile(isa: InstructionSet) -> int:
    """Return the vectors of sums of a tile that fit the registers together with their inputs."""
    return 24 if isa.registers == 32 else 12


def widest_tile(isa: InstructionSet) -> int:
    """Return the vectors of kernels in the widest tile."""
    return sums_of_tile(isa) // (MOST_PIXELS_OF_TILE // 2)


def pixels_of_tile(isa: InstructionSet, vectors: int) -> int:
    """Return how many pixels a tile has, each with a sum for each of `vectors` vectors of kernels.

    They are MOST_PIXELS_OF_TILE, or half as many where the sums would not fit the registers.
    """
    most = MOST_PIXELS_OF_TILE
    return most if most * vectors <= sums_of_tile(isa) else most // 2


def tile_sizes(isa: InstructionSet, vectors: int) -> tuple[int, int, int]:
    """Return how many pixels the tiles of a block have: all that fit, or a third or two of them.

    The pixels of a block are taken in tiles of the last size, and what is left in lesser ones.
    """
    third = pixels_of_tile(isa, vectors) // 3
    return third, 2 * third, 3 * third


# ---- few kernels of many channels: vectors hold channels ----


def pixels_of_channel_tile(isa: InstructionSet, kernels: int) -> int:
    """Return how many pixels a tile has, each with a vector of sums for each of `kernels` kernels.

    Their sums take half of the registers.
    """
    return isa.registers // 2 // kernels


# ---- few kernels: vectors hold neighbouring columns ----


def vectors_of_columns(isa: InstructionSet, rows: int, stride: int) -> int:
    """Return how many vectors of results the loop sums together, down the rows, from 1 to 8.

    `rows` and `stride` are those of `ColumnsForm`.
    """
    if not rows:
        return 8
    sums = -(-rows // stride)  # rows of results that one row of pixels adds to, for each vector
    # A vector takes a register for each of its sums, and 2 (of 16 registers 1) for its pixels, as
    # LLVM loads ahead. All vectors together take as many for the weights of each sum; 2 are spare.
    if isa.registers == 32:
        vectors = (32 - 2 - 2 * sums) // (sums + 2)
    else:
        vectors = (16 - 2 - sums) // (sums + 1)
    return max(1, min(8, vectors))


# ---- depthwise: vectors hold channels ----

VECTORS_OF_WINDOW = (4, 2)  # vectors of channels of a window that is taken alone: first 4, then 2


def depthwise_tile(
    isa: InstructionSet, multiplier: int, depth: int, taps: int, stride: int
) -> tuple[int, tuple[int, ...]]:
    """Return the windows of a tile, and its vectors of channels: first so many, then one.

    `multiplier`, `depth`, `taps` and `stride` are those of `DepthwiseForm`.
    """
    if depth > 1:
        return 8, ()
    if multiplier > 1:
        return 4 // multiplier, ()
    if taps and stride == 1:  # pixels that windows share are in registers too
        return 5, (2,) if isa.registers == 32 else ()
    return 4, (2,)


def windows_of_pair(isa: InstructionSet, depth: int, taps: int, stride: int) -> int:
    """Return the windows in each row of a tile of two rows, with one vector; 0: there is none.

    `depth`, `taps` and `stride` are those of `DepthwiseForm`.
    """
    if not taps or depth > 1 or stride > 1:
        return 0
    return 7 if isa.registers == 32 else 4


# ---- pooling: vectors hold neighbouring numbers of a line ----


def vectors_of_line(isa: InstructionSet) -> tuple[int, ...]:
    """Return how many vectors of a line are combined at once, powers of two: most, then fewer.

    The most take half of the registers.
    """
    most = isa.registers // 2
    return tuple(vectors for vectors in (16, 8, 4, 2) if vectors <= most)


# ---- filters of pictures: vectors hold neighbouring columns ----

TOGETHER = (4, 2, 1)  # so many rows of results may be combined at once


def vectors_of_rows(isa: InstructionSet, together: int) -> int:
    """Return how many vectors of each of `together` rows of results are combined at once.

    They take half of the registers; those of a single row are 8 at most.
    """
    return 8 if together == 1 else isa.registers // 2 // together
