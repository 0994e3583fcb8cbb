"""Records: what a compiled loop is told, as named 64-bit integers; the same names on both sides.

A record is an array of these integers, its words, one for each field. An address counts bytes, and
0 stands for memory that is not used; places (where something begins in memory) and strides are in
numbers unless a name ends in `_bytes`. A table is the address of int64. A field that names a
function holds its address in the library. A scratch is memory of one thread for what lasts for one
block: some images, rows and columns of the output that are computed together.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE_BYTES = 64  # of a line of the processor's cache
Words = ctypes.Array[ctypes.c_int64]  # the fields of records that follow each other in memory
WORD_BYTES = 8  # of a field of a record
# looked up once, since each call needs several addresses
_address_of_object, _first_byte_of = ctypes.addressof, ctypes.c_char.from_buffer


def record_type(fields: str) -> np.dtype[Any]:
    """Return the dtype of a record with these fields, separated by spaces."""
    return np.dtype([(name, np.int64) for name in fields.split()])


def lined_record_type(fields: str) -> np.dtype[Any]:
    """Return the dtype of a record with these fields, where each "/" begins a new cache line.

    Threads that write fields of one cache line would take it from each other again and again.
    """
    lines = [line.split() for line in fields.split("/")]
    assert all(WORD_BYTES * len(line) <= LINE_BYTES for line in lines), fields
    offsets = {
        name: LINE_BYTES * k + WORD_BYTES * n
        for k, line in enumerate(lines)
        for n, name in enumerate(line)
    }
    return np.dtype(
        {
            "names": list(offsets),
            "formats": [np.int64] * len(offsets),
            "offsets": list(offsets.values()),
            "itemsize": LINE_BYTES * len(lines),
        }
    )


def length_of(dtype: np.dtype[Any]) -> int:
    """Return the number of fields of a record."""
    return len(dtype.names or ())


def indices_of(dtype: np.dtype[Any], first: int = 0) -> SimpleNamespace:
    """Return name -> index of each field, among words where the record begins at index `first`."""
    return SimpleNamespace(**{name: first + k for k, name in enumerate(dtype.names or ())})


def filled(dtype: np.dtype[Any], fields: Mapping[str, int]) -> list[int]:
    """Return the values of a record's fields in their order; 0 for those that `fields` lacks."""
    names = dtype.names or ()
    assert fields.keys() <= set(names), fields.keys() - set(names)
    return [int(fields.get(name, 0)) for name in names]


def as_words(*records: list[int]) -> Words:
    """Return the words of records, lists of the values of their fields, one behind the other."""
    values = [value for record in records for value in record]
    return (ctypes.c_int64 * len(values))(*values)


def copy_of(words: Words) -> Words:
    """Return a copy of words, for one thread or call."""
    return type(words).from_buffer_copy(words)


def address_of_word(words: Words, index: int) -> int:
    """Return the address of the word with this index."""
    return _address_of_object(words) + WORD_BYTES * index


def address_of(array: NDArray[Any]) -> int:
    """Return the address of the first number of an array."""
    try:  # a quarter of the time that `array.ctypes` takes
        return _address_of_object(_first_byte_of(array))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # it is read-only, empty, or has gaps
        return array.ctypes.data


# Copies the pixels of a block to a scratch, padded and converted, as (image, plane, row, line). A
# line is one row of pixels in one plane, with per_line channels of each column; the margin is what
# stands around the pixels, where the padding is; `geometry` says which columns a plane has:
#   address, image_stride, row_stride, column_stride, channel_stride: the images
#   image, image_count, row, row_count, column: the images of the block; the padded row and column
#     where it begins, and its rows that are packed
#   rows, columns: of one image in the scratch, with the margin
#   row_map, column_map: addresses; for each padded row, or column, of the images the row, or
#     column, of the pixels that stand there, -1 for the fill
#   c, phases, per_line, pitch: channels of the images; planes that the columns of a channel are
#     dealt out to; channels side by side in a line; numbers from line to line of the scratch
#   top, height, left, width: rows of padding above the images, and their rows; columns of padding
#     left of them, and theirs
#   source_lines: in how many pieces without gaps a row of the images lies: 1 if the channels of a
#     pixel lie side by side, c if the pixels of each channel do
#   lines: into how many lines each of them is de-interleaved; 0: numbers are copied one by one
#   line_starts: address of as many numbers, which are overwritten
#   fill: address of the number, of the sums' dtype, that constant padding consists of
#   scratch, writes_margin: address; whether the margin is written too
PACKING = record_type(
    "address image_stride row_stride column_stride channel_stride "
    "image image_count row row_count column rows columns row_map column_map "
    "c phases per_line pitch top height left width source_lines lines line_starts fill "
    "scratch writes_margin"
)
LINES = (1, 2, 3, 4, 6, 8)  # into so many lines a line can be de-interleaved; else one by one

# Copies rows 0 to before row_count of a block's results, (kernel, image, row, column), to the
# output:
#   scratch, kernels, images, rows, columns: address of the results, and their shape
#   lines: the kernels if their results for a column lie side by side in the output; 0: numbers
#     are copied one by one
KERNELS = (2, 3, 4)  # the results of so many kernels can be interleaved; else one by one
UNPACKING = record_type(
    "scratch kernels images rows row_count columns lines "
    "output image_stride row_stride column_stride kernel_stride"
)

# Convolves blocks of the output, some images, rows and columns that are computed together, with
# few kernels of each channel:
#   first, last: the blocks, from the first to before the last
#   images, oh, ow, block_images, block_rows, block_columns: the grid of the blocks
#   stride_down, stride_across: rows and columns from window to window
#   address, image_bytes, row_bytes, column_bytes: the images
#   pack, packing, scratch: the function that packs a block, its record, and the address of the
#     pixels that it writes; 0: pixels are read in the images
#   keeps_margins: whether the margins are the same for all blocks, so that only the first one
#     writes them
#   places, groups: table of the groups of vectors that go down the rows together, and how many
#     they are; for each: where each vector begins in the pixels, where its results go in the
#     output, and the lane of a row of weights where its weights begin
#   taps, tap_count, taps_at_once: table of the steps from a window's first pixel to each tap of a
#     row of the kernel; how many taps they are; and how many are summed before the sums are added
#     to the results, since the rounding errors of long sums would grow with all their terms
#   kernel_rows, rows_at_once: the same for the rows of the kernel
#   masks, above, height: for forms with masks, table of bits (group, tap, vector, part): bit k
#     for number k of a vector that is read; rows of padding above the image, and its rows. A
#     pixel without a bit and a row that is not in the image count as zeros
#   weights, tap_stride, weight_row_stride, weight_stride: the weights, and numbers from tap to
#     tap, row to row and kernel to kernel
#   starts, start_stride: what sums start from, and numbers from kernel to kernel
#   kernels, kernels_per_group, group_stride: the last is the numbers from the channels of a group
#     to the next in the pixels
#   down_stride, tap_row_stride: numbers in the pixels from one row that sums go down to the next,
#     and from the pixels of one row of the kernel to those of the next
#   lanes: how many results of each vector are stored: its first ones
#   output, image_stride, row_stride, column_stride, kernel_stride: the output
#   unpack, unpacking, results: the function that copies results to the output, its record, and
#     the address where results are stored before; 0: they are stored in place
#   ahead: bytes from what a block reads to what the next one reads, which is prefetched
#     meanwhile; 0: no prefetch
COLUMNS = record_type(
    "first last images oh ow block_images block_rows block_columns stride_down stride_across "
    "address image_bytes row_bytes column_bytes pack packing scratch keeps_margins "
    "places groups taps tap_count taps_at_once kernel_rows rows_at_once masks above height "
    "weights tap_stride weight_row_stride weight_stride starts start_stride "
    "kernels kernels_per_group group_stride down_stride tap_row_stride lanes "
    "output image_stride row_stride column_stride kernel_stride unpack unpacking results ahead"
)

# Convolves blocks of the output with kernels of the same channels, many or few, tile by tile: some
# pixels with one panel of kernels. The output is cut into regions whose windows have the same taps;
# blocks are numbered on from region to region. A run is some channels of one tap, or of a row of
# taps, that lie side by side.
#   first, last, images, oh, ow, block_images, block_rows, block_columns, stride_down,
#     stride_across,
#   address, image_bytes, row_bytes, column_bytes, pack, packing, scratch, keeps_margins: as in
#     COLUMNS, but that the fields from `images` to `block_columns` are overwritten with those of
#     a region
#   regions: table of the regions, as many numbers as REGION has, each
#   places, output_places: tables of where the window of each pixel of a block begins in the
#     pixels, and where its results go in the output
#   runs: table of (step from a window's first pixel to the run, number of the run in the weights)
#   channel, length: runs have `length` channels here, from number `channel` on
#   terms: about how many products are summed before they are added to the results
#   weights, panel_stride, weight_rows: address where panel 0 is or would be, numbers from panel to
#     panel, and rows of weights, one for each channel, from run to run
#   starts, accumulates: address of what sums start from, one number for each kernel; whether sums
#     are added to the results so far instead
#   kernels_per_group, panels_per_group, group_stride: the last is the numbers from the channels
#     of a group to the next in the pixels
#   first_panel, last_panel: the panels that are taken, from the first to before the last
#   output, image_stride, row_stride, column_stride: the output, whose kernels lie side by side
#   ahead: numbers from the results of a tile to those that are fetched meanwhile; 0: none are
TILES = record_type(
    "first last images oh ow block_images block_rows block_columns stride_down stride_across "
    "address image_bytes row_bytes column_bytes pack packing scratch keeps_margins "
    "regions places output_places runs channel length terms weights panel_stride weight_rows "
    "starts accumulates kernels_per_group panels_per_group group_stride first_panel last_panel "
    "output image_stride row_stride column_stride ahead"
)
# A region: the number of the first block behind it; its grid of blocks; where its first window
# begins in the images, and its first result in the output; its rows of the tables of places and
# of runs, each (first, behind the last)
REGION = record_type(
    "last_block images oh ow block_images block_rows block_columns begin_bytes output_begin "
    "first_pixel last_pixel first_run last_run"
)

# Copies the weights of some kernels and channels to panels, each (tap, channel, kernel); a row of
# taps that is taken as one run counts as a tap of more channels here:
#   kernels, taps, depth, nc: address and shape of the weights, (taps, depth, nc)
#   first_panel, last_panel: the panels, from the first to before the last
#   kernels_per_group, panels_per_group: kernels, and panels, of a group
#   channel, length: `length` channels from `channel` on
#   panels, panel_stride, panel_lanes: address where panel 0 goes, or would go if the first one does
#     to the begin of the memory; numbers from panel to panel, and numbers of a row of each
#   line_start: address of one number, which is overwritten
# Lanes of a panel that no kernel fills are zeros.
PANELS = record_type(
    "kernels taps depth nc first_panel last_panel kernels_per_group panels_per_group "
    "channel length panels panel_stride panel_lanes line_start"
)

# Packs the weights of some panels and sums their tiles, some channels at a time, so that packed
# weights stay in the cache. A part is a range of panels with a share of the blocks; its number is
# that of the range times the number of shares, plus that of the share.
#   first, last: the parts, from the first to before the last
#   panel_cuts, block_cuts, shares: tables of where ranges of panels, and shares of the blocks,
#     begin, and the last one ends; how many shares there are
#   channel_cuts, pieces: table of where ranges of the channels of a run begin, and the last one
#     ends; how many they are
#   panel_channel: numbers of one channel of a run, of all runs, in a panel
#   packed: address of a scratch for the weights of a range of panels
#   pack, packing, sum, tiles: the functions that pack weights and sum tiles, and their records
#     PANELS and TILES
#   must_be_finite, has_not_finite: whether weights are tested; set to 1 where one is not finite:
#     nothing more is summed then
PANEL_TILES = record_type(
    "first last panel_cuts block_cuts shares channel_cuts pieces panel_channel packed "
    "pack packing sum tiles must_be_finite has_not_finite"
)

# Sums parts of the gradient of kernels, over windows whose results have the gradient g. The output
# is cut into blocks, some images, rows and columns; a part is some blocks, with totals of its own.
#   first, last: the items, from the first to before the last: each is a share of a part's panels
#   shares, cuts: shares of the panels; table of the blocks where parts begin, and the last one ends
#   m, oh, ow, block_images, block_rows, block_columns: the grid of the blocks
#   stride_down, stride_across, span_down, span_across: rows and columns from window to window, and
#     those that a window spans
#   address, image_bytes, row_bytes, column_bytes: the images
#   pack, packing, scratch: as in COLUMNS
#   image_step, row_step, column_step: numbers in the pixels from image to image, row to row and
#     column to column of windows
#   pieces, piece_count: table of pieces of a window, a multiple of those of a tile. Each is
#     PIECE_FIELDS numbers: its place behind a window's first pixel; the row of the totals for its
#     own first pixel; how many of its first pixels are left out, since another piece has them
#   gradient, numbers, nc: address of g, (m, oh, ow, nc), and how many numbers it has
#   panel, copies: address of a scratch for a panel's g; whether g is read there, or where it lies
#   first_panel, last_panel: the panels that are taken
#   depth, kernels_per_group, panels_per_group: of a group
#   totals, part_stride, width, first_kernel: address of the totals, (part, row, kernel), numbers
#     from part to part and from row to row, and the kernel that their first column is for
#   accumulates: whether sums are added to the totals so far
KERNELS_GRADIENT = record_type(
    "first last shares cuts m oh ow block_images block_rows block_columns "
    "stride_down stride_across span_down span_across address image_bytes row_bytes column_bytes "
    "pack packing scratch image_step row_step column_step pieces piece_count "
    "gradient numbers nc panel copies "
    "first_panel last_panel depth kernels_per_group panels_per_group "
    "totals part_stride width first_kernel accumulates"
)
PIECE_FIELDS = 3

# Convolves rows of the output with one kernel or some of each channel, or of groups of channels,
# whose pixels have their channels side by side, and leaves out taps that lie on the padding:
#   first, last: the rows, from the first to before the last, numbered from image to image
#   oh, ow, h, w, c: output and pixels of an image, and channels
#   address, output, weights, starts: addresses; weights are (row, tap, channel of a group,
#     kernel)
#   image_bytes ... output_column_bytes: from image to image, row to row and column to column
#   kernel_rows, taps: rows of the kernel, and taps of a row
#   stride_down ... before_across: strides, dilations and padding before, of both axes
#   ahead, first_ahead: bytes from pixels to those that are prefetched meanwhile, with row number
#     first_ahead of a window and those below it
DEPTHWISE = record_type(
    "first last oh ow h w c address output weights starts image_bytes row_bytes column_bytes "
    "output_image_bytes output_row_bytes output_column_bytes kernel_rows taps "
    "stride_down dilation_down before_down stride_across dilation_across before_across "
    "ahead first_ahead"
)

# Sums products of lines with weights, or keeps the greatest or least numbers of lines, without
# weights and start; each number of a line by itself.
#   taps, tap_count: table of the addresses of the lines, and how many they are
#   weights, start: addresses of a weight for each line, and of what sums start from
#   count, result: numbers of a line, and the address of their sums
#   row_taps: lines from one row of a window to the next in the table
#   rows, row_bytes: rows of windows that are taken together, whose lines follow `row_taps` later
#     each, and bytes from the results of one to those of the next
#   part_taps: how many products are summed before these sums are added up: whole rows of a window
SUMMING = record_type("taps tap_count weights start count result row_taps rows row_bytes part_taps")

# Copies a row of a picture to a line, padded and converted:
#   source, line: addresses of the row's first pixel, 0 for a row of padding, and of the line
#   columns, c: pixels of the line, and channels of each
#   low, high, skipped: the pixels from low to before high of the line are those of the row after
#     `skipped` ones; all others are padding
#   column_map: address; for each pixel of the line the one of the row that stands there, -1 for
#     the fill
#   fill: address of the number, of the sums' dtype, that constant padding consists of
#   has_nan: set to another number than 0 by forms that seek NaN, if the row has one
READING = record_type("source line columns c low high skipped column_map fill has_nan")

# Filters rows of pictures, whose channels lie side by side and have one kernel, by sums of lines,
# or by the greatest or least numbers of lines instead:
#   first, last: the rows, from the first to before the last. They are numbered down the output,
#     from block to block of columns, and from image to image
#   oh, blocks_across, block_columns, last_column: rows of the output; blocks side by side, their
#     columns, and the column where the last one begins, which overlaps the one before
#   address, image_bytes, row_bytes: the images
#   row_map, column_map: addresses; for each padded row, or column, of the images the row, or
#     column, of the pixels that stand there, -1 for the fill
#   left, width: columns of padding left of the images, and theirs
#   output, output_image_bytes, output_row_bytes, output_column_bytes: the output
#   reading, read_row: the record READING, and the form that pads and converts a row
#   ring, lines, line_bytes: address of lines for rows of the images, how many they are, and bytes
#     from one to the next; row y is in line y % lines
#   span, together: rows that a window spans; rows of the output that are summed together at most
#   across, passes, sum_across, line: the records SUMMING of the passes along each row, how many
#     they are, the form that takes the sums, and the line that a row is read to before; without
#     passes, where the kernel is not one of each axis, it is read to the ring
#   down, sum_down: the same for the sums that are results; the table of their taps is overwritten
#   careful_across, careful_down: the same forms for rows with NaN
#   kernel_rows, row_taps, steps: rows of the kernel; taps of each in these sums, and table of the
#     bytes from a row's first pixel to each
#   stride_down, dilation_down: rows from window to window, and from tap to tap
FILTERING = record_type(
    "first last oh blocks_across block_columns last_column address image_bytes row_bytes row_map "
    "column_map left width output output_image_bytes output_row_bytes output_column_bytes "
    "reading read_row ring lines line_bytes span together across passes sum_across line "
    "down sum_down careful_across careful_down kernel_rows row_taps steps stride_down dilation_down"
)

# Finds medians of bytes by histograms of the columns of pixels under windows. Counts are 16 bits:
# 16 coarse ones, of bytes that begin alike, and 256 fine ones, of each byte.
#   first, last: the units, from the first to before the last: bands of band_rows rows of blocks of
#     block_columns columns of the output, numbered from band to band, block to block, channel to
#     channel and image to image
#   bands, blocks_across, c, oh, ow, h, w: how many there are; output and pixels of an image
#   address ... column_bytes, channel_bytes: the images; output ... output_channel_bytes: the output
#   kernel_rows ... before_across: window, stride and padding before, of both axes
#   counts, columns: address of histograms of so many columns, and behind them that of a window
#   places: address of 32 numbers: for each coarse count, the columns, from the first to before the
#     last, whose fine counts the histogram of a window has
HISTOGRAMS = record_type(
    "first last bands band_rows blocks_across block_columns c oh ow h w "
    "address image_bytes row_bytes column_bytes channel_bytes "
    "output output_image_bytes output_row_bytes output_column_bytes output_channel_bytes "
    "kernel_rows stride_down before_down kernel_columns stride_across before_across "
    "counts columns places"
)

# ---- threads ----

# Helpers that wait for calls: a CREW, and behind it CALLS records of type SHARED_CALL. Fields that
# several threads write are read and written atomically.
#   ticket: grows with each call that opens; helpers sleep on it
#   spinning, sleeping: helpers that watch the ticket, and that sleep
#   patience: nanoseconds that a helper, or a caller, looks before it sleeps
#   is_ending: whether helpers shall leave
#   system_call: address of the C library's function syscall
#   futex, clock, sched_yield: the numbers of these system calls
CREW = lined_record_type(
    "ticket / spinning sleeping / patience is_ending system_call futex clock sched_yield /"
)
# One call: a form that several threads run, each with a record of its own, for parts of a range.
#   state: threads inside, and CLOSED where no more may enter
#   taken, taken_by_helpers: how often somebody, or a helper, has asked for a part
#   joined: helpers that have come
#   has_waiting_caller: whether the caller sleeps until the helpers have left
#   crew, function: address of the crew's record, and of the form
#   records, participants: table of the addresses of the records, one for each thread; how many
#   cuts, parts: table of numbers, where parts begin and the last one ends; how many parts there are
#   range_bytes: where in a record (first, last) of a part are written
#   wanted: helpers that are of use
#   is_open, is_cancelled: whether parts are left, since the caller has come back for a moment;
#     whether no more of them shall be taken
#   taken_by_caller: parts that the caller has taken
CALLS = 16  # calls at once that helpers help; others have their callers alone
CLOSED = 2**40
SHARED_CALL = lined_record_type(
    "state has_waiting_caller / taken taken_by_helpers joined / "
    "crew function records participants cuts parts range_bytes wanted / "
    "is_open is_cancelled taken_by_caller"
)
