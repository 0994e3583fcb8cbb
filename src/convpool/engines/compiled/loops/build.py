"""Build the libraries: `python -m convpool.engines.compiled.loops.build OBJECTS [SET ...]`.

A form is one loop with some of its words fixed, such as dtypes; `form_table` lists all. Each is
compiled to an object file of its own, several at a time, in child processes whose environment says
for which instruction set. Object files are kept until the sources that they are made of change;
those of an instruction set are linked to its library. Needs Numba, and `cc` or ziglang's.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from convpool.engines import cpus
from convpool.engines.compiled import form_table, library
from convpool.engines.compiled.base_form import Form
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS, InstructionSet

HERE = Path(__file__).parent
# loop -> the module of this folder that builds it
MODULES = {
    "pack": "packing",
    "unpack": "packing",
    "columns": "few_kernels",
    "tiles": "many_kernels",
    "channel_tiles": "many_channels",
    "panels": "panels",
    "panel_tiles": "panel_tiles",
    "kernels_gradient": "kernels_gradient",
    "depthwise": "depthwise",
    **dict.fromkeys(("filter_rows", "read_row"), "picture_rows"),
    **dict.fromkeys(("sum_taps", "keep_taps"), "line_taps"),
    "median_taps": "line_medians",
    "histogram_medians": "histogram_medians",
    **dict.fromkeys(("combine_lines", "average_lines"), "pooling_lines"),
    **dict.fromkeys(("skip_columns", "write_totals", "copy_lines"), "pooling_results"),
    "pool_blocks": "pooling_blocks",
    "pool_windows": "pooling_blocks",
    "pool_rows": "pooling_rows",
    "pool_gradient": "pooling_gradient",
    "help_calls": "crew",
    "share_call": "crew",
}


def build(isas: Sequence[InstructionSet], objects: Path, folder: Path) -> None:
    """Build the libraries of some instruction sets in a folder.

    Object files are kept in the folder `objects`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for isa in isas:
        digest = library.digest_of_sources()  # before, so that it is not of later changes
        paths = _compile_all(isa, objects / isa.name)
        target = folder / library.file_name(isa)
        unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
        try:
            link(paths, unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        if folder == Path(library.FOLDER):
            Path(library.sources_path(isa)).write_text(digest, encoding="ascii")


def _compile_all(isa: InstructionSet, folder: Path) -> list[Path]:
    """Compile the forms of an instruction set that have no object file yet; return all files.

    Files that no form has any more are deleted.
    """
    table = form_table.forms_of(isa)
    paths = {form: folder / f"{form.symbol}-{digest_of(form, isa)}.o" for form in table}
    missing = [form for form in table if not paths[form].exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if missing:
        workers = min(len(missing), cpus.count()[0])
        with (
            _environment(isa),
            ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
        ):
            jobs = pool.map(compile_form, missing, [paths[form] for form in missing])
            for done, _ in enumerate(jobs, 1):
                _print_progress(f"{isa.name}: {done} of {len(missing)} loops", done == len(missing))
    for path in set(folder.glob("*.o")) - set(paths.values()):
        path.unlink(missing_ok=True)
    return list(paths.values())


def _print_progress(text: str, is_last: bool) -> None:
    """Print a line over the one before, on a terminal only; the last one ends the line."""
    if sys.stderr.isatty():
        print(f"\r{text}", end="\n" if is_last else "", file=sys.stderr, flush=True)


@contextmanager
def _environment(isa: InstructionSet) -> Iterator[None]:
    """Set, inside of `with`, the environment in which child processes compile for a set."""
    variables = {
        "CONVPOOL_BUILD": isa.name,
        "NUMBA_CPU_NAME": isa.processor,
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": os.devnull,
        "NUMBA_OPT": "0",  # object_code optimizes the whole, once
        "NUMBA_DISABLE_JIT": "0",
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def digest_of(form: Form, isa: InstructionSet) -> str:
    """Return a hash of all that the machine code of a form is made of: sources and versions."""
    paths = [
        *sources_of(MODULES[form.loop]),
        *(Path(library.HERE, name) for name in library.TABLE),
    ]
    versions = f"{version('numba')} {version('llvmlite')} {isa} {form} {sys.platform}"
    # of this file, only what decides the machine code
    texts = [inspect.getsource(optimized_module), inspect.getsource(_environment), versions]
    contents = [*(path.read_bytes() for path in paths), *(text.encode() for text in texts)]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


def sources_of(module: str) -> list[Path]:
    """Return the files of a module of this folder and of all that it imports from this folder.

    Also of what these import, and so on.
    """
    found, unread = set(), {module}
    while unread:
        found |= unread
        texts = [(HERE / f"{name}.py").read_text(encoding="utf-8") for name in unread]
        imported = re.findall(rf"\bfrom {re.escape(__package__)}\.(\w+) import", "\n".join(texts))
        unread = set(imported) - found
    return [HERE / f"{name}.py" for name in sorted(found)]


def compile_form(form: Form, path: Path) -> None:
    """Compile a form to an object file, in a process that `_environment` was set for."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(object_code(form))
        unfinished.replace(path)
    except Exception as error:  # some of Numba's cannot be sent to the parent process
        raise RuntimeError(f"{form.symbol} does not compile: {error}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def object_code(form: Form, triple: str = "") -> bytes:
    """Return the bytes of the object file of a form, which exports the form's symbol alone.

    `triple` is LLVM's name of the platform; "" is that of this one.
    """
    module, machine = optimized_module(form, triple)
    code: bytes = machine.emit_object(module)
    return code


def optimized_module(form: Form, triple: str = "") -> tuple[Any, Any]:
    """Return (LLVM module of a form, optimized; LLVM's machine that it is for).

    Numba emits LLVM's text of the loop, whose only symbol to the outside becomes `form.symbol`.
    `triple` is as in `object_code`.
    """
    import llvmlite.binding as llvm
    from numba import cfunc, types

    from convpool.engines.compiled.loops.simd import TARGET

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = importlib.import_module(f"{__package__}.{MODULES[form.loop]}")
    entry = getattr(module, form.loop)(form)
    compiled = cfunc(types.void(types.int64), error_model="numpy")(entry)
    parsed = llvm.parse_assembly(compiled.inspect_llvm().replace(compiled.native_name, form.symbol))
    for value in [*parsed.functions, *parsed.global_variables]:
        if value.name != form.symbol and not value.is_declaration:
            value.linkage = llvm.Linkage.internal  # no symbol: LLVM may inline or drop it
    # on Windows not the default, whose objects need a symbol of Microsoft's C library
    default = "x86_64-w64-windows-gnu" if sys.platform == "win32" else llvm.get_default_triple()
    parsed.triple = triple or default
    target = llvm.Target.from_triple(parsed.triple)
    machine = target.create_target_machine(
        cpu=TARGET.processor, opt=3, reloc="pic", codemodel="small"
    )
    parsed.data_layout = str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(parsed, passes)
    return parsed, machine


# options of the linker, by platform: the library needs no other, and no symbol may be undefined
LINKER_OPTIONS = {
    "linux": ["-nostdlib", "-Wl,--no-undefined", "-Wl,-z,noexecstack", "-Wl,-s"],
    # each library must name libSystem there; the version is that of the wheel's tag
    "darwin": ["-Wl,-undefined,error", "-mmacosx-version-min=11.0"],
    "win32": ["-nostdlib", "-Wl,--no-entry", "-Wl,--export-all-symbols"],
}


def link(objects: Sequence[Path], target: Path) -> None:
    """Link object files to a library that needs no other."""
    driver = ["cc"] if shutil.which("cc") else [sys.executable, "-m", "ziglang", "cc"]
    # in a file, as command lines may not be so long
    arguments = target.with_suffix(".objects")
    arguments.write_text("\n".join(path.as_posix() for path in objects), encoding="utf-8")
    options = ["-shared", *LINKER_OPTIONS.get(sys.platform, LINKER_OPTIONS["linux"])]
    try:
        subprocess.run([*driver, *options, "-o", str(target), f"@{arguments}"], check=True)
    finally:
        arguments.unlink()


def selected(words: Sequence[str]) -> list[InstructionSet]:
    """Return the instruction sets of this platform that some words name; all, without words.

    A word is the name of a set, "best": the best one that this processor executes, or "here": all
    that it executes.
    """
    here = library.isas_of_processor()  # the best first
    meanings = {"best": here[:1], "here": here}
    wanted = {isa.name for word in words for isa in meanings.get(word, [])} | set(words)
    platform = library.isas_of_platform()
    return [isa for isa in platform if not words or isa.name in wanted]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, and build."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}.build")
    parser.add_argument("objects", type=Path, metavar="OBJECTS", help="folder of object files")
    parser.add_argument(
        "--to", type=Path, default=Path(library.FOLDER), help="folder of the libraries"
    )
    names = ("best", "here", *INSTRUCTION_SETS)
    parser.add_argument(
        "sets",
        nargs="*",
        metavar="SET",
        help=f"instruction sets: {', '.join(names)}; best and here are what this processor "
        "executes; without any, all of the platform",
    )
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.sets) - set(names)):
        parser.error(f"{unknown[0]!r} is none of {', '.join(names)}")
    build(selected(options.sets), options.objects, options.to)


if __name__ == "__main__":
    main()
