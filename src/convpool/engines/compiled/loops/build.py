"""Build the library: `python -m convpool.engines.compiled.loops.build FOLDER [ISA ...]`.

Each form is compiled to an object file of its own, several at a time, and kept until the sources
that it is made of change; then they are linked. Needs Numba, and `cc` or ziglang's.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from convpool.engines.compiled import forms, library, record
from convpool.engines.compiled.forms import Form, InstructionSet

# loop -> the module of this folder that builds it
MODULES = {
    "pack": "packing",
    "unpack": "packing",
    "columns": "few_kernels",
    "tiles": "many_kernels",
    "panels": "many_kernels",
}


def build(folder: Path, objects: Path, isas: list[InstructionSet]) -> list[Path]:
    """Build the libraries of some instruction sets in a folder, and return their paths.

    Object files are kept in the folder `objects`.
    """
    return [_build(folder, objects, isa) for isa in isas]


def _build(folder: Path, objects: Path, isa: InstructionSet) -> Path:
    """Build the library of one instruction set."""
    table = forms.forms_of(isa)
    paths = {form: objects / isa.name / f"{form.symbol}-{_digest(form, isa)}.o" for form in table}
    missing = [form for form in table if not paths[form].exists()]
    (objects / isa.name).mkdir(parents=True, exist_ok=True)
    if missing:
        with _environment(isa), ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            jobs = pool.map(compile_form, missing, [paths[form] for form in missing])
            for done, _ in enumerate(jobs, 1):
                if sys.stderr.isatty():
                    print(f"\r{isa.name}: {done} of {len(missing)} loops", end="", file=sys.stderr)
        if sys.stderr.isatty():
            print(file=sys.stderr)
    for path in set((objects / isa.name).glob("*.o")) - set(paths.values()):
        path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / library.file_name(isa)
    unfinished = result.with_name(f"{result.name}.unfinished")
    _link([*paths.values()], unfinished)
    unfinished.replace(result)
    (folder / f"{isa.name}.sources").write_text(library.digest_of_sources(), encoding="ascii")
    return result


@contextmanager
def _environment(isa: InstructionSet) -> Iterator[None]:
    """Tell child processes which instruction set they compile for."""
    words = {
        "CONVPOOL_BUILD": isa.name,
        "NUMBA_CPU_NAME": isa.processor,
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": os.devnull,
    }
    before = {name: os.environ.get(name) for name in words}
    os.environ.update(words)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _digest(form: Form, isa: InstructionSet) -> str:
    """Return a digest of all that the machine code of a form is made of."""
    here = Path(__file__).parent
    sources = [here / "simd.py", here / f"{MODULES[form.loop]}.py", here / "build.py"]
    texts = [path.read_bytes() for path in [*sources, Path(record.__file__), Path(forms.__file__)]]
    versions = f"{version('numba')} {version('llvmlite')} {isa} {form}"
    return hashlib.sha256(b"".join([*texts, versions.encode()])).hexdigest()[:16]


def compile_form(form: Form, path: Path) -> None:
    """Compile a form to an object file; in a process that was told the instruction set."""
    path.with_suffix(".unfinished").write_bytes(object_code(form))
    path.with_suffix(".unfinished").replace(path)


def object_code(form: Form) -> bytes:
    """Return the object file of a form, whose only symbol for others is its own."""
    import llvmlite.binding as llvm
    from numba import cfunc, types

    from convpool.engines.compiled.loops.simd import TARGET

    module = importlib.import_module(f"convpool.engines.compiled.loops.{MODULES[form.loop]}")
    entry = getattr(module, form.loop)(form)
    compiled = cfunc(types.void(types.int64), error_model="numpy")(entry)
    text = compiled.inspect_llvm().replace(compiled.native_name, form.symbol)
    parsed = llvm.parse_assembly(text)
    for value in [*parsed.functions, *parsed.global_variables]:
        if value.name != form.symbol and not value.is_declaration:
            value.linkage = llvm.Linkage.internal
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=TARGET.processor, opt=3, reloc="pic")
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(parsed, passes)
    return machine.emit_object(parsed)


def _link(objects: list[Path], target: Path) -> None:
    """Link object files to a library that needs no other."""
    driver = ["cc"] if shutil.which("cc") else [sys.executable, "-m", "ziglang", "cc"]
    words = ["-shared", "-nostdlib", "-Wl,--no-undefined", "-Wl,-z,noexecstack", "-Wl,-s"]
    if sys.platform == "darwin":
        words = ["-dynamiclib", "-nostdlib"]
    names = target.with_suffix(".objects")
    names.write_text("\n".join(map(str, objects)), encoding="utf-8")
    try:
        subprocess.run([*driver, *words, "-o", str(target), f"@{names}"], check=True)
    finally:
        names.unlink()


def isas_of_this_machine() -> list[InstructionSet]:
    """Return the instruction sets of this machine's platform."""
    machine = platform.machine().lower()
    return [isa for isa in forms.INSTRUCTION_SETS.values() if machine in isa.machines]


if __name__ == "__main__":
    names = sys.argv[2:]
    build(
        library.FOLDER,
        Path(sys.argv[1]),
        [isa for isa in isas_of_this_machine() if not names or isa.name in names],
    )
