"""The build of the libraries: what is compiled anew, what is linked, and what it says."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")

from convpool.engines.compiled import form_table, library
from convpool.engines.compiled.forms import ColumnsForm, PackForm, UnpackForm
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS
from convpool.engines.compiled.loops import build
from support import children

FLOAT32 = np.dtype("f4")
AVX2, AVX512 = INSTRUCTION_SETS["avx2"], INSTRUCTION_SETS["avx512"]
has_linker = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no cc here")

# ---- building ----


@has_linker
@pytest.mark.parametrize("isa", library.isas_of_platform(), ids=lambda isa: isa.name)
def test_only_what_is_missing_is_compiled(isa, monkeypatch, tmp_path):
    monkeypatch.setattr(form_table, "forms_of", lambda isa: [UnpackForm(FLOAT32)])
    old = tmp_path / "objects" / isa.name / "unpack_f4-0.o"  # of a form that has changed since
    old.parent.mkdir(parents=True)
    old.touch()

    def times():
        build.build([isa], tmp_path / "objects", tmp_path)
        assert hasattr(ctypes.CDLL(str(tmp_path / library.file_name(isa))), "unpack_f4")
        return {path: path.stat().st_mtime_ns for path in old.parent.iterdir()}

    first = times()
    assert [path.name.split("-")[0] for path in first] == ["unpack_f4"]
    assert not old.exists()
    assert times() == first
    (path,) = first
    path.unlink()
    assert times() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == [library.file_name(isa), "objects"]


def test_the_digest_of_a_form_is_that_of_its_sources(monkeypatch, tmp_path):
    folder = tmp_path / "loops"
    shutil.copytree(build.HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(build, "HERE", folder)
    table = [PackForm(FLOAT32, FLOAT32), ColumnsForm(FLOAT32, FLOAT32)]

    def digests():
        return [build.digest_of(form, AVX2) for form in table]

    before = digests()
    with (folder / "few_kernels.py").open("a") as file:
        file.write("# a remark\n")
    after = digests()
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]
    with (folder / "simd.py").open("a") as file:
        file.write("# a remark\n")
    assert set(digests()) & {*before, *after} == set()
    assert build.digest_of(table[0], AVX512) != build.digest_of(table[0], AVX2)
    assert digests() == digests()


def test_sources_are_found_through_imports(monkeypatch, tmp_path):
    start = f"from {build.__package__}"
    (tmp_path / "first.py").write_text(f"{start}.second import (\n    a,\n)\n")
    (tmp_path / "second.py").write_text(f"import numba\n{start}.first import b\n")
    (tmp_path / "third.py").write_text(f"{start}.second import c\n")
    monkeypatch.setattr(build, "HERE", tmp_path)
    assert build.sources_of("first") == [tmp_path / "first.py", tmp_path / "second.py"]


def test_every_loop_has_a_module_that_stands_here():
    loops = {form.loop for isa in INSTRUCTION_SETS.values() for form in form_table.forms_of(isa)}
    assert loops <= set(build.MODULES)
    assert all((build.HERE / f"{module}.py").exists() for module in build.MODULES.values())


def test_a_form_that_does_not_compile_is_named(monkeypatch, tmp_path):
    def fail(form):
        raise ZeroDivisionError("no such pass")

    monkeypatch.setattr(build, "object_code", fail)
    with pytest.raises(RuntimeError, match="pack_f4_f4 does not compile: no such pass"):
        build.compile_form(PackForm(FLOAT32, FLOAT32), tmp_path / "pack.o")
    assert list(tmp_path.iterdir()) == []


FOR_ARM64 = """
from convpool.engines.compiled.form_table import forms_of
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS
from convpool.engines.compiled.loops import build
forms = forms_of(INSTRUCTION_SETS["neon"])
# those of threads have instructions of their own
for form in {{*forms[{first}::{step}], *(one for one in forms if one.loop == "help_calls")}}:
    elf = build.object_code(form, "aarch64-unknown-linux-gnu")
    assert elf[:4] == b"\\x7fELF" and elf[18] == 183, form
    mach_o = build.object_code(form, "arm64-apple-macosx11.0.0")
    assert mach_o[:8] == bytes.fromhex("cffaedfe0c000001"), form
"""


@pytest.mark.parametrize(
    ("first", "step"), [(3, 30), pytest.param(0, 1, marks=pytest.mark.full)], ids=["some", "all"]
)
def test_the_forms_of_arm64_compile(first, step):
    """On any machine; they are run on arm64 alone."""
    words = {"CONVPOOL_BUILD": "neon", "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    code = FOR_ARM64.format(first=first, step=step)
    children.output(code, timeout=3000, **words, NUMBA_OPT="0", NUMBA_CACHE_DIR=os.devnull)


# ---- linking ----


def object_that_needs(name):
    """Return an object file with a function that calls one of this name."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    text = f"declare void @{name}()\ndefine void @f() {{ call void @{name}()\nret void }}"
    machine = llvm.Target.from_default_triple().create_target_machine(reloc="pic")
    return machine.emit_object(llvm.parse_assembly(text))


@has_linker
def test_a_library_must_not_need_another(tmp_path, capfd):
    (tmp_path / "one.o").write_bytes(object_that_needs("memset"))
    with pytest.raises(subprocess.CalledProcessError):
        build.link([tmp_path / "one.o"], tmp_path / "one.so")
    assert "memset" in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["one.o"]


def test_ziglang_links_where_there_is_no_cc(monkeypatch, tmp_path):
    commands = []
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda command, check: commands.append(command))
    build.link([tmp_path / "one.o"], tmp_path / "one.so")
    assert [command[:4] for command in commands] == [[sys.executable, "-m", "ziglang", "cc"]]


# ---- the words of the command line ----


def test_which_instruction_sets_are_built(monkeypatch):
    monkeypatch.setattr(library, "isas_of_platform", lambda: [AVX512, AVX2])
    for here in ([AVX512, AVX2], [AVX2], []):
        monkeypatch.setattr(library, "isas_of_processor", lambda here=here: here)
        assert build.selected([]) == [AVX512, AVX2]
        assert build.selected(["here"]) == here
        assert build.selected(["best"]) == here[:1]
        assert build.selected(["avx512"]) == [AVX512]
        assert build.selected(["neon"]) == []
    assert build.selected(["avx2", "avx512"]) == [AVX512, AVX2]


def test_the_command_builds_what_it_is_told(monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(library, "isas_of_platform", lambda: [AVX512, AVX2])
    monkeypatch.setattr(build, "build", lambda *words: calls.append(words))
    build.main(["some/objects", "avx2"])
    build.main(["some/objects", "--to", "some/folder"])
    assert calls == [
        ([AVX2], Path("some/objects"), Path(library.FOLDER)),
        ([AVX512, AVX2], Path("some/objects"), Path("some/folder")),
    ]
    with pytest.raises(SystemExit):
        build.main(["some/objects", "sse"])
    assert "'sse' is none of best, here, avx512, avx2, neon" in capsys.readouterr().err


# ---- libraries of other sources ----


def test_pytest_stops_where_libraries_are_stale_or_missing(monkeypatch, tmp_path):
    path = Path(__file__).parents[2] / "conftest.py"
    spec = importlib.util.spec_from_file_location("conftest_of_all_tests", path)
    conftest = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conftest)
    monkeypatch.setattr(library, "isas_of_processor", lambda: [AVX2])
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    monkeypatch.delenv(library.VARIABLE, raising=False)
    words = r"the compiled loops \(avx2\) are not those of the sources here: run make loops"
    with pytest.raises(pytest.exit.Exception, match=words):
        conftest.stop_if_loops_are_stale()
    (tmp_path / library.file_name(AVX2)).touch()
    conftest.stop_if_loops_are_stale()
    Path(library.sources_path(AVX2)).write_text("0123")
    with pytest.raises(pytest.exit.Exception, match=words):
        conftest.stop_if_loops_are_stale()
    monkeypatch.setenv(library.VARIABLE, library.NONE)
    conftest.stop_if_loops_are_stale()
