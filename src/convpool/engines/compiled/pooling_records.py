"""The records of pooling and its gradient; see `record`.

A record is what a loop is told, int64 that have names. A line is numbers side by side in memory, of
pixels or of totals, which are windows or parts of windows, combined.
"""

from convpool.engines.compiled.record import record_type

# Combines lines, number by number, for each of some windows, which are alike but for where they
# begin: those of a column of a block, or of a row of the output.
#   result, result_bytes: address of the first window's result, and bytes to the next one's
#   source, source_bytes: address of the first window's first line, and bytes to the next one's
#   windows, count: how many windows there are, and the numbers of a line
#   rows, row_bytes, columns, column_bytes: a window has rows * columns taps, and a line for each;
#     bytes from row to row and from column to column of them. Without taps, the result is the
#     identity
#   accumulates: whether the results so far are combined with the lines
#   is_padded: whether up to a vector may be read and written behind each line. Results are written
#     window by window, so that what is overwritten of the next one's is written again
#   identity: the number, its bits the lowest ones, that changes no other
#   row_divisor, column_divisor, are_factors: for averages: addresses of float64 whose product
#     totals are divided by, the second may be 0, and whether they are multiplied by it
COMBINING = record_type(
    "result result_bytes source source_bytes windows count rows row_bytes columns column_bytes "
    "accumulates is_padded identity row_divisor column_divisor are_factors"
)

# Copies every stride-th column of a line to another, beginning with the first.
#   result, source, columns: addresses, and how many columns are written; then whatever completes a
#     multiple of a vector of columns. As many are read: the stride times that.
#   skip: which pair (channels, stride) of pooling_forms.SKIPS
SKIPPING = record_type("result source columns skip")

# Writes lines of totals as results.
#   result, result_bytes, source, source_bytes: address of the first line, and bytes to the next
#   lines, count: how many there are, and their numbers; bytes where they are copied
#   row_divisors: address of a float64 for each line, which its totals are divided by
#   column_divisors: address of a float64 for each number of a line, which the former are multiplied
#     by; 0: all of them are 1
#   are_factors: whether the divisors are reciprocals, so that totals are multiplied by them
WRITING = record_type(
    "result result_bytes source source_bytes lines count row_divisors column_divisors are_factors"
)

# Pools a range of blocks of the output, or of its rows, which are numbered from image to image.
#   first, last: the range
#   oh, ow, block_rows, block_columns: output of an image, and of a block
#   h, w, c: of an image
#   image, image_bytes, row_bytes, pixel_bytes: address of the images, and bytes from image to
#     image, from row to row and from pixel to pixel
#   window_down ... before_across: windows, strides, dilations and padding before, of both axes
#   program_down, steps_down, program_across, steps_across: addresses of the programs, which say how
#     the taps of an axis are combined, and how many steps they have: see pooling_blocks.Step
#   lines, results, parts, all_windows: addresses of the scratches for the lines of columns of a
#     block, its lines of results, the parts of windows on the way down, and one line with a window
#     for every column
#   pitch, results_pitch, tile, joint_lines: numbers from line to line of `lines`, and of `results`;
#     numbers of a row that are taken down together; lines that are combined along the row as if
#     they were one
#   sum_bytes: of a number of the lines
#   lanes: numbers of a vector of them
#   skips: whether windows are combined at every column, and every stride-th result is kept
#   output, output_image_bytes, output_row_bytes, output_bytes: address of the output, and bytes
#     from image to image, from row to row and from number to number
#   row_divisors, column_divisors: addresses of float64: one for each row of the output, and one for
#     each number of its rows, 0 where all of those are 1
#   is_flat: whether the lines of a block follow each other in the output and have one divisor: then
#     they are written as one
#   write_unit: 1, or bytes of a number where `write` copies
#   is_direct: whether totals are results, and are combined where the output lies
#   combine_pixels, combine_parts, skip, write: functions of forms, the first two for lines of
#     pixels and of sums
#   combining, writing, skipping: addresses of their records
POOLING = record_type(
    "first last image output combining writing skipping lines results parts all_windows "
    "oh ow block_rows block_columns h w c image_bytes row_bytes pixel_bytes "
    "window_down stride_down dilation_down before_down "
    "window_across stride_across dilation_across before_across "
    "program_down steps_down program_across steps_across "
    "pitch results_pitch tile joint_lines sum_bytes lanes skips "
    "output_image_bytes output_row_bytes output_bytes row_divisors column_divisors "
    "is_flat is_direct write_unit combine_pixels combine_parts skip write"
)

# Pools a range of rows of the output, in registers.
#   first, last, oh, ow, image, image_bytes, row_bytes, stride_down, output, output_image_bytes,
#     output_row_bytes, row_divisors: as in POOLING
#   window_rows: of a window; the range counts rows of the output through all images
#   are_factors: as in WRITING
POOLING_ROWS = record_type(
    "first last image output oh ow image_bytes row_bytes stride_down window_rows "
    "output_image_bytes output_row_bytes row_divisors are_factors"
)

# Computes bands of the gradient of pooling, whose results have the gradient g.
#   first, last, bands, band_rows: the bands, from the first to before the last, numbered on from
#     image to image; bands of an image, and rows of a band
#   address, gradient, result: addresses of the images, of g and of the gradient, whose channels lie
#     side by side
#   image_bytes ... result_column_bytes: from image to image, row to row and column to column
#   h, w, c, oh, ow: of an image, and of its output
#   window_down ... before_across: windows, strides, dilations and padding before, of both axes
#   zero, fill_columns, fill_numbers: a row is filled with zero, 0, before windows add to it: so
#     many numbers of so many columns
#   are_apart: whether no pixel lies in two windows
POOL_GRADIENT = record_type(
    "first last bands band_rows zero fill_columns fill_numbers are_apart address gradient result "
    "h w c oh ow "
    "image_bytes row_bytes column_bytes gradient_image_bytes gradient_row_bytes "
    "gradient_column_bytes result_image_bytes result_row_bytes result_column_bytes "
    "window_down stride_down dilation_down before_down "
    "window_across stride_across dilation_across before_across"
)
