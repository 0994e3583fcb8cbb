"""The loop that finds medians of windows, for a vector of them at a time.

A line is the pixels under one tap of each window of a row, side by side in memory; a vector of it
has those of neighbouring windows, one in each lane. Medians of few taps are found by a network of
exchanges, of which only what its middle depends on becomes machine code; those of any number by
bisection. `call` is the record SUMMING: `taps` is the table of the addresses of the lines.
`for_each_group` covers a remainder by a last group that begins earlier, so that some medians are
written twice.
"""

from __future__ import annotations

from functools import reduce

from llvmlite import ir
from numba import types
from numba.core import cgutils
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
    splat,
    store,
    vector_type,
)

# exchanges that bring the median of so many numbers to the middle, fewer than sort them: "i-j" puts
# the lesser of numbers i and j in place i, the greater in place j. Of 9 as A. W. Paeth has it
# (Graphics Gems, 1990), of 25 as N. Devillard (Fast median search, 1998).
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
    tap_count, is_careful = form.taps, form.is_careful  # 0 taps: any number of them

    @intrinsic
    def median_row(typing, call, dtype, result_dtype):
        """Write the medians of a row of windows, of as many as a vector has lanes at least.

        call: the record SUMMING. The dtypes are zeros of those of lines and results.
        """

        def codegen(context, builder, signature, arguments):
            fields = fields_of(builder, signature.args[0], arguments[0])
            taps = integers_at(builder, fields["taps"], INT64(0))
            target = pointer_to(builder, fields["result"], result_dtype)
            if not tap_count:
                bisection = _Bisection(builder, taps, fields["tap_count"], dtype, result_dtype)
                bisection.write_medians(target, fields["count"])
                return context.get_dummy_value()
            addresses = [builder.load(builder.gep(taps, [INT64(k)])) for k in range(tap_count)]
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
        median_row(summing_at(address), dtype, result_dtype)

    return entry


def median_of(builder, vectors, kind):
    """Return the vector of the medians, lane by lane, of an odd number of vectors without NaN.

    `kind` is Numba's type of their numbers.
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
    """Return the vector `median` with NaN in each lane where one of the vectors has NaN."""
    # one comparison tests two vectors; the last one of an odd number is tested with the first
    pairs = zip(vectors, [*vectors[1:], vectors[0]], strict=True)
    is_nan = [builder.fcmp_unordered("uno", a, b) for a, b in list(pairs)[::2]]
    nan = ir.Constant(median.type, [float("nan")] * median.type.count)
    return builder.select(reduce(builder.or_, is_nan), nan, median)


class _Bisection:
    """Emits code that finds medians by halving the range in which each of them lies.

    In each step, the numbers that are not greater than the middle of the range are counted. If
    they are at least as many as the rank of the median, the lower half of the range is kept, else
    the upper one. Ranges are of keys: integers of the same order as the numbers, which for integers
    are these themselves. Of bytes 7, 9, 200, whose median has rank 2, ranges are 7 to 200, 7 to 103
    (since 2 bytes are at most 103), and there the median is found: the greatest byte up to 103.

    `vectors` vectors of medians are found at a time; their state is in lists of variables, one for
    each vector. A variable is an LLVM pointer to a vector.

    Parameters
    ----------
    taps, tap_count
        LLVM values: pointer to the table of the addresses of the lines, and how many they are.
    kind, result_kind
        Numba's types of the numbers and of the medians.

    Parameters of the methods
    -------------------------
    begin
        Number of the first window in its row, an LLVM value.
    lows, highs
        Variables of the least and the greatest key of each range.
    counts
        Variables of how many taps are not greater than the high of each range.
    nans
        Variables of -1 in lanes whose windows have NaN, else 0.
    """

    def __init__(self, builder, taps, tap_count, kind, result_kind):
        self.builder, self.taps, self.tap_count = builder, taps, tap_count
        self.kind, self.result_kind, self.lanes = kind, result_kind, lanes_of(kind)
        self.is_float = isinstance(kind, types.Float)
        self.is_unsigned = not self.is_float and not kind.signed
        self.bits = kind.bitwidth
        # types of vectors of numbers, and of keys and counts
        self.numbers = vector_type(kind, self.lanes)
        self.integers = ir.VectorType(ir.IntType(self.bits), self.lanes)
        # rank, from 1 on, of the median, or of the lower one of two middle numbers
        half = builder.lshr(builder.add(tap_count, INT64(1)), INT64(1))
        self.rank = self._splat_count(half)

    def write_medians(self, target, count):
        """Emit code that writes the medians of `count` windows to the LLVM pointer `target`.

        There are at least as many windows as a vector has lanes.
        """

        def write(begin, vectors, _lanes):
            for k, median in enumerate(self._medians(begin, vectors)):
                place = self.builder.add(begin, INT64(k * self.lanes))
                store(self.builder, median, target, place, self.result_kind)

        # of a group: (vectors, lanes of each), four vectors where there are as many windows
        group_sizes = [(4, self.lanes), (1, self.lanes)]
        for_each_group(self.builder, count, group_sizes, write)

    def _medians(self, begin, vectors):
        """Return `vectors` vectors of the medians of the windows from number `begin` on."""
        builder = self.builder
        lows, highs, nans = self._ranges(begin, vectors)
        all_taps = self._splat_count(self.tap_count)
        counts = [self._variable(all_taps) for _ in range(vectors)]
        # a range of 2**bits keys is one key after so many halvings
        with cgutils.for_range(builder, INT64(self.bits)) as step:
            with builder.if_then(builder.not_(self._is_any_open(lows, highs, counts))):
                step.do_break()
            self._halve(begin, lows, highs, counts)
        return self._middles(begin, highs, counts, nans)

    def _ranges(self, begin, vectors):
        """Return (lows, highs, nans): ranges from the least to the greatest number of a window."""
        builder = self.builder
        leasts = [self._variable(self._splat_limit(greatest=True)) for _ in range(vectors)]
        greatests = [self._variable(self._splat_limit(greatest=False)) for _ in range(vectors)]
        nans = [self._variable(ir.Constant(self.integers, None)) for _ in range(vectors)]

        def widen(k, numbers):
            for variable, sign in ((leasts[k], "<"), (greatests[k], ">")):
                extreme = builder.load(variable)
                is_beyond = self._compare(sign, numbers, extreme)
                builder.store(builder.select(is_beyond, numbers, extreme), variable)
            if self.is_float:
                is_nan = builder.fcmp_unordered("uno", numbers, numbers)
                found = builder.or_(builder.load(nans[k]), builder.sext(is_nan, self.integers))
                builder.store(found, nans[k])

        self._for_each_line(begin, vectors, widen)
        lows, highs = (
            [self._variable(self._keys(builder.load(extreme))) for extreme in extremes]
            for extremes in (leasts, greatests)
        )
        return lows, highs, nans

    def _is_any_open(self, lows, highs, counts):
        """Return a bit: whether the range of some median still leaves it open."""
        builder, bits = self.builder, None
        for low, high, count in zip(lows, highs, counts, strict=True):
            # if as many as the rank are not greater than the high, the median is the greatest of
            # these: see `_middles`
            is_open = builder.and_(
                builder.icmp_signed("!=", builder.load(low), builder.load(high)),
                builder.icmp_signed("!=", builder.load(count), self.rank),
            )
            bits = is_open if bits is None else builder.or_(bits, is_open)
        bits = builder.bitcast(bits, ir.IntType(self.lanes))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    def _halve(self, begin, lows, highs, counts):
        """Emit code that replaces each range by that half in which the number of that rank lies."""
        builder, ones = self.builder, ir.Constant(self.integers, [1] * self.lanes)
        middles = []
        for low, high in zip(map(builder.load, lows), map(builder.load, highs), strict=True):
            # (low + high) // 2 without overflow: the bits of both, and half of what differs
            shift = builder.lshr if self.is_unsigned else builder.ashr
            half = shift(builder.xor(low, high), ones)
            middles.append(builder.add(builder.and_(low, high), half))
        limits = [self._numbers(middle) for middle in middles]
        below = [self._variable(ir.Constant(self.integers, None)) for _ in limits]

        def count_number(k, numbers):
            # a set bit becomes -1, which is subtracted
            is_below = builder.sext(self._compare("<=", numbers, limits[k]), self.integers)
            builder.store(builder.sub(builder.load(below[k]), is_below), below[k])

        self._for_each_line(begin, len(limits), count_number)
        for k, middle in enumerate(middles):
            count = builder.load(below[k])
            is_lower = builder.icmp_unsigned(">=", count, self.rank)
            for variable, if_lower, if_upper in (
                (lows[k], builder.load(lows[k]), builder.add(middle, ones)),
                (highs[k], middle, builder.load(highs[k])),
                (counts[k], count, builder.load(counts[k])),
            ):
                builder.store(builder.select(is_lower, if_lower, if_upper), variable)

    def _middles(self, begin, highs, counts, nans):
        """Return vectors of the medians: of each window, the greatest number in or below its range.

        Of an even number of taps, it is the mean of that and of the least number above the range;
        but if more taps than the rank are not above it, both middle numbers are equal.
        """
        builder, vectors = self.builder, len(highs)
        limits = [self._numbers(builder.load(high)) for high in highs]
        least, greatest = (self._splat_limit(greatest=is_greatest) for is_greatest in (False, True))
        lowers = [self._variable(least) for _ in range(vectors)]
        uppers = [self._variable(greatest) for _ in range(vectors)]

        def approach(k, numbers):
            is_lower = self._compare("<=", numbers, limits[k])
            lower, upper = builder.load(lowers[k]), builder.load(uppers[k])
            is_next = builder.and_(is_lower, self._compare(">", numbers, lower))
            builder.store(builder.select(is_next, numbers, lower), lowers[k])
            is_next = builder.and_(builder.not_(is_lower), self._compare("<", numbers, upper))
            builder.store(builder.select(is_next, numbers, upper), uppers[k])

        self._for_each_line(begin, vectors, approach)
        is_odd = builder.trunc(self.tap_count, ir.IntType(1))
        medians = []
        for lower, upper, count, nan in zip(
            *(map(builder.load, variables) for variables in (lowers, uppers, counts, nans)),
            strict=True,
        ):
            has_one_middle = builder.or_(
                splat(builder, is_odd, self.lanes), builder.icmp_signed("!=", count, self.rank)
            )
            upper = builder.select(has_one_middle, lower, upper)
            medians.append(self._finish(lower, upper, nan))
        return medians

    def _finish(self, lower, upper, nan):
        """Return the means of the two middle numbers, NaN where the integers `nan` are not 0."""
        builder = self.builder
        lower, upper = (convert(builder, x, self.kind, self.result_kind) for x in (lower, upper))
        halves, infinities = (
            ir.Constant(lower.type, [number] * self.lanes) for number in (0.5, float("inf"))
        )
        mean = builder.fmul(builder.fadd(lower, upper), halves)
        if self.is_float:
            # where the sum overflows, the mean is the sum of the halves
            no_overflow = builder.fadd(builder.fmul(lower, halves), builder.fmul(upper, halves))
            for limit in (infinities, builder.fneg(infinities)):
                is_infinite = builder.fcmp_ordered("==", mean, limit)
                mean = builder.select(is_infinite, no_overflow, mean)
            is_nan = builder.icmp_signed("!=", nan, ir.Constant(nan.type, None))
            not_a_number = ir.Constant(mean.type, [float("nan")] * self.lanes)
            mean = builder.select(is_nan, not_a_number, mean)
        return without_negative_zeros(builder, mean, self.result_kind)

    def _for_each_line(self, begin, vectors, combine):
        """Emit a loop over the lines, with the code of combine(k, numbers) for each vector k."""
        builder = self.builder
        with cgutils.for_range(builder, self.tap_count) as tap:
            address = builder.load(builder.gep(self.taps, [tap.index]))
            line = builder.gep(pointer_to(builder, address, self.kind), [begin])
            for k in range(vectors):
                combine(k, load(builder, line, INT64(k * self.lanes), self.kind, self.lanes))

    def _compare(self, sign, a, b):
        """Return the mask of the lanes where `a sign b` is true of numbers; it is false for NaN."""
        if self.is_float:
            return self.builder.fcmp_ordered(sign, a, b)
        compare = self.builder.icmp_unsigned if self.is_unsigned else self.builder.icmp_signed
        return compare(sign, a, b)

    def _keys(self, numbers):
        """Return the keys of a vector of numbers."""
        if not self.is_float:
            return numbers
        return self._flip_negative(self.builder.bitcast(numbers, self.integers))

    def _numbers(self, keys):
        """Return the numbers of a vector of keys."""
        if not self.is_float:
            return keys
        return self.builder.bitcast(self._flip_negative(keys), self.numbers)

    def _flip_negative(self, integers):
        """Flip all bits but the sign of negative integers; done twice, it gives them back.

        The bits of floats, taken for integers, are then in the order of the floats.
        """
        signs, others = (
            ir.Constant(integers.type, [number] * self.lanes)
            for number in (self.bits - 1, 2 ** (self.bits - 1) - 1)
        )
        flipped = self.builder.and_(self.builder.ashr(integers, signs), others)
        return self.builder.xor(integers, flipped)

    def _splat_limit(self, *, greatest):
        """Return a vector of the greatest number there is, or of the least one."""
        if self.is_float:
            limit = float("inf") if greatest else float("-inf")
        else:
            limit = self.kind.maxval if greatest else self.kind.minval
        return ir.Constant(self.numbers, [limit] * self.lanes)

    def _splat_count(self, count):
        """Return a vector of an int64 in every lane, as integers of the bits of a number."""
        builder, integer = self.builder, ir.IntType(self.bits)
        count = count if self.bits == 64 else builder.trunc(count, integer)
        return splat(builder, count, self.lanes)

    def _variable(self, vector):
        """Return a pointer to a variable that begins with a vector."""
        variable = cgutils.alloca_once(self.builder, vector.type)
        self.builder.store(vector, variable)
        return variable


def median_network(count):
    """Return a list of exchanges that, in this order, bring the median of `count` to the middle.

    An exchange (i, j) puts the lesser of numbers i and j in place i, the greater in place j.
    """
    if count not in MEDIAN_NETWORKS:
        return list(sorting_network(count))
    pairs = [pair.split("-") for pair in MEDIAN_NETWORKS[count].split()]
    return [(int(i), int(j)) for i, j in pairs]


def sorting_network(count):
    """Yield exchanges (i, j), i < j, that sort `count` numbers.

    K. E. Batcher's merge exchange, in the letters of D. E. Knuth, The Art of Computer Programming
    3, algorithm 5.2.2 M.
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
