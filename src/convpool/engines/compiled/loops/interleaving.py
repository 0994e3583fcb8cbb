"""Instructions that de-interleave rows of numbers into lines, and that interleave lines again.

Rows "abcabc" become the lines "aa", "bb" and "cc". Numbers of lines for which there is code are
`choices`, Python ints.
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
    """Emit a branch for each k of the choices, with the code of emit(k): taken if `lines` is k.

    `lines` is an LLVM value.
    """
    for k in choices:
        with builder.if_then(builder.icmp_signed("==", lines, INT64(k))):
            emit(k)


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

    Parameters
    ----------
    address, count
        Address of the memory that the lines are in, and how many lines each row becomes.
    starts, shift
        Line k of the first row begins `starts[k] + shift` numbers behind `address`; `starts` is the
        address of int64.
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

        Number j of a row becomes number j // lines.count of line j % lines.count. Behind each line,
        up to a vector of zeros is written. The dtypes are zeros of those of rows and lines.
        """

        def codegen(context, builder, signature, arguments):
            rows = Rows(*cgutils.unpack_tuple(builder, arguments[0]))
            lines = Lines(*cgutils.unpack_tuple(builder, arguments[1]))
            source = pointer_to(builder, rows.address, source_dtype)
            target = pointer_to(builder, lines.address, target_dtype)
            starts = integers_at(builder, lines.starts, INT64(0))

            def emit(k):
                places = [builder.load(builder.gep(starts, [INT64(n)])) for n in range(k)]
                places = [builder.add(place, lines.shift) for place in places]
                with cgutils.for_range(builder, rows.count) as row:
                    base = builder.gep(source, [builder.mul(row.index, rows.stride)])
                    below = builder.mul(row.index, lines.pitch)
                    ends = [builder.gep(target, [builder.add(place, below)]) for place in places]
                    _deinterleave_row(builder, base, rows.length, ends, source_dtype, target_dtype)

            _for_each_choice(builder, lines.count, choices, emit)
            return context.get_dummy_value()

        return types.void(rows, lines, source_dtype, target_dtype), codegen

    return deinterleave


def _deinterleave_row(builder, source, count, targets, source_kind, target_kind):
    """Emit code that de-interleaves a row of `count` numbers, and converts them.

    source, targets: pointers to the row, and to each of the lines.
    """
    lanes, lines = lanes_of(target_kind), len(targets)
    groups = builder.sdiv(count, INT64(lines * lanes))
    whole_groups = builder.mul(groups, INT64(lines * lanes))
    remainder = builder.sub(count, whole_groups)

    def deinterleave_group(place, target_place, is_masked):
        # `lines` vectors of the row from number `place` on: one for each line
        vectors = []
        for k in range(lines):
            at = builder.add(place, INT64(k * lanes))
            if is_masked:
                mask = lanes_before(builder, builder.sub(remainder, INT64(k * lanes)), lanes)
                vector = load_masked(builder, source, at, source_kind, mask)
            else:
                vector = load(builder, source, at, source_kind, lanes)
            vectors.append(convert(builder, vector, source_kind, target_kind))
        for k in range(lines):
            line = pick_lanes(builder, vectors, [k + lines * lane for lane in range(lanes)])
            store(builder, line, targets[k], target_place, target_kind)

    with cgutils.for_range(builder, groups) as loop:
        place = builder.mul(loop.index, INT64(lines * lanes))
        deinterleave_group(place, builder.mul(loop.index, INT64(lanes)), False)
    with builder.if_then(builder.icmp_signed(">", remainder, INT64(0))):
        deinterleave_group(whole_groups, builder.mul(groups, INT64(lanes)), True)


def interleaver_of(choices):
    """Return the @intrinsic that interleaves lines, as many as one of the choices."""

    @intrinsic
    def interleave(typing, address, line_stride, count, result, lines, dtype):
        """Interleave some lines: number j of line k becomes number j * lines + k.

        Lines have `count` numbers; line k begins line_stride * k numbers behind `address`. Only
        count * lines numbers are written, from address `result` on.
        """

        def codegen(context, builder, signature, arguments):
            address, line_stride, count, result, lines, _ = arguments
            source, target = pointer_to(builder, address, dtype), pointer_to(builder, result, dtype)

            def emit(k):
                starts = [builder.mul(line_stride, INT64(n)) for n in range(k)]
                sources = [builder.gep(source, [start]) for start in starts]
                _interleave_lines(builder, sources, count, target, dtype)

            _for_each_choice(builder, lines, choices, emit)
            return context.get_dummy_value()

        return types.void(address, line_stride, count, result, lines, dtype), codegen

    return interleave


def _interleave_lines(builder, sources, count, target, kind):
    """Emit code that interleaves lines of `count` numbers; sources and target are pointers."""
    lanes, lines = lanes_of(kind), len(sources)

    def interleave_group(place, rest):
        # from number `place` of each line on, a vector of each; rest is None for a whole group,
        # else how many numbers of each line are left
        if rest is None:
            vectors = [load(builder, source, place, kind, lanes) for source in sources]
        else:
            mask = lanes_before(builder, rest, lanes)
            vectors = [load_masked(builder, source, place, kind, mask) for source in sources]
        for k in range(lines):
            numbers = range(k * lanes, (k + 1) * lanes)
            # number n of the result is number n // lines of line n % lines
            chosen = [number % lines * lanes + number // lines for number in numbers]
            vector = pick_lanes(builder, vectors, chosen)
            at = builder.add(builder.mul(place, INT64(lines)), INT64(k * lanes))
            if rest is None:
                store(builder, vector, target, at, kind)
            else:
                left = builder.sub(builder.mul(rest, INT64(lines)), INT64(k * lanes))
                store_masked(builder, vector, target, at, kind, lanes_before(builder, left, lanes))

    groups = builder.sdiv(count, INT64(lanes))
    with cgutils.for_range(builder, groups) as loop:
        interleave_group(builder.mul(loop.index, INT64(lanes)), None)
    whole = builder.mul(groups, INT64(lanes))
    rest = builder.sub(count, whole)
    with builder.if_then(builder.icmp_signed(">", rest, INT64(0))):
        interleave_group(whole, rest)
