"""Instructions on vectors that the loops of pooling share: to combine numbers, and to write them.

`base` is an LLVM pointer to numbers, and a place the index of one of these, an LLVM int64. A mask
is a vector of bits, one for each lane. A kind is Numba's type of numbers. A combination is a Python
int: ADD, GREATER or LESSER. Zeros that are negative become positive wherever numbers leave a loop:
which of the two wins would else depend on the order of the taps.
"""

from __future__ import annotations

from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils

from convpool.engines.compiled.base_form import ADD, GREATER
from convpool.engines.compiled.instruction_sets import has_masks as has_masks_of_size
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    convert,
    element_type,
    lanes_before,
    load,
    load_masked,
    store,
    store_masked,
)


class Kinds(NamedTuple):
    """Numba's types of the numbers that are read, of sums, and of results."""

    sources: types.Type
    sums: types.Type
    results: types.Type


def number_of_bits(builder, bits, kind):
    """Return the number of type `kind` whose bits are the lowest ones of an int64."""
    if kind.bitwidth < 64:
        bits = builder.trunc(bits, ir.IntType(kind.bitwidth))
    return builder.bitcast(bits, element_type(kind))


def is_set(builder, flag):
    """Return, as one bit, whether an int64 is not 0."""
    return builder.icmp_signed("!=", flag, INT64(0))


def combine_vectors(builder, a, b, combination, kind):
    """Return vectors a and b of numbers of type `kind` combined, lane by lane; NaN wins."""
    is_float = isinstance(kind, types.Float)
    if combination == ADD:
        return builder.fadd(a, b) if is_float else builder.add(a, b)
    sign = ">" if combination == GREATER else "<"
    if not is_float:
        compare = builder.icmp_signed if kind.signed else builder.icmp_unsigned
        return builder.select(compare(sign, a, b), a, b)
    # the processor's own maximum gives b where either is NaN
    chosen = builder.select(builder.fcmp_ordered(sign, a, b), a, b)
    return builder.select(builder.fcmp_unordered("uno", a, a), a, chosen)


def without_negative_zeros(builder, vector, kind):
    """Return a vector of numbers of type `kind` with 0 for -0."""
    if not isinstance(kind, types.Float):
        return vector
    return builder.fadd(vector, ir.Constant(vector.type, None))  # -0 + 0 is 0


def load_and_convert(builder, base, place, mask, lanes, source_kind, target_kind):
    """Return a vector of `lanes` numbers from a place on, converted to type target_kind.

    Under a mask its other lanes are 0; a mask of None is that of all lanes.
    """
    if mask is None:
        vector = load(builder, base, place, source_kind, lanes)
    else:
        vector = load_masked(builder, base, place, source_kind, mask)
    return convert(builder, vector, source_kind, target_kind)


def store_lanes(builder, vector, base, place, mask, kind):
    """Store a vector at a place; a mask of None is that of all lanes."""
    if mask is None:
        store(builder, vector, base, place, kind)
    else:
        store_masked(builder, vector, base, place, kind, mask)


def scaled_totals(builder, total, divisor, are_factors, sum_kind, output_kind):
    """Return a vector of totals divided by the vector `divisor`, and converted to output_kind.

    `divisor` is of float64. If the bit `are_factors` is set, totals are multiplied by it instead.
    """
    total = convert(builder, total, sum_kind, types.float64)
    scaled = cgutils.alloca_once(builder, total.type)
    with builder.if_else(are_factors) as (multiplied, divided):
        with multiplied:
            builder.store(builder.fmul(total, divisor), scaled)
        with divided:
            builder.store(builder.fdiv(total, divisor), scaled)
    return convert(builder, builder.load(scaled), types.float64, output_kind)


def has_masks(*kinds):
    """Return whether the processor loads and stores numbers of all these kinds under masks."""
    return all(has_masks_of_size(TARGET, kind.bitwidth // 8) for kind in kinds)


def for_each_piece(builder, count, lanes, unrolled, may_overlap, uses_masks, emit):
    """Emit code that takes `count` numbers in pieces: emit(place, vectors, lanes, mask) for each.

    A piece is `vectors` vectors of `lanes` numbers from `place` on; a mask of None is that of all
    lanes. Pieces have as many vectors as `unrolled`, a tuple of powers of two, says: as many pieces
    of unrolled[0] as fit, then of the next, at last of one vector. If the bit `may_overlap` is set
    and there is a whole vector, the last one covers what remains together with numbers before it;
    else what remains is one vector under a mask, or if not `uses_masks`, is taken number by number.
    With 4 lanes, unrolled (2,) and 15 numbers, pieces begin at 0 (2 vectors), 8 (1) and 11 (1,
    which overlaps) or 12 (under a mask of 3 lanes).
    """
    whole = builder.sdiv(count, INT64(lanes))
    remainder = builder.srem(count, INT64(lanes))
    done = INT64(0)
    for vectors in unrolled:
        end = builder.and_(whole, INT64(-vectors))  # `whole` rounded down to a multiple of vectors
        with cgutils.for_range_slice(builder, done, end, INT64(vectors)) as (vector, _):
            emit(builder.mul(vector, INT64(lanes)), vectors, lanes, None)
        done = end
    overlaps = builder.and_(may_overlap, builder.icmp_signed(">", whole, INT64(0)))
    overlaps = builder.and_(overlaps, builder.icmp_signed(">", remainder, INT64(0)))
    end = builder.add(whole, builder.zext(overlaps, INT64))
    with cgutils.for_range_slice(builder, done, end, INT64(1)) as (vector, _):
        place, last_place = builder.mul(vector, INT64(lanes)), builder.sub(count, INT64(lanes))
        is_before = builder.icmp_signed("<", place, last_place)
        emit(builder.select(is_before, place, last_place), 1, lanes, None)
    has_rest = builder.icmp_signed(">", remainder, INT64(0))
    with builder.if_then(builder.and_(has_rest, builder.not_(overlaps))):
        place = builder.mul(whole, INT64(lanes))
        if uses_masks:
            emit(place, 1, lanes, lanes_before(builder, remainder, lanes))
        else:
            with cgutils.for_range_slice(builder, place, count, INT64(1)) as (one, _):
                emit(one, 1, 1, None)
