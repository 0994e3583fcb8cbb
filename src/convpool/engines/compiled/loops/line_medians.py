"""The loop that finds medians of windows with few taps: a sorting network for each vector.

Of the network only what its middle depends on becomes machine code.
"""

from __future__ import annotations

from functools import reduce

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from convpool.engines.compiled.loops.line_taps import for_each_group, summing_at
from convpool.engines.compiled.loops.pooling_vectors import without_negative_zeros
from convpool.engines.compiled.loops.simd import (
    INT64,
    convert,
    fields_of,
    integers_at,
    lanes_of,
    load,
    pointer_to,
    store,
)


def median_taps(form):
    """Return the loop that writes the medians of a row of windows: see SUMMING."""
    dtype, result_dtype = form.dtype.type(0), form.results.type(0)
    count, is_careful = form.taps, form.is_careful

    @intrinsic
    def write_medians(typing, call, dtype, result_dtype):
        """Write the medians of a row of windows, of a vector at least."""

        def codegen(context, builder, signature, arguments):
            fields = fields_of(builder, signature.args[0], arguments[0])
            taps = integers_at(builder, fields["taps"], INT64(0))
            target = pointer_to(builder, fields["result"], result_dtype)
            addresses = [builder.load(builder.gep(taps, [INT64(k)])) for k in range(count)]
            lines = [pointer_to(builder, address, dtype) for address in addresses]

            def write(begin, _vectors, lanes):
                numbers = [load(builder, line, begin, dtype, lanes) for line in lines]
                median = median_of(builder, numbers, dtype)
                if is_careful:
                    median = _with_nan(builder, median, numbers)
                result = convert(builder, median, dtype, result_dtype)
                store(builder, result, target, begin, result_dtype)

            for_each_group(builder, fields["count"], [(1, lanes_of(dtype))], write)
            return context.get_dummy_value()

        return types.void(call, dtype, result_dtype), codegen

    def entry(address):
        write_medians(summing_at(address), dtype, result_dtype)

    return entry


def median_of(builder, vectors, kind):
    """Return the medians of an odd number of vectors, number by number; none of them is NaN."""
    if isinstance(kind, types.Float):
        compare = builder.fcmp_ordered
    else:
        compare = builder.icmp_signed if kind.signed else builder.icmp_unsigned
    numbers = list(vectors)
    for i, j in sorting_network(len(numbers)):
        a, b = numbers[i], numbers[j]
        numbers[i] = builder.select(compare("<", a, b), a, b)
        numbers[j] = builder.select(compare(">", a, b), a, b)
    return without_negative_zeros(builder, numbers[len(numbers) // 2], kind)


def _with_nan(builder, median, vectors):
    """Return the medians, and NaN where one of the vectors has NaN."""
    pairs = zip(vectors, [*vectors[1:], vectors[0]], strict=True)
    is_nan = [builder.fcmp_unordered("uno", a, b) for a, b in list(pairs)[::2]]
    nan = ir.Constant(median.type, [float("nan")] * median.type.count)
    return builder.select(reduce(builder.or_, is_nan), nan, median)


def sorting_network(count):
    """Yield pairs (i, j), i < j, of numbers that are exchanged if they are out of order.

    K. E. Batcher's merge exchange: D. E. Knuth, The Art of Computer Programming 3, algorithm
    5.2.2 M.
    """
    top = 1 << max(0, (count - 1).bit_length() - 1)
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            yield from ((i, i + d) for i in range(count - d) if i & p == r)
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2
