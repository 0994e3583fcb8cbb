"""Instructions that de-interleave rows of numbers into lines, and that interleave lines again.

De-interleaving a row "abcabc" to 3 lines gives "aa", "bb" and "cc"; interleaving these gives the
row. `choices` are the numbers of lines for which there is code, Python ints; callers pass no other.
A group is what is taken at a time: a vector of each line. Places and strides count numbers. A
`dtype` is passed as a zero of that type. Within `codegen`, names of arguments hold LLVM's values,
but for the dtype, which stays Numba's type.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.simd import (
    INT64,
    convert,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    pick_lanes,
    pointer_to,
    store,
    store_masked,
)


def _for_each_choice(builder, lines, choices, emit):
    """Emit a branch for each of the choices, with the code of emit(choice).

    Taken is the branch of the choice that is equal to `lines`, an LLVM value.
    """
    for choice in choices:
        with builder.if_then(builder.icmp_signed("==", lines, INT64(choice))):
            emit(choice)


class Rows(NamedTuple):
    """Rows of numbers: fields are int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    address, count
        Address of the first row, and how many rows there are.
    stride, length
        Numbers from row to row, and numbers of each.
    """

    address: Any
    count: Any
    stride: Any
    length: Any


class Lines(NamedTuple):
    """The lines that rows are de-interleaved into; fields are as in `Rows`.

    Line k of row r begins `starts[k] + shift + r * pitch` numbers behind `address`.

    Parameters
    ----------
    address, count
        Address of the memory that the lines are in, and how many lines each row becomes.
    starts, shift
        Address of a table of int64, one for each line, and what is added to each of them.
    pitch
        Numbers from the lines of a row to those of the next.
    """

    address: Any
    count: Any
    starts: Any
    shift: Any
    pitch: Any


def deinterleaver_of(choices):
    """Return the @intrinsic that de-interleaves each row into lines, as many as a choice says."""

    @intrinsic
    def deinterleave(typing, rows, lines, source_dtype, target_dtype):
        """De-interleave each of some Rows into Lines, and convert its numbers.

        Number j of a row becomes number j // lines.count of line j % lines.count. Lines are written
        in whole vectors, so that zeros may follow the numbers of each. The dtypes, of rows and of
        lines, are passed as a zero of each.
        """

        def codegen(context, builder, signature, arguments):
            rows = Rows(*cgutils.unpack_tuple(builder, arguments[0]))
            lines = Lines(*cgutils.unpack_tuple(builder, arguments[1]))
            source = pointer_to(builder, rows.address, source_dtype)
            target = pointer_to(builder, lines.address, target_dtype)
            starts = integers_at(builder, lines.starts, INT64(0))

            def emit(line_count):
                # emits the loop over rows for this number of lines
                line_starts = [
                    builder.load(builder.gep(starts, [INT64(k)])) for k in range(line_count)
                ]
                places = [builder.add(start, lines.shift) for start in line_starts]
                with cgutils.for_range(builder, rows.count) as row:
                    source_row = builder.gep(source, [builder.mul(row.index, rows.stride)])
                    below = builder.mul(row.index, lines.pitch)
                    targets = [builder.gep(target, [builder.add(place, below)]) for place in places]
                    dtypes = source_dtype, target_dtype
                    _deinterleave_row(builder, source_row, rows.length, targets, *dtypes)

            _for_each_choice(builder, lines.count, choices, emit)
            return context.get_dummy_value()

        return types.void(rows, lines, source_dtype, target_dtype), codegen

    return deinterleave


def _deinterleave_row(builder, source, count, targets, source_kind, target_kind):
    """Emit code that de-interleaves a row of `count` numbers, and converts them.

    source, targets: pointers to the row, and to each of the lines; source_kind, target_kind:
    Numba's types of their numbers, which is what dtypes are where code is emitted. With 4 lanes and
    3 lines, a group is 12 numbers: "abca", "bcab" and "cabc" are loaded, and "aaaa", "bbbb" and
    "cccc" are stored.
    """
    lanes, lines = lanes_of(target_kind), len(targets)
    group_size = INT64(lines * lanes)
    groups = builder.sdiv(count, group_size)
    in_groups = builder.mul(groups, group_size)  # numbers of whole groups
    remainder = builder.sub(count, in_groups)

    def deinterleave_group(place, target_place, is_whole):
        # from number `place` of the row to number `target_place` of each line; a group that is not
        # whole has `remainder` numbers
        vectors = []
        for k in range(lines):
            vector_place = builder.add(place, INT64(k * lanes))
            if is_whole:
                vector = load(builder, source, vector_place, source_kind, lanes)
            else:
                mask = lanes_before(builder, builder.sub(remainder, INT64(k * lanes)), lanes)
                vector = load_masked(builder, source, vector_place, source_kind, mask)
            vectors.append(convert(builder, vector, source_kind, target_kind))
        for k in range(lines):
            line = pick_lanes(builder, vectors, [k + lines * lane for lane in range(lanes)])
            store(builder, line, targets[k], target_place, target_kind)

    with cgutils.for_range(builder, groups) as group:
        place = builder.mul(group.index, group_size)
        deinterleave_group(place, builder.mul(group.index, INT64(lanes)), True)
    with builder.if_then(builder.icmp_signed(">", remainder, INT64(0))):
        deinterleave_group(in_groups, builder.mul(groups, INT64(lanes)), False)


def interleaver_of(choices):
    """Return the @intrinsic that interleaves lines, as many as one of the choices."""

    @intrinsic
    def interleave(typing, address, line_stride, count, result, lines, dtype):
        """Interleave some lines: the j-th number of line k becomes the one at j * lines + k.

        Lines have `count` numbers; line k begins line_stride * k numbers behind `address`. Only
        count * lines numbers are written, from address `result` on. It returns nothing.
        """

        def codegen(context, builder, signature, arguments):
            address, line_stride, count, result, lines, _ = arguments
            source, target = pointer_to(builder, address, dtype), pointer_to(builder, result, dtype)

            def emit(line_count):
                starts = [builder.mul(line_stride, INT64(k)) for k in range(line_count)]
                sources = [builder.gep(source, [start]) for start in starts]
                _interleave_lines(builder, sources, count, target, dtype)

            _for_each_choice(builder, lines, choices, emit)
            return context.get_dummy_value()

        return types.void(address, line_stride, count, result, lines, dtype), codegen

    return interleave


def _interleave_lines(builder, sources, count, target, kind):
    """Emit code that interleaves lines of `count` numbers.

    sources, target: pointers to each of the lines, and to the result; kind: Numba's type of all
    numbers. With 4 lanes and 3 lines, "aaaa", "bbbb" and "cccc" are loaded, and "abca", "bcab" and
    "cabc" are stored.
    """
    lanes, lines = lanes_of(kind), len(sources)

    def interleave_group(place, left):
        # from number `place` of each line on, a vector of each; `left` is None for a whole group,
        # else how many numbers of each line are left
        if left is None:
            vectors = [load(builder, source, place, kind, lanes) for source in sources]
        else:
            mask = lanes_before(builder, left, lanes)
            vectors = [load_masked(builder, source, place, kind, mask) for source in sources]
        for k in range(lines):
            numbers = range(k * lanes, (k + 1) * lanes)
            # number n of the result is number n // lines of line n % lines
            chosen = [number % lines * lanes + number // lines for number in numbers]
            vector = pick_lanes(builder, vectors, chosen)
            target_place = builder.add(builder.mul(place, INT64(lines)), INT64(k * lanes))
            if left is None:
                store(builder, vector, target, target_place, kind)
            else:
                results_left = builder.sub(builder.mul(left, INT64(lines)), INT64(k * lanes))
                mask = lanes_before(builder, results_left, lanes)
                store_masked(builder, vector, target, target_place, kind, mask)

    groups = builder.sdiv(count, INT64(lanes))
    with cgutils.for_range(builder, groups) as group:
        interleave_group(builder.mul(group.index, INT64(lanes)), None)
    in_groups = builder.mul(groups, INT64(lanes))  # numbers of each line in whole groups
    left = builder.sub(count, in_groups)
    with builder.if_then(builder.icmp_signed(">", left, INT64(0))):
        interleave_group(in_groups, left)
