"""What the library says of its host, with Numba, without it, and with one that fails; and the
command warmup.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool import configuration
from convpool.engines import registry, threads
from convpool.engines.compiled import host
from support import children

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba is not installed"
)
on_x86 = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="these are x86-64's vectors"
)

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
from convpool.engines.compiled import host
host.trial = lambda: None
host.cache_folder = lambda: "some/folder"
for name, form in (("convolution", "rows"), ("pooling", "tiles")):
    warmup = lambda form=form: iter([form])
    sys.modules[f"convpool.engines.compiled.{name}"] = types.SimpleNamespace(warmup=warmup)
"""
START = "from convpool.__main__ import main; main()"


def said(code, *words, **environment):
    """Return what code prints that must not fail."""
    made = children.run(code, *words, **environment)
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
from convpool.engines.compiled import host
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
    code = "import sys\nfrom convpool.engines.compiled import host\n"
    code += "print(host.refusal(), 'numba' in sys.modules, host.trial())"
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
    stand_in(
        tmp_path, "0.60.0", "raise ImportError('Numba needs NumPy 2.0 or less.\\n  Got NumPy 9.9.')"
    )
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
        (
            "riscv64",
            2**63 - 1,
            "a 64-bit Python on riscv64; numba needs a 64-bit one on x86-64 or arm64",
        ),
        ("i686", 2**31 - 1, "a 32-bit Python on i686; numba needs a 64-bit one on x86-64 or arm64"),
        (
            "x86_64",
            2**31 - 1,
            "a 32-bit Python on x86_64; numba needs a 64-bit one on x86-64 or arm64",
        ),
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
    module = (
        "import __main__; __main__.begun.set(); __main__.go_on.wait()\nclass config: "
        "DISABLE_JIT = 0\n"
    )
    stand_in(tmp_path, "0.60.0", module)
    code = f"""{path}
import os, signal, sys, threading
from convpool.engines.compiled import host
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
    refused = "this process was forked while another thread imported numba or compiled"
    assert said(code).splitlines() == [
        refused,
        "0",
        "numba cannot be imported: No module named 'numba.core'",
    ]


# ---- a Numba that turns out not to work ----

# Refuses to compile, or fails at what comes before, as the real one may.
IMPORTS = {
    "ImportError": "raise ImportError('Numba needs NumPy 2.4 or less. Got NumPy 2.5.')",
    "ModuleNotFoundError": "import llvmlite_that_is_missing",
    "AttributeError": "import numpy; numpy.row_stack_that_is_gone",
    "OSError": "raise OSError('libLLVM.so: cannot open shared object file')",
    "SystemError": "raise SystemError('initialization failed without raising an exception')",
    "RuntimeError": "raise RuntimeError",
    "empty": "",
    "only njit": "def njit(*words, **named): raise TypeError('not today')",
}
NO_COMPILER = """
from numba.core import dispatcher
def broken(self, signature):
    raise {error}
dispatcher.Dispatcher.compile = broken
"""
NO_LLVM = """
import sys
sys.modules["llvmlite.binding"] = None
"""
# Large enough for the compiled engine; tells what was done, what was warned of, and what is planned
# from then on.
CALLS = """
import threading, warnings
import numpy as np
import convpool
from convpool import convolution, pooling
images, kernels = np.ones((6, 256, 256, 3), np.float32), np.ones((3, 3, 3, 8), np.float32)
words = {"images_dtype": "f4", "kernels_dtype": "f4"}
def right(convolved, pooled):
    inside = np.asarray(convolved)[:, 1:-1, 1:-1]
    return bool((inside == 27).all() and (np.asarray(pooled) == 1).all())
def call():
    return right(convpool.convolve(images, kernels), convpool.pool(images, 2))
"""
BEFORE = """
plans = (convpool.plan_convolution(images.shape, kernels.shape, **words),
         convpool.plan_pooling(images.shape, 2, **I))
named = (
    convpool.plan_convolution(images.shape, kernels.shape, **words, engine="compiled"),
    convpool.plan_pooling(images.shape, 2, **I, engine="compiled"),
)
assert plans[0].candidates[0][0] == plans[1].candidates[0][0] == "compiled"
""".replace("**I", "images_dtype='f4'")
AFTER = """
assert right(plans[0].run(images, kernels), plans[1].run(images))
assert plans[0].seconds > 0 < plans[1].seconds
assert named[0].seconds > 0 < named[1].seconds
kept = convolution._plan(images.shape, kernels.shape, "same", 1, **words)
fresh = (convpool.plan_convolution(images.shape, kernels.shape, **words),
         convpool.plan_pooling(images.shape, 2))
assert all(plan.candidates[0][0] != "compiled" for plan in (kept, *fresh)), fresh
errors = set()
for run in (
    lambda: convpool.convolve(images, kernels, engine="compiled"),
    lambda: convpool.pool(images, 2, engine="compiled"),
    lambda: named[0].run(images, kernels),
    lambda: named[1].run(images),
):
    try:
        run()
    except ValueError as error:
        errors.add(str(error))
for error in sorted(errors): print(error)
convpool.show_config()
"""
WAYS = {
    "one call": "assert call()",
    "several threads": """
start, results = threading.Barrier(4), []
def one():
    start.wait()
    results.append(call())
threads = [threading.Thread(target=one) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert results == [True] * 4
""",
    "a plan": "assert right(plans[0].run(images, kernels), plans[1].run(images))",
    "by name": """
for run in (lambda: named[0].run(images, kernels),
            lambda: convpool.pool(images, 2, engine="compiled")):
    try:
        run()
    except ValueError as error:
        assert "use 'auto' or one of 'numpy'" in str(error), error
    else:
        raise AssertionError
assert call()
""",
    "tiles": """
tiled = {"max_memory": "12MB"}
assert right(convpool.convolve(images, kernels, **tiled), convpool.pool(images, 2, **tiled))
""",
    "dask": """
import dask.array
lazy = dask.array.from_array(images, chunks=(3, 256, 128, 3))
assert right(convpool.convolve(lazy, kernels), convpool.pool(lazy, 2))
""",
    "an interrupted call": """
out = np.zeros((6, 256, 256, 8), np.float32)
assert right(convpool.convolve(images, kernels, out=out), convpool.pool(images, 2))
assert right(out, 1)
""",
}


def expect_numpy(first, way, reason):
    """Run large calls in a process whose Numba fails, and look at all that it says."""
    made = children.run(f"{first}\n{CALLS}{BEFORE}{WAYS[way]}\n{AFTER}", CONVPOOL_NUM_THREADS="2")
    assert made.returncode == 0, made.stderr
    errors, shown = (
        made.stdout[: made.stdout.index("convpool ")],
        made.stdout[made.stdout.index("convpool ") :],
    )
    assert made.stderr.count("RuntimeWarning: the compiled engine cannot be used") == 1, made.stderr
    assert all(
        error.startswith(f"engine 'compiled' cannot do this: {reason}")
        for error in errors.splitlines()
    )
    assert all("use 'auto' or one of 'numpy'" in error for error in errors.splitlines())
    assert errors.count("\n") in (1, 2)
    assert table(shown)["compiled"].startswith(reason)
    assert reason in made.stderr


@pytest.mark.parametrize("error", IMPORTS)
def test_a_numba_that_does_not_import(tmp_path, path, error):
    stand_in(tmp_path, "0.61.0", IMPORTS[error])
    expect_numpy(path, "one call", "numba cannot be imported: ")


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
def test_a_numba_that_does_not_import_in_every_way(tmp_path, path, way):
    if way == "dask":
        pytest.importorskip("dask.array")
    stand_in(tmp_path, "0.61.0", IMPORTS["AttributeError"])
    expect_numpy(
        path,
        way,
        "numba cannot be imported: module 'numpy' has no attribute 'row_stack_that_is_gone'",
    )


@needs_numba
@pytest.mark.parametrize("way", WAYS)
def test_a_numba_that_does_not_compile(way):
    if way == "dask":
        pytest.importorskip("dask.array")
    first = NO_COMPILER.format(error="ZeroDivisionError('no  such\\npass')")
    expect_numpy(first, way, "numba cannot compile: no such pass")


@needs_numba
@pytest.mark.parametrize(
    "error", ["OSError(12, 'cannot map memory')", "AttributeError", "RuntimeError('LLVM ERROR')"]
)
def test_a_numba_that_does_not_compile_for_any_reason(error):
    expect_numpy(NO_COMPILER.format(error=error), "one call", "numba cannot compile: ")


@needs_numba
def test_a_numba_without_llvmlite():
    expect_numpy(NO_LLVM, "one call", "numba cannot be imported: import of llvmlite.binding halted")


@needs_numba
def test_show_config_says_that_numba_does_not_compile():
    shown = table(said(NO_COMPILER.format(error="ZeroDivisionError('no such pass')") + SHOW))
    assert shown["compiled"] == "numba cannot compile: no such pass"
    assert shown["numpy"] == "works"


@needs_numba
def test_a_lack_of_memory_may_pass():
    code = f"""
{NO_COMPILER.format(error="MemoryError")}
{CALLS}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert call()
    assert call()
print(len(caught), caught[0].message)
from convpool.engines.compiled import host
print(host.refusal())
"""
    made = said(code).splitlines()
    assert made[0].startswith("1 the compiled engine cannot be used, and NumPy takes its calls")
    assert made[1] == "None"


def test_a_numba_that_somebody_imported_half(tmp_path, path):
    stand_in(tmp_path, "0.61.0", "")
    expect_numpy(path + "import numba", "one call", "numba cannot be imported: ")


@needs_numba
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_forked_while_another_thread_compiles():
    """There, the compiler's lock is never free again."""
    code = f"""
import os, signal
{CALLS}
from numba.core import dispatcher
begun, go_on = threading.Event(), threading.Event()
compile = dispatcher.Dispatcher.compile
from numba.core.compiler_lock import global_compiler_lock
def slow(self, signature):
    with global_compiler_lock:
        begun.set()
        go_on.wait()
        return compile(self, signature)
dispatcher.Dispatcher.compile = slow
other = threading.Thread(target=call)
other.start()
begun.wait()
child = os.fork()
if not child:
    signal.alarm(60)
    warnings.simplefilter("ignore")
    os._exit(10 + call() + call())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
go_on.set()
other.join()
print(call(), convpool.plan_pooling(images.shape, 2, images_dtype="f4").candidates[0][0])
"""
    assert said(code) == "12\nTrue compiled\n"


# ---- the CPU ----

VECTORS = "from convpool.engines.compiled import host; print(host.vector_bytes())"


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
        (
            "processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nmodel name\t: Other\n",
            "Fast CPU @ 3 GHz",
        ),
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

FOLDER = "from convpool.engines.compiled import host; print(host.cache_folder())"


@needs_numba
def test_cache_folder_as_the_variable_says(tmp_path):
    folder = Path(said(FOLDER, NUMBA_CACHE_DIR=str(tmp_path)).strip())
    assert folder.parent == tmp_path
    assert folder.is_dir()


@needs_numba
def test_cache_folder_is_where_numba_puts_kernels(tmp_path):
    """In a copy of the package whose folders can or cannot be written to."""
    engines = tmp_path / "convpool" / "engines" / "compiled"
    loops = engines / "loops"
    loops.mkdir(parents=True)
    for folder in (engines.parents[1], engines.parent, engines, loops):
        (folder / "__init__.py").touch()
    (engines / "host.py").write_text(Path(host.__file__).read_text())
    source = Path(host.__file__).with_name("loops") / "compile_cache.py"
    (loops / "compile_cache.py").write_text(source.read_text())
    (loops / "kernels.py").write_text(
        "import numba\n@numba.njit(cache=True)\ndef one(): return 1\n"
    )
    code = f"""{FOLDER}
from convpool.engines.compiled.loops import kernels
kernels.one()
print(kernels.one.stats.cache_path)
"""
    options = {
        "PYTHONPATH": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "NUMBA_CACHE_DIR": "",
    }
    assert said(code, **options) == f"{loops / '__pycache__'}\n" * 2
    # a file where the folder would be, which stops root too
    for file in sorted((loops / "__pycache__").iterdir()):
        file.unlink()
    (loops / "__pycache__").rmdir()
    (loops / "__pycache__").touch()
    first, second = said(
        code, **options, HOME=str(tmp_path), LOCALAPPDATA=str(tmp_path)
    ).splitlines()
    assert first == second
    assert tmp_path in Path(first).parents
    assert loops not in Path(first).parents


@needs_numba
def test_no_cache_folder_where_nothing_can_be_written(monkeypatch):
    from numba.core import caching

    from convpool.engines.compiled.loops import compile_cache  # noqa: F401 (derives a class of it)

    def nowhere(function):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(caching, "FunctionCache", nowhere)
    assert host.cache_folder() is None
    assert table(configuration.describe())["cache"] == "none: no folder can be written"


CALL = """
import numpy as np, convpool
images = np.ones((8, 100, 100, 1), np.float32)
assert (convpool.pool(images, 3, mode="sum", engine="compiled") == 9).all()
from convpool.engines.compiled.loops import pooling as pooling_kernels
counts = [
    (sum(kernel._cache_hits.values()), sum(kernel._cache_misses.values()))
    for kernel in vars(pooling_kernels).values() if hasattr(kernel, "_cache_hits")
]
print(sum(hits for hits, _ in counts) > 0, sum(misses for _, misses in counts) > 0)
"""
LOADED, COMPILED = "True False\n", "False True\n"


def as_it_is(file):
    """Leave it."""


def cut(length):
    return lambda file: os.truncate(file, file.stat().st_size * length // 100)


def flipped(file):
    """Change one bit in the middle, which is code."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def foreign(file):
    """Put a whole pickle there, of something else, with its digest."""
    content = pickle.dumps((("a", "b"), [1, 2, 3]))
    file.write_bytes(hashlib.sha256(content).digest() + content)


def other_form(file):
    """Say that the form is of other arguments, as an index might after a crash."""
    content = pickle.dumps((("a", "b"), pickle.loads(file.read_bytes()[32:])[1]))
    file.write_bytes(hashlib.sha256(content).digest() + content)


def folder(file):
    file.unlink()
    file.mkdir()


DAMAGES = {
    "empty": cut(0),
    "one byte in a hundred": cut(1),
    "half": cut(50),
    "nearly whole": cut(99),
    "garbage": lambda file: file.write_bytes(bytes(range(256)) * 64),
    "a pickle": lambda file: file.write_bytes(pickle.dumps({"a": 1})),
    "one bit": flipped,
    "of something else": foreign,
    "of another form": other_form,
    "a folder": folder,
    "a link to nothing": lambda file: (file.unlink(), file.symlink_to("nowhere/at/all")),
}


@pytest.fixture(scope="module")
def kernels_on_disk(tmp_path_factory):
    """A folder with the kernels of CALL."""
    cache = tmp_path_factory.mktemp("cache")
    assert said(CALL, NUMBA_CACHE_DIR=str(cache)) == COMPILED
    assert said(CALL, NUMBA_CACHE_DIR=str(cache)) == LOADED
    return cache


@needs_numba
@pytest.mark.parametrize(
    "damage",
    [
        name
        if name in ("half", "one bit", "a folder")
        else pytest.param(name, marks=pytest.mark.full)
        for name in DAMAGES
    ],
)
def test_a_damaged_file_is_a_miss(kernels_on_disk, tmp_path, damage):
    cache = tmp_path / "cache"
    shutil.copytree(kernels_on_disk, cache)
    files = [file for file in cache.rglob("*") if file.is_file() and file.suffix != ".lock"]
    assert files
    for file in files:
        DAMAGES[damage](file)
    assert said(CALL, NUMBA_CACHE_DIR=str(cache)) == COMPILED
    # what was compiled anew is kept, unless it has no place
    assert said(CALL, NUMBA_CACHE_DIR=str(cache)) == (COMPILED if damage == "a folder" else LOADED)
    assert list(cache.rglob("*.tmp.*")) == []


@needs_numba
def test_no_bit_of_a_file_may_differ(tmp_path):
    from convpool.engines.compiled.loops import compile_cache

    files, key = compile_cache._Files(tmp_path, "kernel"), ("signature", "CPU", "code", "sources")
    files.save(key, b"code" * 20)
    assert files.load(key) == b"code" * 20
    assert files.load((*key[:3], "other sources")) is None
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert files.load(key) is None
        file.write_bytes(whole[:place])
        assert files.load(key) is None


@needs_numba
@pytest.mark.skipif(sys.platform != "linux", reason="such a limit is Linux's")
@pytest.mark.full
@pytest.mark.parametrize("limit", [0, 1000, 20000])
def test_a_full_disk_costs_the_compilation_only(tmp_path, limit):
    first = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    words = {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    assert said(first + CALL, **words) == COMPILED
    assert list(tmp_path.rglob("*.tmp.*")) == []
    assert said(CALL, **words) in (
        COMPILED,
        "True True\n",
    )  # nothing half written is taken for whole
    assert said(CALL, **words) == LOADED


@needs_numba
@pytest.mark.full
def test_a_folder_without_locks(tmp_path):
    first = """
import fcntl
def flock(*words):
    raise OSError(37, "No locks available")
fcntl.flock = flock
"""
    assert said(first + CALL, NUMBA_CACHE_DIR=str(tmp_path)) == COMPILED


# ---- show_config ----


@needs_numba
def test_show_config_prints_what_it_is(capsys, monkeypatch):
    import numba

    other = replace(registry.POOL_ENGINES["numpy"], name="other")
    monkeypatch.setitem(registry.POOL_ENGINES, "other", other)
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
        "fft": "works",
        "other": "works",
    }


SHOW = "import convpool; convpool.show_config()"


def test_show_config_without_numba():
    code = f"""{NO_NUMBA}
{SHOW}
"""
    shown = table(said(code, CONVPOOL_NUM_THREADS="5"))
    assert shown["Numba"] == "none"
    assert (shown["vectors"], shown["cache"]) == ("unknown without Numba", "none without Numba")
    assert shown["threads"] == "5 (CONVPOOL_NUM_THREADS)"
    assert shown["numpy"] == "works"
    assert shown["compiled"] == "numba is not installed; pip install numba"


@pytest.mark.parametrize("name", threads.OTHER_VARIABLES)
def test_show_config_says_where_the_number_of_threads_is_from(name):
    shown = table(
        said(NO_NUMBA + SHOW, **{"CONVPOOL_NUM_THREADS": "", "OMP_NUM_THREADS": "", name: "3"})
    )
    assert shown["threads"] == f"3 ({name})"


def test_show_config_with_a_numba_that_fails(tmp_path, path):
    stand_in(tmp_path, "0.61.2", "raise ImportError('it is broken')")
    shown = table(said(path + SHOW))
    assert shown["Numba"] == "0.61.2"
    assert shown["compiled"] == "numba cannot be imported: it is broken"


def test_convpool_works_without_numba():
    code = (
        "import convpool, numpy as np; print(convpool.convolve(np.ones((1, 9, 9, 1)), "
        "np.ones((3, 3, 1, 1))).max())"
    )
    assert said(NO_NUMBA + code) == "9.0\n"


def test_set_num_threads_sets_what_the_engines_use():
    convpool.set_num_threads(6)
    try:
        assert threads.number() == 6
        with pytest.raises(
            ValueError, match="the number of threads is 0; it must be a whole number of 1 or more"
        ):
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
    monkeypatch.setitem(sys.modules, "convpool.engines.compiled.convolution", Compiled)
    monkeypatch.setitem(sys.modules, "convpool.engines.compiled.pooling", Compiled)
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
    return children.run(first + START, "warmup", *words)


def test_the_command_warmup():
    made = command(TWO_KERNELS)
    assert (made.stdout, made.stderr) == ("2 kernels are ready, in some/folder\n", "")


def test_the_command_warmup_with_names():
    made = command(TWO_KERNELS, "--names")
    assert (made.stdout, made.stderr) == ("rows\ntiles\n2 kernels are ready, in some/folder\n", "")


def test_the_command_warmup_where_nothing_can_be_kept():
    made = command(TWO_KERNELS + "host.cache_folder = lambda: None\n")
    assert (made.stdout, made.stderr) == (
        "2 kernels work, but no folder can be written to keep them\n",
        "",
    )


def test_the_command_warmup_without_numba():
    made = command(NO_NUMBA)
    assert (made.returncode, made.stdout) == (2, "")
    assert (
        made.stderr
        == "convpool: there is nothing to warm up: numba is not installed; pip install numba\n"
    )
