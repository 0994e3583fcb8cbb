"""The loop that finds medians of windows with few taps: a network of exchanges for each vector.

Of the network only what its middle depends on becomes machine code. `call` is the record SUMMING.
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

# how few exchanges find the median of so many numbers: "i-j" puts the lesser of numbers i and j in
# the place i. Of 9 as A. W. Paeth has it (Graphics Gems, 1990), of 25 as N. Devillard (Fast median
# search, 1998).
MEDIAN_NETWORKS = {
    9: ("1-2 4-5 7-8 0-1 3-4 6-7 1-2 4-5 7-8 0-3 5-8 4-7 3-6 1-4 2-5 4-7 4-2 6-4 4-2 "),
    25: (
        "0-1 3-4 2-4 2-3 6-7 5-7 5-6 9-10 8-10 8-9 12-13 11-13 11-12 15-16 14-16 14-15 18-19 "
        "17-19 17-18 21-22 20-22 20-21 23-24 2-5 3-6 0-6 0-3 4-7 1-7 1-4 11-14 8-14 8-11 12-15 "
        "9-15 9-12 13-16 10-16 10-13 20-23 17-23 17-20 21-24 18-24 18-21 19-22 8-17 9-18 0-18 "
        "0-9 10-19 1-19 1-10 11-20 2-20 2-11 12-21 3-21 3-12 13-22 4-22 4-13 14-23 5-23 5-14 "
        "15-24 6-24 6-15 7-16 7-19 13-21 15-23 7-13 7-15 1-9 3-11 5-17 11-17 9-17 4-10 6-12 "
        "7-14 4-6 4-7 12-14 10-14 6-7 10-12 6-10 6-17 12-17 7-17 7-10 12-18 7-12 10-18 12-20 "
        "10-20 10-12 "
    ),
}


def median_taps(form):
    """Return the loop that writes the medians of a row of windows: see SUMMING."""
    dtype, result_dtype = form.dtype.type(0), form.results.type(0)
    count, is_careful = form.taps, form.is_careful

    @intrinsic
    def write_medians(typing, call, dtype, result_dtype):
        """Write the medians of a row of windows, of a vector at least.

        call: the record SUMMING. The dtypes are zeros of those of lines and results.
        """

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
    """Return the vector of the medians, lane by lane, of an odd number of vectors without NaN.

    `kind` is the type of their numbers.
    """
    if isinstance(kind, types.Float):
        compare = builder.fcmp_ordered
    else:
        compare = builder.icmp_signed if kind.signed else builder.icmp_unsigned
    numbers = list(vectors)
    for i, j in median_network(len(numbers)):
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


def median_network(count):
    """Return the exchanges that put the median of `count` numbers in the middle, in their order.

    An exchange (i, j) puts the lesser of numbers i and j in place i, the greater in place j.
    """
    if count not in MEDIAN_NETWORKS:
        return list(sorting_network(count))
    pairs = [pair.split("-") for pair in MEDIAN_NETWORKS[count].split()]
    return [(int(i), int(j)) for i, j in pairs]


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
