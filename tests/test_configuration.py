"""What the library says of its host, with Numba, without it, and with one that fails; and the command warmup."""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool import configuration
from convpool.engines import host, threads

needs_numba = pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba is not installed")
on_x86 = pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="these are x86-64's vectors")

# Refuses Numba, as if it were not installed.
NO_NUMBA = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numba", "llvmlite"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""
# Stands for the compiled engine, whose kernels take a while.
TWO_KERNELS = """
import sys, types
from convpool.engines import host
host.trial = lambda: None
host.cache_folder = lambda: "some/folder"
sys.modules["convpool.engines.compiled"] = types.SimpleNamespace(warmup=lambda: iter(["rows"]))
sys.modules["convpool.engines.compiled_pooling"] = types.SimpleNamespace(warmup=lambda: iter(["tiles"]))
"""
START = "from convpool.__main__ import main; main()"


def run(code, *words, cwd=None, **environment):
    """Run code in a Python of its own, with the words as sys.argv[1:]."""
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(Path(convpool.__file__).parents[1])} | environment,
        check=False,
    )


def said(code, *words, **environment):
    """Return what code prints that must not fail."""
    made = run(code, *words, **environment)
    assert (made.returncode, made.stderr) == (0, "")
    return made.stdout


def table(text):
    """Return the lines of show_config by their names."""
    names = "convpool", "Python", "NumPy", "Numba", "CPU", "vectors", "threads", "cache", "engine"
    found = {}
    for line in text.splitlines():
        name, rest = line.split(maxsplit=1)
        assert name in names
        if name == "engine":
            name, rest = rest.split(maxsplit=1)
        found[name] = rest.strip()
    return found


def stand_in(folder, version, module="raise ImportError('broken')"):
    """Make a package numba that nobody would want."""
    (folder / "numba").mkdir()
    (folder / "numba" / "__init__.py").write_text(module)
    (folder / "numba" / "_version.py").write_text(f'{{\n "version": "{version}"\n}}\n')


REFUSAL = """
import sys
from convpool.engines import host
print(host.refusal())
print(host.trial())
print(host.refusal())
"""


@pytest.fixture
def path(tmp_path):
    """A folder whose packages hide the installed ones, in a Python of its own."""
    return f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"


# ---- can it compile? ----


@needs_numba
def test_no_refusal_and_no_import():
    code = "import sys\nfrom convpool.engines import host\nprint(host.refusal(), 'numba' in sys.modules, host.trial())"
    assert said(code, NUMBA_DISABLE_JIT="0") == "None False None\n"


def test_refusal_without_numba_has_the_pip_line():
    refused = "numba is not installed; pip install numba\n"
    assert said(NO_NUMBA + REFUSAL) == refused * 3


def test_refusal_of_a_stand_in_for_numba():
    hidden = "import sys, types; sys.modules['numba'] = {}\n"
    for value in ("None", "types.ModuleType('numba')"):
        assert said(hidden.format(value) + REFUSAL).startswith("numba is not installed")


def test_refusal_of_an_old_numba(tmp_path, path):
    stand_in(tmp_path, "0.57.1")
    assert said(path + REFUSAL) == 'numba 0.57.1 is too old; pip install "numba>=0.59"\n' * 3


def test_refusal_after_a_failed_import(tmp_path, path):
    stand_in(tmp_path, "0.60.0", "raise ImportError('Numba needs NumPy 2.0 or less.\\n  Got NumPy 9.9.')")
    failed = "numba cannot be imported: Numba needs NumPy 2.0 or less. Got NumPy 9.9.\n"
    assert said(path + REFUSAL) == "None\n" + failed * 2


def test_refusal_after_an_import_that_fails_without_words(tmp_path, path):
    stand_in(tmp_path, "0.60.0", "raise OSError")
    assert said(path + REFUSAL) == "None\n" + "numba cannot be imported: OSError\n" * 2


@needs_numba
@pytest.mark.parametrize("first", ["", "import numba\n"])
def test_refusal_where_numba_may_not_compile(first):
    refused = "NUMBA_DISABLE_JIT is set; without it numba compiles\n"
    assert said(first + REFUSAL, NUMBA_DISABLE_JIT="1") == refused * 3


@pytest.mark.parametrize(
    ("machine", "largest", "words"),
    [
        ("riscv64", 2**63 - 1, "a 64-bit Python on riscv64; numba needs a 64-bit one on x86-64 or arm64"),
        ("i686", 2**31 - 1, "a 32-bit Python on i686; numba needs a 64-bit one on x86-64 or arm64"),
        ("x86_64", 2**31 - 1, "a 32-bit Python on x86_64; numba needs a 64-bit one on x86-64 or arm64"),
        ("", 2**63 - 1, "a 64-bit Python on unknown; numba needs a 64-bit one on x86-64 or arm64"),
    ],
)
def test_refusal_on_another_machine(monkeypatch, machine, largest, words):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(sys, "maxsize", largest)
    assert host._refusal.__wrapped__() == words


@needs_numba
@pytest.mark.parametrize("machine", ["x86_64", "AMD64", "aarch64", "arm64"])
def test_no_refusal_on_these_machines(monkeypatch, machine):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert host._refusal.__wrapped__() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_forked_while_numba_is_imported_refuses(tmp_path, path):
    """There, nobody is left to end that import, and whoever waits for it waits forever."""
    module = "import __main__; __main__.begun.set(); __main__.go_on.wait()\nclass config: DISABLE_JIT = 0\n"
    stand_in(tmp_path, "0.60.0", module)
    code = f"""{path}
import os, signal, sys, threading
from convpool.engines import host
begun, go_on = threading.Event(), threading.Event()
other = threading.Thread(target=host.trial)
other.start()
begun.wait()
child = os.fork()
if not child:
    signal.alarm(20)
    print(host.trial(), flush=True)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
go_on.set()
other.join()
print(host.trial())
"""
    assert said(code) == "this process was forked while another thread imported numba\n0\nNone\n"


# ---- the CPU ----

VECTORS = "from convpool.engines import host; print(host.vector_bytes())"


@needs_numba
@on_x86
@pytest.mark.parametrize(("name", "width"), [("haswell", 32), ("nehalem", 16)])
def test_numba_is_told_another_cpu(name, width):
    assert said(VECTORS, NUMBA_CPU_NAME=name, NUMBA_CPU_FEATURES="") == f"{width}\n"


@needs_numba
@on_x86
@pytest.mark.parametrize(
    ("name", "features", "width"),
    [
        ("skylake-avx512", "", 64),
        ("haswell", "", 32),
        ("sandybridge", "", 16),
        ("generic", "", 16),
        ("haswell", "-fma", 16),
        ("haswell", "-avx2", 16),
        ("nehalem", "+avx2,+fma", 32),
        ("haswell", "+avx512f", 64),
        ("skylake-avx512", "-avx512f", 32),
    ],
)
def test_vectors_of_the_cpu_that_numba_compiles_for(monkeypatch, name, features, width):
    from numba.core.registry import cpu_target

    codegen = cpu_target.target_context.codegen()
    triple = codegen.magic_tuple()[0]
    monkeypatch.setattr(codegen, "magic_tuple", lambda: (triple, name, features))
    assert host.vector_bytes.__wrapped__() == width


def test_the_cpu_has_a_name(monkeypatch):
    assert host.cpu_name().strip() == host.cpu_name() != ""

    def unreadable(*words, **options):
        raise OSError("no such file")

    monkeypatch.setattr(Path, "read_text", unreadable)
    monkeypatch.setattr(subprocess, "check_output", unreadable)
    assert host.cpu_name() == (platform.processor() or platform.machine())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nmodel name\t: Other\n", "Fast CPU @ 3 GHz"),
        ("processor\t: 0\nBogoMIPS\t: 50\n", "some machine"),
    ],
)
def test_the_name_in_cpuinfo(monkeypatch, text, name):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "read_text", lambda file, **options: text)
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "some machine")
    assert host.cpu_name() == name


# ---- where the kernels are kept ----

FOLDER = "from convpool.engines import host; print(host.cache_folder())"


@needs_numba
def test_cache_folder_as_the_variable_says(tmp_path):
    folder = Path(said(FOLDER, NUMBA_CACHE_DIR=str(tmp_path)).strip())
    assert folder.parent == tmp_path
    assert folder.is_dir()


@needs_numba
def test_cache_folder_is_where_numba_puts_kernels(tmp_path):
    """In a copy of the package whose folders can or cannot be written to."""
    engines = tmp_path / "convpool" / "engines"
    engines.mkdir(parents=True)
    for folder in (engines.parent, engines):
        (folder / "__init__.py").touch()
    (engines / "host.py").write_text(Path(host.__file__).read_text())
    (engines / "kernels.py").write_text("import numba\n@numba.njit(cache=True)\ndef one(): return 1\n")
    code = f"""{FOLDER}
from convpool.engines import kernels
kernels.one()
print(kernels.one.stats.cache_path)
"""
    options = {"PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "NUMBA_CACHE_DIR": ""}
    assert said(code, **options) == f"{engines / '__pycache__'}\n" * 2
    # a file where the folder would be, which stops root too
    for file in sorted((engines / "__pycache__").iterdir()):
        file.unlink()
    (engines / "__pycache__").rmdir()
    (engines / "__pycache__").touch()
    first, second = said(code, **options, HOME=str(tmp_path), LOCALAPPDATA=str(tmp_path)).splitlines()
    assert first == second
    assert tmp_path in Path(first).parents
    assert engines not in Path(first).parents


@needs_numba
def test_no_cache_folder_where_nothing_can_be_written(monkeypatch):
    from numba.core import caching

    def nowhere(function):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(caching, "FunctionCache", nowhere)
    assert host.cache_folder() is None
    assert table(configuration.describe())["cache"] == "none: no folder can be written"


# ---- show_config ----


@needs_numba
def test_show_config_prints_what_it_is(capsys, monkeypatch):
    import numba

    monkeypatch.setattr(configuration, "ENGINES", {"numpy": None, "compiled": None})
    monkeypatch.setattr(configuration, "POOL_ENGINES", {"numpy": None, "other": None})
    monkeypatch.delenv(threads.VARIABLE, raising=False)
    convpool.set_num_threads(3)
    try:
        assert convpool.show_config() is None
    finally:
        convpool.set_num_threads(None)
    shown = table(capsys.readouterr().out)
    assert shown == {
        "convpool": convpool.__version__,
        "Python": f"{platform.python_version()} (CPython)",
        "NumPy": np.__version__,
        "Numba": numba.__version__,
        "CPU": f"{host.cpu_name()} ({platform.machine()})",
        "vectors": f"{8 * host.vector_bytes()} bits",
        "threads": "3 (set_num_threads)",
        "cache": host.cache_folder(),
        "numpy": "works",
        "compiled": "works",
        "other": "works",
    }


SHOW = "import convpool; convpool.show_config()"


def test_show_config_without_numba():
    code = f"""{NO_NUMBA}
from convpool import configuration
configuration.ENGINES = dict.fromkeys(["numpy", "compiled"])
{SHOW}
"""
    shown = table(said(code, CONVPOOL_NUM_THREADS="5"))
    assert shown["Numba"] == "none"
    assert (shown["vectors"], shown["cache"]) == ("unknown without Numba", "none without Numba")
    assert shown["threads"] == "5 (CONVPOOL_NUM_THREADS)"
    assert shown["numpy"] == "works"
    assert shown["compiled"] == "numba is not installed; pip install numba"


@pytest.mark.parametrize("name", threads.OTHERS)
def test_show_config_says_where_the_number_of_threads_is_from(name):
    shown = table(said(NO_NUMBA + SHOW, **{"CONVPOOL_NUM_THREADS": "", "OMP_NUM_THREADS": "", name: "3"}))
    assert shown["threads"] == f"3 ({name})"


def test_show_config_with_a_numba_that_fails(tmp_path, path):
    stand_in(tmp_path, "0.61.2", "raise ImportError('it is broken')")
    shown = table(said(path + "from convpool import configuration as c; c.ENGINES = {'compiled': None}\n" + SHOW))
    assert shown["Numba"] == "0.61.2"
    assert shown["compiled"] == "numba cannot be imported: it is broken"


def test_convpool_works_without_numba():
    code = "import convpool, numpy as np; print(convpool.convolve(np.ones((1, 9, 9, 1)), np.ones((3, 3, 1, 1))).max())"
    assert said(NO_NUMBA + code) == "9.0\n"


def test_set_num_threads_sets_what_the_engines_use():
    convpool.set_num_threads(6)
    try:
        assert threads.number() == 6
        with pytest.raises(ValueError, match="the number of threads is 0; it must be a whole number of 1 or more"):
            convpool.set_num_threads(0)
    finally:
        convpool.set_num_threads(None)


# ---- warmup ----


def test_warmup_goes_through_all_kernels(monkeypatch, capfd):
    ready = []

    class Compiled:
        @staticmethod
        def warmup():
            for name in ("rows", "tiles"):
                yield name
                ready.append(name)

    monkeypatch.setattr(host, "trial", lambda: None)
    monkeypatch.setitem(sys.modules, "convpool.engines.compiled", Compiled)
    monkeypatch.setitem(sys.modules, "convpool.engines.compiled_pooling", Compiled)
    assert convpool.warmup() is None
    assert ready == ["rows", "tiles", "rows", "tiles"]
    assert capfd.readouterr() == ("", "")


def test_warmup_without_numba_says_why():
    code = f"""{NO_NUMBA}
import convpool
try:
    convpool.warmup()
except ValueError as error:
    print(error)
"""
    assert said(code) == "there is nothing to warm up: numba is not installed; pip install numba\n"


def command(first, *words):
    pytest.importorskip("click")
    pytest.importorskip("rich")
    return run(first + START, "warmup", *words)


def test_the_command_warmup():
    made = command(TWO_KERNELS)
    assert (made.stdout, made.stderr) == ("2 kernels are ready, in some/folder\n", "")


def test_the_command_warmup_with_names():
    made = command(TWO_KERNELS, "--names")
    assert (made.stdout, made.stderr) == ("rows\ntiles\n2 kernels are ready, in some/folder\n", "")


def test_the_command_warmup_where_nothing_can_be_kept():
    made = command(TWO_KERNELS + "host.cache_folder = lambda: None\n")
    assert (made.stdout, made.stderr) == ("2 kernels work, but no folder can be written to keep them\n", "")


def test_the_command_warmup_without_numba():
    made = command(NO_NUMBA)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == "convpool: there is nothing to warm up: numba is not installed; pip install numba\n"
