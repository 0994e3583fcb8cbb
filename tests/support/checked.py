"""The checked library: each load and store of the compiled loops asserts that it may be there.

`python -m support.checked FOLDER` builds it: a check stands before each load and store of LLVM's
optimized text of each form. With `-p support.checked`, pytest runs the compiled engine on the
library in the folder that CONVPOOL_CHECKED names: the addresses that a call gets are those of
arrays that `record.address_of` was asked for, and a load or store outside of all of them is an
AssertionError.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib.array_utils import byte_bounds
from numpy.typing import NDArray

from convpool.engines.compiled import library, record
from convpool.engines.compiled.base_form import Form

SIZES = {"float": 4, "double": 8, "ptr": 8, "i1": 1}
# the ranges that may be touched beside the stack, a table of (begin, end), and the first
# address that lay in none
CHECKS = """
@checked_ranges = global ptr null
@checked_count = global i64 0
@checked_fault = global i64 0

define void @checked_access(i64 %begin, i64 %size) {
entry:
  %here = alloca i8
  %top = ptrtoint ptr %here to i64
  %stack_begin = sub i64 %top, 65536
  %stack_end = add i64 %top, 1048576
  %is_above_begin = icmp uge i64 %begin, %stack_begin
  %is_below_end = icmp ult i64 %begin, %stack_end
  %is_variable = and i1 %is_above_begin, %is_below_end
  br i1 %is_variable, label %done, label %list
list:
  %end = add i64 %begin, %size
  %table = load ptr, ptr @checked_ranges
  %count = load i64, ptr @checked_count
  br label %next
next:
  %k = phi i64 [ 0, %list ], [ %following, %other ]
  %is_over = icmp sge i64 %k, %count
  br i1 %is_over, label %fault, label %look
look:
  %place = mul i64 %k, 2
  %low_place = getelementptr i64, ptr %table, i64 %place
  %high_place = getelementptr i64, ptr %low_place, i64 1
  %low = load i64, ptr %low_place
  %high = load i64, ptr %high_place
  %is_above = icmp uge i64 %begin, %low
  %is_below = icmp ule i64 %end, %high
  %is_inside = and i1 %is_above, %is_below
  br i1 %is_inside, label %done, label %other
other:
  %following = add i64 %k, 1
  br label %next
fault:
  %before = load i64, ptr @checked_fault
  %is_first = icmp eq i64 %before, 0
  %kept = select i1 %is_first, i64 %begin, i64 %before
  store i64 %kept, ptr @checked_fault
  br label %done
done:
  ret void
}

define void @checked_lanes(i64 %begin, i64 %size, i64 %mask) {
entry:
  br label %next
next:
  %lane = phi i64 [ 0, %entry ], [ %following, %passed ]
  %is_over = icmp eq i64 %lane, 64
  br i1 %is_over, label %done, label %look
look:
  %shifted = lshr i64 %mask, %lane
  %is_set = trunc i64 %shifted to i1
  br i1 %is_set, label %access, label %passed
access:
  %offset = mul i64 %lane, %size
  %address = add i64 %begin, %offset
  call void @checked_access(i64 %address, i64 %size)
  br label %passed
passed:
  %following = add i64 %lane, 1
  br label %next
done:
  ret void
}
"""


# ---- the build ----


def size_of(kind: str) -> int:
    """Return the bytes of a number, or of a vector, of an LLVM type in its text."""
    if match := re.fullmatch(r"<(\d+) x (\w+)>", kind):
        return int(match[1]) * size_of(match[2])
    return SIZES.get(kind) or -(-int(kind[1:]) // 8)


def with_checks(text: str) -> str:
    """Return the text of an LLVM module with a check before each load and store.

    Not before those of variables on the stack and of constants.
    """
    lines: list[str] = []
    local: set[str] = set()  # pointers to variables of the function
    for line in text.splitlines():
        if line.startswith("define"):
            local = set()
        if match := re.match(r"\s*(%\S+) = alloca ", line):
            local.add(match[1])
        moved = re.match(r"\s*(%\S+) = getelementptr .*?, ptr (%[^,\s]+)", line)
        if moved and moved[2] in local:
            local.add(moved[1])
        lines += [*_checks_of(line, local, len(lines)), line]
    declared = "declare void @checked_access(i64, i64)\ndeclare void @checked_lanes(i64, i64, i64)"
    return "\n".join([*lines, declared])


KIND = r"(<\d+ x \w+>|\w+)"


def _checks_of(line: str, local: set[str], number: int) -> Iterator[str]:
    """Yield the lines of the check before a line, whose number makes names unlike others."""
    name = f"%checked.{number}"
    words = rf"(?:%\S+ = (?:tail )?load (?:atomic )?{KIND}, |store (?:atomic )?{KIND} .*, )"
    plain = re.match(rf"\s*{words}ptr (\S+?)[, ]", line)
    masked = re.search(
        r"@llvm\.masked\.(?:load|store)\.v(\d+)\w(\d+)\.p0\((?:<\d+ x \w+> (?:<.*?>|[^<,]+), )?"
        r"ptr (?:align \d+ )?(\S+), (?:i32 \d+, )?(<\d+ x i1> (?:<.*?>|[^<,)]+))",
        line,
    )
    if masked and "declare" not in line:
        lanes, bits, pointer, mask = masked.groups()
        yield f"{name} = ptrtoint ptr {pointer} to i64"
        yield f"{name}.bits = bitcast {mask} to i{lanes}"
        if lanes != "64":
            yield f"{name}.mask = zext i{lanes} {name}.bits to i64"
        bits_name = f"{name}.bits" if lanes == "64" else f"{name}.mask"
        yield f"call void @checked_lanes(i64 {name}, i64 {int(bits) // 8}, i64 {bits_name})"
    elif plain:
        kind, pointer = plain[1] or plain[2], plain[3]
        if pointer.startswith("%") and pointer not in local:
            yield f"{name} = ptrtoint ptr {pointer} to i64"
            yield f"call void @checked_access(i64 {name}, i64 {size_of(kind)})"
    elif filled := re.search(
        r"@llvm\.memset\.p0\.i64\(ptr .*?(%[^,\s]+), i8 .*?, i64 (\S+),", line
    ):
        if filled[1] not in local:
            yield f"{name} = ptrtoint ptr {filled[1]} to i64"
            yield f"call void @checked_access(i64 {name}, i64 {filled[2]})"
    elif re.search(r"@llvm\.(masked\.(load|store|gather|scatter|expand|compress)|mem)", line):
        assert line.startswith(("declare", ";")), f"no check for this line: {line}"
    elif re.match(r"\s*(%\S+ = )?(tail )?(load|store) ", line):
        raise AssertionError(f"no check for this line: {line}")


def checked_code(form: Form) -> bytes:
    """Return the object file of a form with checks."""
    import llvmlite.binding as llvm

    from convpool.engines.compiled.loops import build

    module, machine = build.optimized_module(form)
    checked = llvm.parse_assembly(with_checks(str(module)))
    checked.verify()
    code: bytes = machine.emit_object(checked)
    return code


def compile_checked(form: Form, path: Path) -> None:
    """Compile a form with checks to an object file, in a process that knows its instructions."""
    path.write_bytes(checked_code(form))


def build_checked(folder: Path) -> Path:
    """Build the checked library of this machine's instruction set in a folder; return its path."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    import llvmlite.binding as llvm

    from convpool.engines import cpus
    from convpool.engines.compiled.form_table import forms_of
    from convpool.engines.compiled.loops import build

    isa = library.isa()
    folder.mkdir(parents=True, exist_ok=True)
    table = forms_of(isa)
    paths = [folder / f"{form.symbol}.o" for form in table]
    context = get_context("spawn")
    workers = cpus.count()[0]
    with build._environment(isa), ProcessPoolExecutor(workers, mp_context=context) as pool:
        list(pool.map(compile_checked, table, paths))
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(reloc="pic")
    checks = folder / "checks.o"
    checks.write_bytes(machine.emit_object(llvm.parse_assembly(CHECKS)))
    target = folder / library.file_name(isa)
    build.link([*paths, checks], target)
    return target


# ---- the run ----


class Ranges:
    """The memory that loops may touch: that of arrays whose address was asked for, while alive."""

    def __init__(self) -> None:
        self.bounds: dict[int, tuple[int, int]] = {}  # number -> (begin, end)
        self.numbers = 0
        # the latest words of calls, which are kept as long, and their ranges
        self.words: deque[tuple[record.Words, tuple[int, int]]] = deque(maxlen=64)

    def add(self, array: NDArray[Any]) -> int:
        """Add the memory of an array; return the address of its first number."""
        self.numbers += 1
        number = self.numbers
        self.bounds[number] = byte_bounds(array)
        weakref.finalize(array, self.bounds.pop, number, None)
        return array.ctypes.data

    def copy_of(self, words: record.Words) -> record.Words:
        """Return a copy of words, and add its memory."""
        copied = type(words).from_buffer_copy(words)
        begin = ctypes.addressof(copied)
        self.words.append((copied, (begin, begin + ctypes.sizeof(copied))))
        return copied

    def table(self) -> NDArray[np.int64]:
        """Return the table of all ranges, the latest first."""
        values = [bounds for _, bounds in self.words] + [*reversed(list(self.bounds.values()))]
        return np.array(values, np.int64).reshape(-1, 2)


def checked_function(
    loaded: ctypes.CDLL, found: Callable[[int], Any], ranges: Ranges
) -> Callable[[int], Any]:
    """Return a function of the library that raises where it touched other memory."""

    def call(address: int) -> None:
        table = ranges.table()
        ctypes.c_void_p.in_dll(loaded, "checked_ranges").value = table.ctypes.data
        ctypes.c_int64.in_dll(loaded, "checked_count").value = len(table)
        fault = ctypes.c_int64.in_dll(loaded, "checked_fault")
        fault.value = 0
        found(address)
        assert not fault.value, f"address {fault.value:#x} is in none of the arrays of this call"

    return call


def use_checked(path: Path, patch: pytest.MonkeyPatch) -> Ranges:
    """Let the compiled engine take a checked library."""
    from convpool.engines import threads
    from convpool.engines.compiled import kept_records

    loaded, ranges, functions = ctypes.CDLL(str(path)), Ranges(), {}

    def address_of_function(form: Form) -> int:
        found = getattr(loaded, form.symbol)
        address = ctypes.cast(found, ctypes.c_void_p).value
        assert address is not None
        return address

    def function(form: Form) -> Callable[[int], Any]:
        if form not in functions:
            found = getattr(loaded, form.symbol)
            found.argtypes, found.restype = [ctypes.c_void_p], None
            functions[form] = checked_function(loaded, found, ranges)
        return functions[form]

    patch.setattr(library, "function", function)
    patch.setattr(library, "function_address", address_of_function)
    ours = {
        "address_of": (record.address_of, ranges.add),
        "copy_of": (record.copy_of, ranges.copy_of),
    }
    for name, module in list(sys.modules.items()):
        for word, (before, after) in ours.items():
            if name.startswith("convpool.") and getattr(module, word, None) is before:
                patch.setattr(module, word, after)
    patch.setattr(kept_records, "MOST", 0)  # since old words are forgotten
    patch.setattr(threads, "_chosen", 1)  # the table of ranges is one for all threads
    return ranges


@pytest.fixture(autouse=True, scope="session")
def _checked() -> Iterator[None]:
    """Run the whole session on the checked library that CONVPOOL_CHECKED names."""
    if not (name := os.environ.get("CONVPOOL_CHECKED")):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        use_checked(Path(name), patch)
        yield


if __name__ == "__main__":
    build_checked(Path(sys.argv[1]))
