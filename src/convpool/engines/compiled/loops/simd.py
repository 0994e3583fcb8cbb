"""The few instructions on vectors that the compiled loops are made of, written for LLVM.

A vector holds as many numbers as the processor takes at once; a lane is one of them. `builder` is
what writes LLVM's instructions, `kind` Numba's type of a number, `base` an LLVM pointer to numbers,
`place` an index from it in numbers. Vectors, numbers, places and masks, which have a bit for each
lane, are LLVM values that exist only when the machine code runs; `lanes`, how many a vector has, is
a Python int, known while it is written. Functions without @intrinsic emit instructions where they
are called; "return a vector" means the LLVM value of one. @intrinsic ones are called from compiled
Python, and their `codegen` emits what such a call does.

Arguments of the @intrinsic ones are int64: addresses in bytes, places, counts and strides in
numbers. A dtype is passed as a zero of it: `image_dtype`, `sum_dtype` and `output_dtype` are those
of the images, of the sums and of the results. Outside `codegen` the names of arguments are their
Numba types (that of a dtype is the type of its numbers), inside it their LLVM values. A tuple
stands for its length, which is so constant in the machine code.
"""

from __future__ import annotations

import os

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS

TARGET = INSTRUCTION_SETS[os.environ["CONVPOOL_BUILD"]]
VECTOR_BYTES = TARGET.vector_bytes

INT64 = ir.IntType(64)
INT32 = ir.IntType(32)
INT64_BYTES = 8  # from int64 to int64 of a table


# a loop that others call; it must not be able to raise, since nobody would catch it
loop = numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)


# ---- types and pointers ----


def number_type(dtype):
    """Return Numba's type of the numbers of a NumPy dtype."""
    return getattr(types, dtype.name)


def element_type(kind):
    """Return LLVM's type of a number of Numba type `kind`."""
    if isinstance(kind, types.Float):
        return ir.FloatType() if kind.bitwidth == 32 else ir.DoubleType()
    return ir.IntType(kind.bitwidth)


def lanes_of(kind):
    """Return how many numbers of type `kind` a vector holds, as a Python int."""
    return VECTOR_BYTES * 8 // kind.bitwidth


def vector_type(kind, lanes):
    """Return LLVM's type of a vector of `lanes` numbers of Numba type `kind`."""
    return ir.VectorType(element_type(kind), lanes)


def pointer_to(builder, address, kind):
    """Return the LLVM pointer to numbers of type `kind` at an address, in bytes."""
    return builder.inttoptr(address, element_type(kind).as_pointer())


def integers_at(builder, address, place):
    """Return the LLVM pointer to the int64 at a place behind an address, and to those behind it."""
    return builder.gep(builder.inttoptr(address, INT64.as_pointer()), [place])


def field(builder, kind, record, name):
    """Return the field of this name, an int64, of the record at an LLVM pointer.

    `kind` is Numba's type of the record.
    """
    first_byte = builder.bitcast(record, ir.IntType(8).as_pointer())
    pointer = builder.gep(first_byte, [INT64(kind.offset(name))])
    return builder.load(builder.bitcast(pointer, INT64.as_pointer()))


def fields_of(builder, kind, record):
    """Return all fields of a record, as `field` does: name -> LLVM value."""
    return {name: field(builder, kind, record, name) for name in kind.fields}


def _vector_pointer(builder, base, place, kind, lanes):
    """Return the pointer to a vector that begins at a place."""
    return builder.bitcast(builder.gep(base, [place]), vector_type(kind, lanes).as_pointer())


def _llvm_name(operation, kind, lanes):
    """Return the name of LLVM's function for an operation on vectors.

    -> "llvm.masked.load.v16f32" for ("masked.load", float32, 16)
    """
    letter = "f" if isinstance(kind, types.Float) else "i"
    return f"llvm.{operation}.v{lanes}{letter}{kind.bitwidth}"


def _call_llvm(builder, name, result_type, arguments):
    """Call LLVM's function of this name and return its result, of LLVM type `result_type`."""
    function_type = ir.FunctionType(result_type, [argument.type for argument in arguments])
    return builder.call(
        cgutils.get_or_insert_function(builder.module, function_type, name), arguments
    )


# ---- load and store ----


def load(builder, base, place, kind, lanes):
    """Return the vector of `lanes` numbers that begins at a place, which need not be aligned."""
    vector = builder.load(_vector_pointer(builder, base, place, kind, lanes))
    vector.align = kind.bitwidth // 8
    return vector


def store(builder, vector, base, place, kind):
    """Store a vector at a place, which need not be aligned."""
    stored = builder.store(vector, _vector_pointer(builder, base, place, kind, vector.type.count))
    stored.align = kind.bitwidth // 8


def load_masked(builder, base, place, kind, mask):
    """Return the vector from a place on in the lanes of the mask, and zeros in the others.

    The memory of the other lanes is not touched.
    """
    lanes = mask.type.count
    zeros = ir.Constant(vector_type(kind, lanes), None)
    source = _vector_pointer(builder, base, place, kind, lanes)
    alignment = INT32(kind.bitwidth // 8)  # bytes: that of a number
    arguments = [source, alignment, mask, zeros]
    return _call_llvm(
        builder, _llvm_name("masked.load", kind, lanes) + ".p0", zeros.type, arguments
    )


def store_masked(builder, vector, base, place, kind, mask):
    """Store the lanes of a mask; the memory of the others is not touched."""
    lanes = mask.type.count
    target = _vector_pointer(builder, base, place, kind, lanes)
    alignment = INT32(kind.bitwidth // 8)
    arguments = [vector, target, alignment, mask]
    _call_llvm(builder, _llvm_name("masked.store", kind, lanes) + ".p0", ir.VoidType(), arguments)


def lanes_before(builder, count, lanes):
    """Return the mask of the first `count` lanes of a vector: none if count is 0 or less."""
    numbers = ir.Constant(ir.VectorType(INT64, lanes), list(range(lanes)))
    return builder.icmp_signed("<", numbers, splat(builder, count, lanes))


def prefetch(builder, base, place, *, is_written=False):
    """Have the processor fetch the cache line of a number that will be read or written soon."""
    pointer = builder.bitcast(builder.gep(base, [place]), ir.IntType(8).as_pointer())
    locality = 2 + is_written  # of 0 to 3: how near to the processor, and for how long
    is_data = 1  # not instructions
    arguments = [pointer, INT32(int(is_written)), INT32(locality), INT32(is_data)]
    _call_llvm(builder, "llvm.prefetch.p0", ir.VoidType(), arguments)


# ---- arithmetic ----


def splat(builder, number, lanes):
    """Return a vector with a number in every lane."""
    undefined = ir.Constant(ir.VectorType(number.type, lanes), ir.Undefined)
    vector = builder.insert_element(undefined, number, INT32(0))
    first_lane = ir.Constant(ir.VectorType(INT32, lanes), [0] * lanes)
    return builder.shuffle_vector(vector, undefined, first_lane)


def convert(builder, vector, source_kind, target_kind):
    """Return a vector converted to another type of numbers, as NumPy's `astype` does.

    No caller converts integers to shorter ones.
    """
    if source_kind == target_kind:
        return vector
    target = vector_type(target_kind, vector.type.count)
    if isinstance(source_kind, types.Float):
        if not isinstance(target_kind, types.Float):
            if source_kind.bitwidth == 32 and target_kind.bitwidth == 64:
                # numbers that float32 holds exactly; AVX2 converts to 32 bits only
                vector = builder.fptosi(vector, ir.VectorType(INT32, vector.type.count))
                return builder.sext(vector, target)
            return builder.fptosi(vector, target)
        is_longer = target_kind.bitwidth > source_kind.bitwidth
        return builder.fpext(vector, target) if is_longer else builder.fptrunc(vector, target)
    if isinstance(target_kind, types.Float):
        is_signed = source_kind.signed
        return builder.sitofp(vector, target) if is_signed else builder.uitofp(vector, target)
    if source_kind.bitwidth >= target_kind.bitwidth:
        return vector
    return builder.sext(vector, target) if source_kind.signed else builder.zext(vector, target)


def convert_saturated(builder, vector, source_kind, target_kind):
    """Return a vector of floats converted to integers of at most 32 bits.

    They are rounded, halves to even, and saturated; NaN becomes 0.
    """
    lanes = vector.type.count
    low, high = (
        ir.Constant(vector.type, [float(limit)] * lanes)
        for limit in (target_kind.minval, target_kind.maxval)
    )
    zeros = ir.Constant(vector.type, None)
    vector = builder.select(builder.fcmp_ordered("ord", vector, vector), vector, zeros)
    vector = builder.select(builder.fcmp_ordered("<", vector, low), low, vector)
    vector = builder.select(builder.fcmp_ordered(">", vector, high), high, vector)
    vector = _call_llvm(builder, _llvm_name("rint", source_kind, lanes), vector.type, [vector])
    vector = builder.fptosi(vector, ir.VectorType(INT32, lanes))
    return builder.trunc(vector, vector_type(target_kind, lanes))


def add(builder, x, y, kind):
    """Return x + y, for vectors."""
    return builder.fadd(x, y) if isinstance(kind, types.Float) else builder.add(x, y)


def multiply_add(builder, x, weight, total, kind):
    """Return x * weight + total, for vectors; of floats in one instruction, where there is one."""
    if not isinstance(kind, types.Float):
        return builder.add(builder.mul(x, weight), total)
    name = _llvm_name("fmuladd", kind, total.type.count)
    return _call_llvm(builder, name, total.type, [x, weight, total])


def pick_lanes(builder, vectors, chosen):
    """Return one vector of the chosen lanes of several vectors of the same length.

    `chosen` are as many lane numbers as a vector has lanes, in the order of the result; those of
    vectors[1] follow those of vectors[0], and so on. Of "abcd" and "efgh", lanes 0, 2, 4 and 6 are
    "aceg".
    """
    lanes = vectors[0].type.count
    result = None
    # LLVM shuffles two vectors at a time: the lanes that are chosen so far, and the next vector,
    # whose lanes it numbers from `lanes` on
    for k, vector in enumerate(vectors):
        is_own = [lane // lanes == k for lane in chosen]  # whether a lane is one of this vector
        if result is None:
            result = vector
            picked = [lane if own else 0 for own, lane in zip(is_own, chosen, strict=True)]
        else:
            picked = [
                lanes + lane % lanes if own else n
                for n, (own, lane) in enumerate(zip(is_own, chosen, strict=True))
            ]
        indices = ir.Constant(ir.VectorType(INT32, lanes), picked)
        result = builder.shuffle_vector(result, vector, indices)
    return result


def sum_lanes(builder, vectors, kind):
    """Return the vector whose lane n is the sum of all lanes of vectors[n], as many as lanes.

    Sums of two vectors are put side by side, and added again, until one vector is left: first the
    even and the odd lanes in each 16 bytes, which processors shuffle fastest, then these 16 bytes.
    """
    lanes = vectors[0].type.count
    together = min(lanes, 128 // kind.bitwidth)  # lanes of 16 bytes
    while len(vectors) > 1:
        # how many lanes are added as one, and among how many of them
        unit, span = (1, together) if len(vectors) > lanes // together else (together, lanes)
        halves = [
            [
                first + start + lane
                for part in range(0, lanes, span)
                for first in (part, lanes + part)
                for start in range(parity * unit, span, 2 * unit)
                for lane in range(unit)
            ]
            for parity in (0, 1)
        ]
        vectors = [
            add(builder, *(pick_lanes(builder, pair, chosen) for chosen in halves), kind)
            for pair in zip(vectors[::2], vectors[1::2], strict=True)
        ]
    return vectors[0]


def first_lanes(builder, vector, count):
    """Return a vector of the first `count` lanes of a vector."""
    lanes = ir.Constant(ir.VectorType(INT32, count), list(range(count)))
    return builder.shuffle_vector(vector, vector, lanes)


# ---- called from compiled Python ----


def reader_of(dtype):
    """Return the @intrinsic that turns an address into the record of this dtype there.

    Compiled Python reads and writes its fields as attributes.
    """
    record = numba.from_dtype(dtype)

    @intrinsic
    def record_at(typing, address):
        def codegen(context, builder, signature, arguments):
            return builder.inttoptr(arguments[0], context.get_value_type(record))

        return record(types.int64), codegen

    return record_at


@intrinsic
def call_form(typing, function, record):
    """Call the form at address `function` with the address of a record."""

    def codegen(context, builder, signature, arguments):
        form = ir.FunctionType(ir.VoidType(), [INT64]).as_pointer()
        builder.call(builder.inttoptr(arguments[0], form), [arguments[1]])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def load_integer(typing, address, place):
    """Return the int64 at a place behind an address."""

    def codegen(context, builder, signature, arguments):
        return builder.load(integers_at(builder, *arguments))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def load_number(typing, address, place, source_dtype, target_dtype):
    """Return the number at a place behind an address, converted from source_dtype to target_dtype.

    The place counts numbers of source_dtype.
    """

    def codegen(context, builder, signature, arguments):
        base = pointer_to(builder, arguments[0], source_dtype)
        vector = load(builder, base, arguments[1], source_dtype, 1)
        converted = convert(builder, vector, source_dtype, target_dtype)
        return builder.extract_element(converted, INT32(0))

    return target_dtype(address, place, source_dtype, target_dtype), codegen


@intrinsic
def store_number(typing, address, place, number):
    """Store one number, of its own dtype, at a place behind an address."""

    def codegen(context, builder, signature, arguments):
        base = pointer_to(builder, arguments[0], number)
        builder.store(arguments[2], builder.gep(base, [arguments[1]]))
        return context.get_dummy_value()

    return types.void(address, place, number), codegen


@intrinsic
def address_of(typing, address, place, dtype):
    """Return the address of the number at a place behind an address: of numbers of `dtype`."""

    def codegen(context, builder, signature, arguments):
        address, place, _ = arguments
        return builder.add(address, builder.mul(place, INT64(dtype.bitwidth // 8)))

    return types.intp(address, place, dtype), codegen
