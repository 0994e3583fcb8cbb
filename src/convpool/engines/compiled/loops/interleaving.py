"""Instructions that part the numbers of a line into several lines, and that mix them again."""

from __future__ import annotations

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
    """Emit code that does emit(k) where `lines`, an LLVM value, is k; k is one of the choices."""
    for k in choices:
        with builder.if_then(builder.icmp_signed("==", lines, INT64(k))):
            emit(k)


def deinterleaver_of(choices):
    """Return a function that de-interleaves each row into as many lines as one of the choices."""

    @intrinsic
    def deinterleave(
        typing,
        address,
        rows,
        row_stride,
        count,
        result,
        pitch,
        starts,
        shift,
        lines,
        source_dtype,
        target_dtype,
    ):
        """De-interleave each row into `lines` lines, and convert its numbers.

        Number j of a row becomes number j // lines of line j % lines. Behind each line, up to a
        vector of zeros is written.

        Legend
        ------
        address, rows, row_stride, count
            Address of the first row, how many rows there are, numbers from row to row, numbers of a
            row.
        result, pitch
            Address of the result, and numbers from the lines of a row to those of the next.
        starts, shift
            Line k of the first row begins at number starts[k] + shift of the result; starts is the
            address of int64.
        source_dtype, target_dtype
            Zeros of the dtypes of the rows and of the lines.
        """

        def codegen(context, builder, signature, arguments):
            address, rows, row_stride, count, result, pitch, starts, shift, lines, *_ = arguments
            source = pointer_to(builder, address, source_dtype)
            target = pointer_to(builder, result, target_dtype)
            starts = integers_at(builder, starts, INT64(0))
            kinds = source_dtype, target_dtype

            def emit(k):
                places = [builder.load(builder.gep(starts, [INT64(n)])) for n in range(k)]
                places = [builder.add(place, shift) for place in places]
                with cgutils.for_range(builder, rows) as row:
                    base = builder.gep(source, [builder.mul(row.index, row_stride)])
                    below = builder.mul(row.index, pitch)
                    ends = [builder.gep(target, [builder.add(place, below)]) for place in places]
                    _part_row(builder, base, count, ends, *kinds)

            _for_each_choice(builder, lines, choices, emit)
            return context.get_dummy_value()

        numbers = (address, rows, row_stride, count, result, pitch, starts, shift, lines)
        return types.void(*numbers, source_dtype, target_dtype), codegen

    return deinterleave


def _part_row(builder, source, count, targets, source_kind, target_kind):
    """Emit code that parts `count` numbers of a row into as many lines as there are targets."""
    lanes, lines = lanes_of(target_kind), len(targets)
    groups = builder.sdiv(count, INT64(lines * lanes))
    whole_groups = builder.mul(groups, INT64(lines * lanes))
    remainder = builder.sub(count, whole_groups)

    def part_group(place, target_place, is_masked):
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
        part_group(place, builder.mul(loop.index, INT64(lanes)), False)
    with builder.if_then(builder.icmp_signed(">", remainder, INT64(0))):
        part_group(whole_groups, builder.mul(groups, INT64(lanes)), True)


def interleaver_of(choices):
    """Return a function that mixes as many lines as one of the choices."""

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
                _mix_lines(builder, sources, count, target, dtype)

            _for_each_choice(builder, lines, choices, emit)
            return context.get_dummy_value()

        return types.void(address, line_stride, count, result, lines, dtype), codegen

    return interleave


def _mix_lines(builder, sources, count, target, kind):
    """Emit code that mixes lines of `count` numbers into one."""
    lanes, lines = lanes_of(kind), len(sources)

    def mix_group(place, rest):
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
            mixed = pick_lanes(builder, vectors, chosen)
            at = builder.add(builder.mul(place, INT64(lines)), INT64(k * lanes))
            if rest is None:
                store(builder, mixed, target, at, kind)
            else:
                left = builder.sub(builder.mul(rest, INT64(lines)), INT64(k * lanes))
                store_masked(builder, mixed, target, at, kind, lanes_before(builder, left, lanes))

    groups = builder.sdiv(count, INT64(lanes))
    with cgutils.for_range(builder, groups) as loop:
        mix_group(builder.mul(loop.index, INT64(lanes)), None)
    whole = builder.mul(groups, INT64(lanes))
    rest = builder.sub(count, whole)
    with builder.if_then(builder.icmp_signed(">", rest, INT64(0))):
        mix_group(whole, rest)
