"""Instructions for threads that share memory: atomic access, a pause, calls of the system.

Each address is that of an int64. Access is sequentially consistent: all threads see it in one
order. `syscall` is the address of the C library's function of that name, and `call_number` the
number that the system knows one of its calls by.
"""

from __future__ import annotations

import platform

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.instruction_sets import X86
from convpool.engines.compiled.loops.simd import INT32, INT64, TARGET

ORDER = "seq_cst"  # LLVM's word for that
ALIGNMENT = 8  # bytes: of each int64
MONOTONIC = 1  # the system's number of the clock that never goes back
# LLVM's name of the instruction that marks a loop in which a thread waits, and its arguments
PAUSE = ("llvm.x86.sse2.pause", ()) if TARGET.machines == X86 else ("llvm.aarch64.hint", (1,))
# whether LLVM of this machine knows that instruction: not if a build for another one is tried
HAS_PAUSE = platform.machine().lower() in TARGET.machines


def _pointer(builder, address):
    """Return the LLVM pointer to the int64 at an address."""
    return builder.inttoptr(address, INT64.as_pointer())


def _atomic_change(operation):
    """Return the @intrinsic (address, number) that changes an int64 and returns its old value.

    `operation` is LLVM's name of the change, such as "add": then the int64 grows by `number`.
    """

    @intrinsic
    def change(typing, address, number):
        def codegen(context, builder, signature, arguments):
            pointer = _pointer(builder, arguments[0])
            return builder.atomic_rmw(operation, pointer, arguments[1], ORDER)

        return types.int64(types.int64, types.int64), codegen

    return change


atomic_add, atomic_or, atomic_and = map(_atomic_change, ("add", "or", "and"))


@intrinsic
def atomic_load(typing, address):
    """Return the int64 at an address."""

    def codegen(context, builder, signature, arguments):
        return builder.load_atomic(_pointer(builder, arguments[0]), ORDER, ALIGNMENT)

    return types.int64(types.int64), codegen


@intrinsic
def atomic_store(typing, address, number):
    """Store an int64 at an address."""

    def codegen(context, builder, signature, arguments):
        builder.store_atomic(arguments[1], _pointer(builder, arguments[0]), ORDER, ALIGNMENT)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def pause(typing):
    """Tell the processor that this thread waits in a loop."""

    def codegen(context, builder, signature, arguments):
        if HAS_PAUSE:
            name, values = PAUSE
            function_type = ir.FunctionType(ir.VoidType(), [INT32] * len(values))
            function = cgutils.get_or_insert_function(builder.module, function_type, name)
            builder.call(function, [INT32(value) for value in values])
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def call_system(typing, syscall, call_number, a, b, c, d):
    """Make a system call with arguments a to d, and return its result; all are int64."""

    def codegen(context, builder, signature, arguments):
        function_type = ir.FunctionType(INT64, [INT64], var_arg=True)
        function = builder.inttoptr(arguments[0], function_type.as_pointer())
        return builder.call(function, arguments[1:])

    return types.int64(*[types.int64] * 6), codegen


@intrinsic
def read_clock(typing, syscall, call_number):
    """Return the time in nanoseconds; `call_number` is the number of `clock_gettime`."""

    def codegen(context, builder, signature, arguments):
        syscall, call_number = arguments
        time = cgutils.alloca_once(builder, INT64, 2)  # written to: seconds and nanoseconds
        function_type = ir.FunctionType(INT64, [INT64], var_arg=True)
        address = builder.ptrtoint(time, INT64)
        function = builder.inttoptr(syscall, function_type.as_pointer())
        builder.call(function, [call_number, INT64(MONOTONIC), address])
        seconds, nanoseconds = (builder.load(builder.gep(time, [INT64(k)])) for k in range(2))
        return builder.add(builder.mul(seconds, INT64(1_000_000_000)), nanoseconds)

    return types.int64(types.int64, types.int64), codegen
