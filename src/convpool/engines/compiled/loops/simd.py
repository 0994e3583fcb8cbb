"""What LLVM is told about vectors: the few instructions that the compiled kernels are made of.

A vector holds as many numbers as the processor takes at once. Addresses and counts are int64,
places are counted in numbers from an address. `given`, `like` and `made` are zeros whose dtype
tells that of the images, of the sums and of the result. Tuples tell, by their length, what is known
when a kernel is compiled.
"""

# ruff: noqa: D103
from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled import host

VECTOR_BYTES = host.vector_bytes()
MANY = VECTOR_BYTES == 64  # AVX-512 has 32 registers for vectors, and not 16

INT = ir.IntType(64)
SHORT = ir.IntType(32)


def element(kind):
    """Return LLVM's type of a number."""
    if isinstance(kind, types.Float):
        return ir.FloatType() if kind.bitwidth == 32 else ir.DoubleType()
    return ir.IntType(kind.bitwidth)


def lanes_of(kind):
    """Return how many numbers a vector holds."""
    return VECTOR_BYTES * 8 // kind.bitwidth


def vector(kind, lanes):
    return ir.VectorType(element(kind), lanes)


def pointer(builder, address, kind):
    return builder.inttoptr(address, element(kind).as_pointer())


def _at(builder, base, place, kind, lanes):
    return builder.bitcast(builder.gep(base, [place]), vector(kind, lanes).as_pointer())


def load(builder, base, place, kind, lanes):
    loaded = builder.load(_at(builder, base, place, kind, lanes))
    loaded.align = kind.bitwidth // 8
    return loaded


def store(builder, value, base, place, kind):
    stored = builder.store(value, _at(builder, base, place, kind, value.type.count))
    stored.align = kind.bitwidth // 8


def splat(builder, value, lanes):
    nothing = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
    vector = builder.insert_element(nothing, value, SHORT(0))
    return builder.shuffle_vector(
        vector, nothing, ir.Constant(ir.VectorType(SHORT, lanes), [0] * lanes)
    )


def below(builder, count, lanes):
    """Return the mask of the lanes that come before a count."""
    numbers = ir.Constant(ir.VectorType(INT, lanes), list(range(lanes)))
    return builder.icmp_signed("<", numbers, splat(builder, count, lanes))


def named(operation, kind, lanes):
    letter = "f" if isinstance(kind, types.Float) else "i"
    return f"llvm.{operation}.v{lanes}{letter}{kind.bitwidth}"


def called(builder, name, result, arguments):
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def load_some(builder, base, place, kind, mask):
    """Load the lanes of a mask, zeros elsewhere; what lies under the others is not touched."""
    lanes = mask.type.count
    zeros = ir.Constant(vector(kind, lanes), None)
    pointer = _at(builder, base, place, kind, lanes)
    words = [pointer, SHORT(kind.bitwidth // 8), mask, zeros]
    return called(builder, named("masked.load", kind, lanes) + ".p0", zeros.type, words)


def store_some(builder, value, base, place, kind, mask):
    """Store the lanes of a mask; what lies under the others is not touched."""
    lanes = mask.type.count
    words = [value, _at(builder, base, place, kind, lanes), SHORT(kind.bitwidth // 8), mask]
    called(builder, named("masked.store", kind, lanes) + ".p0", ir.VoidType(), words)


def prefetch(builder, base, place):
    """Ask for the line of memory of a number that will be read soon."""
    line = builder.bitcast(builder.gep(base, [place]), ir.IntType(8).as_pointer())
    called(builder, "llvm.prefetch.p0", ir.VoidType(), [line, SHORT(0), SHORT(2), SHORT(1)])


def converted(builder, value, given, wanted):
    """Convert a vector as NumPy does."""
    if given == wanted:
        return value
    to = vector(wanted, value.type.count)
    if isinstance(given, types.Float):
        if not isinstance(wanted, types.Float):
            return builder.fptosi(value, to)
        return (
            builder.fpext(value, to)
            if wanted.bitwidth > given.bitwidth
            else builder.fptrunc(value, to)
        )
    if isinstance(wanted, types.Float):
        return builder.sitofp(value, to) if given.signed else builder.uitofp(value, to)
    if given.bitwidth >= wanted.bitwidth:
        return value
    return builder.sext(value, to) if given.signed else builder.zext(value, to)


def added(builder, x, y, kind):
    return builder.fadd(x, y) if isinstance(kind, types.Float) else builder.add(x, y)


def muladd(builder, x, weight, total, kind):
    if not isinstance(kind, types.Float):
        return builder.add(builder.mul(x, weight), total)
    return called(builder, named("fmuladd", kind, total.type.count), total.type, [x, weight, total])


@intrinsic
def panel_width(typing, wide, like):
    """Return how many kernels a panel of so many vectors has."""

    def code(context, builder, signature, arguments):
        return INT(wide.count * lanes_of(like))

    return types.intp(wide, like), code


def table(context, builder, kind, array, place):
    return builder.gep(context.make_array(kind)(context, builder, array).data, [place])


@intrinsic
def get(typing, address, place, given, like):
    """Load one number and convert it."""

    def code(context, builder, signature, arguments):
        loaded = load(builder, pointer(builder, arguments[0], given), arguments[1], given, 1)
        return builder.extract_element(converted(builder, loaded, given, like), SHORT(0))

    return like(address, place, given, like), code


@intrinsic
def put(typing, address, place, value):
    """Store one number."""

    def code(context, builder, signature, arguments):
        base = pointer(builder, arguments[0], value)
        builder.store(arguments[2], builder.gep(base, [arguments[1]]))
        return context.get_dummy_value()

    return types.void(address, place, value), code


def picked(builder, vectors, chosen):
    """Return one vector of lanes picked from several, by their number over all of them."""
    count = vectors[0].type.count
    result = None
    for k, vector in enumerate(vectors):
        if result is None:
            lanes = [place if place // count == k else 0 for place in chosen]
            result = builder.shuffle_vector(
                vector, vector, ir.Constant(ir.VectorType(SHORT, count), lanes)
            )
            continue
        lanes = [
            count + place % count if place // count == k else lane
            for lane, place in enumerate(chosen)
        ]
        result = builder.shuffle_vector(
            result, vector, ir.Constant(ir.VectorType(SHORT, count), lanes)
        )
    return result


@intrinsic
def along(typing, address, place, kind):
    """Return the address of a number."""

    def code(context, builder, signature, arguments):
        address, place, _ = arguments
        return builder.add(address, builder.mul(place, INT(kind.bitwidth // 8)))

    return types.intp(address, place, kind), code


@intrinsic
def unzip(typing, address, rows, step, count, result, pitch, streams, shift, parts, given, like):
    """Cut each of some lines into as many as `parts` has numbers, which take its numbers in turn.

    Lines of `count` numbers lie `step` apart and are converted. Line k of the first begins at
    streams[k] + shift, that of the next `pitch` further on. Up to a vector of zeros follows each.
    """

    def code(context, builder, signature, arguments):
        address, rows, step, count, result, pitch, streams, shift, *_ = arguments
        lanes, lines = lanes_of(like), parts.count
        source, result = pointer(builder, address, given), pointer(builder, result, like)
        streams = table(context, builder, signature.args[6], streams, INT(0))
        shifts = [
            builder.add(builder.load(builder.gep(streams, [INT(k)])), shift) for k in range(lines)
        ]
        groups = builder.sdiv(count, INT(lines * lanes))
        done = builder.mul(groups, INT(lines * lanes))
        left = builder.sub(count, done)
        masks = [below(builder, builder.sub(left, INT(k * lanes)), lanes) for k in range(lines)]

        def group(source, starts, place, turn, masked):
            vectors = []
            for k in range(lines):
                at = builder.add(place, INT(k * lanes))
                if masked:
                    loaded = load_some(builder, source, at, given, masks[k])
                else:
                    loaded = load(builder, source, at, given, lanes)
                vectors.append(converted(builder, loaded, given, like))
            for k in range(lines):
                line = picked(builder, vectors, [k + lines * lane for lane in range(lanes)])
                store(builder, line, starts[k], turn, like)

        with cgutils.for_range(builder, rows) as row:
            base = builder.gep(source, [builder.mul(row.index, step)])
            down = builder.mul(row.index, pitch)
            starts = [builder.gep(result, [builder.add(place, down)]) for place in shifts]
            with cgutils.for_range(builder, groups) as loop:
                place = builder.mul(loop.index, INT(lines * lanes))
                group(base, starts, place, builder.mul(loop.index, INT(lanes)), False)
            with builder.if_then(builder.icmp_signed(">", left, INT(0))):
                group(base, starts, done, builder.mul(groups, INT(lanes)), True)
        return context.get_dummy_value()

    words = (address, rows, step, count, result, pitch, streams, shift, parts, given, like)
    return types.void(*words), code


@intrinsic
def zipped(typing, address, step, count, result, parts, made):
    """Make one line from as many as the tuple `parts` has numbers, taking theirs in turn; line k begins at step * k."""

    def code(context, builder, signature, arguments):
        address, step, count, result, *_ = arguments
        lanes, lines = lanes_of(made), parts.count
        source, result = pointer(builder, address, made), pointer(builder, result, made)

        def group(place, left):
            places = [builder.add(builder.mul(step, INT(k)), place) for k in range(lines)]
            if left is None:
                vectors = [load(builder, source, at, made, lanes) for at in places]
            else:
                mask = below(builder, left, lanes)
                vectors = [load_some(builder, source, at, made, mask) for at in places]
            for k in range(lines):
                flat = range(k * lanes, (k + 1) * lanes)
                line = picked(builder, vectors, [at % lines * lanes + at // lines for at in flat])
                at = builder.add(builder.mul(place, INT(lines)), INT(k * lanes))
                if left is None:
                    store(builder, line, result, at, made)
                else:
                    rest = builder.sub(builder.mul(left, INT(lines)), INT(k * lanes))
                    store_some(builder, line, result, at, made, below(builder, rest, lanes))

        groups = builder.sdiv(count, INT(lanes))
        with cgutils.for_range(builder, groups) as loop:
            group(builder.mul(loop.index, INT(lanes)), None)
        done = builder.mul(groups, INT(lanes))
        left = builder.sub(count, done)
        with builder.if_then(builder.icmp_signed(">", left, INT(0))):
            group(done, left)
        return context.get_dummy_value()

    return types.void(address, step, count, result, parts, made), code
