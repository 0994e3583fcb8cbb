"""Which library a machine takes, and life without one."""

from __future__ import annotations

import platform
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.engines.compiled import host, library
from convpool.engines.compiled.forms import UnpackForm
from convpool.engines.compiled.record import UNPACKING
from support import children
from support.compiled import needs_kernels

PACKAGE = Path(convpool.__file__).parent
ALL_FEATURES = {"AVX512_SKX", "AVX2", "FMA3", "ASIMD"}


class Machine:
    """A machine that `library` finds itself on, with libraries that load."""

    def __init__(self, monkeypatch, folder):
        self.monkeypatch, self.folder = monkeypatch, folder
        monkeypatch.delenv(library.VARIABLE, raising=False)
        monkeypatch.setattr(library, "FOLDER", folder)
        monkeypatch.setattr(library, "_load", lambda isa: None)
        self.set("x86_64", ALL_FEATURES)

    def set(self, machine, features, bits=64):
        """Make the machine one of this kind, whose processor has these features."""
        self.monkeypatch.setattr(platform, "machine", lambda: machine)
        self.monkeypatch.setattr(library, "cpu_features", lambda: dict.fromkeys(features, True))
        self.monkeypatch.setattr(sys, "maxsize", 2 ** (bits - 1) - 1)

    def choice(self, variable=""):
        """Return the name of the instruction set that is chosen, None for none, and the reason."""
        self.monkeypatch.setenv(library.VARIABLE, variable)
        isa, reason = library.choice.__wrapped__()
        return isa and isa.name, reason


@pytest.fixture
def machine(monkeypatch, tmp_path):
    return Machine(monkeypatch, tmp_path)


@pytest.mark.parametrize("name", ["x86_64", "AMD64"])
def test_the_best_instruction_set_is_taken(machine, name):
    machine.set(name, ALL_FEATURES)
    assert machine.choice() == ("avx512", "the best that works here")
    machine.set(name, {"AVX2", "FMA3"})
    reason = "the best that works here; this processor has no AVX512_SKX"
    assert machine.choice() == ("avx2", reason)


@pytest.mark.parametrize("name", ["aarch64", "arm64"])
def test_arm64_has_its_own(machine, name):
    machine.set(name, ALL_FEATURES)
    assert machine.choice() == ("neon", "the best that works here")


def test_a_processor_without_the_features_has_none(machine):
    machine.set("x86_64", {"AVX2"})
    reason = "this processor has no AVX512_SKX; this processor has no FMA3"
    assert machine.choice() == (None, reason)


@pytest.mark.parametrize(
    ("name", "bits", "words"),
    [
        ("riscv64", 64, "a 64-bit Python on riscv64"),
        ("i686", 32, "a 32-bit Python on i686"),
        ("x86_64", 32, "a 32-bit Python on x86_64"),
        ("", 64, "a 64-bit Python on an unknown processor"),
    ],
)
def test_other_machines_have_none(machine, name, bits, words):
    machine.set(name, ALL_FEATURES, bits)
    assert machine.choice() == (None, f"{words}, not a 64-bit one on x86-64 or arm64")


@pytest.mark.parametrize("word", ["avx2", " AVX2 "])
def test_the_variable_takes_a_lesser_one(machine, word):
    assert machine.choice(word) == ("avx2", "CONVPOOL_ISA names it")


def test_the_variable_takes_none(machine):
    assert machine.choice("none") == (None, "CONVPOOL_ISA is 'none'")


def test_the_variable_must_name_an_instruction_set(machine):
    words = "CONVPOOL_ISA is 'sse'; it must be 'avx512', 'avx2', 'neon', 'none'"
    with pytest.raises(ValueError, match=words):
        machine.choice("sse")


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("avx512", "'avx512', but this processor has no AVX512_SKX"),
        ("neon", "'neon', but this is no 64-bit Python on aarch64 or arm64"),
    ],
)
def test_the_variable_must_name_one_of_this_machine(machine, word, words):
    machine.set("x86_64", {"AVX2", "FMA3"})
    with pytest.raises(ValueError, match=words):
        machine.choice(word)


def test_features_are_those_of_this_processor():
    assert library.cpu_features()
    assert library.isas_of_processor() == [
        isa for isa in library.isas_of_platform() if all(map(library.cpu_features().get, isa.needs))
    ]


# ---- libraries that cannot be loaded ----


@pytest.fixture
def real_load(machine, monkeypatch):
    """A machine whose libraries are loaded, if they are there."""
    monkeypatch.undo()
    machine.__init__(monkeypatch, machine.folder)
    monkeypatch.setattr(library, "_load", LOAD.__wrapped__)
    machine.set("x86_64", {"AVX2", "FMA3"})
    return machine


LOAD = library._load
AVX2 = library.INSTRUCTION_SETS["avx2"]


def test_a_library_that_was_not_built(real_load):
    isa, reason = real_load.choice()
    assert isa is None
    assert f"{library.file_name(AVX2)} was not built; wheels of convpool have it" in reason


def test_a_library_that_is_damaged(real_load):
    (real_load.folder / library.file_name(AVX2)).write_text("no machine code")
    isa, reason = real_load.choice()
    assert isa is None
    assert f"{library.file_name(AVX2)} cannot be loaded: " in reason


def test_a_library_of_other_sources_is_not_loaded(machine):
    machine.set("x86_64", {"AVX2", "FMA3"})
    Path(library.sources_path(AVX2)).write_text(library.digest_of_sources())
    assert machine.choice()[0] == "avx2"
    Path(library.sources_path(AVX2)).write_text("0123")
    isa, reason = machine.choice()
    assert isa is None
    assert f"{library.file_name(AVX2)} was built from other sources; run make loops" in reason


# ---- calls ----


STRIDES = "image_stride", "row_stride", "column_stride", "kernel_stride"


@needs_kernels
def test_a_function_takes_the_address_of_a_record():
    results = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 1, 3, 4)
    output = np.zeros((1, 3, 4, 2), np.float32)
    strides = dict(zip(STRIDES, (stride // 4 for stride in output.strides), strict=True))
    sizes = {"kernels": 2, "images": 1, "rows": 3, "row_count": 3, "columns": 4}
    fields = {"scratch": results.ctypes.data, "output": output.ctypes.data, **sizes, **strides}
    words = np.array([fields.get(name, 0) for name in UNPACKING.names], np.int64)
    library.function(UnpackForm(np.dtype("f4")))(words.ctypes.data)
    np.testing.assert_array_equal(output, np.moveaxis(results, 0, -1))


LARGE_CALLS = """
import sys
import numpy as np
import convpool
images = np.ones((2, 300, 300, 3), np.float32)
for engine in sys.argv[1:]:
    kernels = np.ones((3, 3, 3, 8), np.float32)
    assert (convpool.convolve(images, kernels, "valid", engine=engine) == 27).all()
    assert (convpool.pool(images, 3, mode="sum", engine=engine) == 9).all()
plan = convpool.plan_convolution(
    (10, 224, 224, 3), (3, 3, 3, 64), images_dtype="f4", kernels_dtype="f4"
)
print(plan.candidates[0][0], sorted({"numba", "llvmlite"} & set(sys.modules)))
"""


@needs_kernels
def test_calls_need_no_numba():
    assert children.output(LARGE_CALLS, "compiled", "auto") == "compiled []\n"


@needs_kernels
@pytest.mark.parametrize("isa", library.isas_of_processor(), ids=lambda isa: isa.name)
def test_every_instruction_set_of_this_processor_can_be_taken(isa):
    code = LARGE_CALLS + "from convpool.engines.compiled import library; print(library.isa().name)"
    words = children.output(code, "compiled", CONVPOOL_ISA=isa.name)
    assert words == f"compiled []\n{isa.name}\n"


WITHOUT = """
import numpy as np
import convpool
from convpool import reference
shapes = (10, 224, 224, 3), (3, 3, 3, 64)
plan = convpool.plan_convolution(*shapes, images_dtype="f4", kernels_dtype="f4")
assert [name for name, _ in plan.candidates] == ["numpy"], plan
assert plan.seconds > 0
assert "CONVPOOL_ISA is 'none'" in str(plan)
images, kernels = np.arange(600).reshape(2, 10, 10, 3) % 5, np.arange(54).reshape(3, 3, 3, 2) % 7
for kind in ("f4", "f8", "u1", "i8", "f2", "c8"):
    x, w = images.astype(kind), kernels.astype(kind)
    expected = reference.convolve(x, w)
    for engine in ("auto", "numpy"):
        np.testing.assert_array_equal(convpool.convolve(x, w, engine=engine), expected)
for call in (lambda: convpool.convolve(images, kernels, engine="compiled"),
             lambda: convpool.pool(images, 2, engine="compiled")):
    try:
        call()
    except ValueError as error:
        for word in ("'compiled'", "CONVPOOL_ISA is 'none'", "'numpy'"):
            assert word in str(error), error
    else:
        raise AssertionError("it ran")
"""


def test_without_a_library_everything_works_through_numpy():
    children.output(WITHOUT, CONVPOOL_ISA="none")
    assert children.output(LARGE_CALLS, "auto", CONVPOOL_ISA="none") == "numpy []\n"


def test_a_wrong_variable_is_an_error_of_large_calls():
    done = children.run(LARGE_CALLS, "auto", CONVPOOL_ISA="sse")
    assert "ValueError: the environment variable CONVPOOL_ISA is 'sse'; it must be" in done.stderr


def test_refusal_is_the_reason(monkeypatch):
    monkeypatch.setattr(library, "choice", lambda: library.Choice(None, "it rains"))
    assert host.refusal() == "it rains"
    monkeypatch.setattr(library, "choice", lambda: library.Choice(AVX2, "it rains"))
    assert host.refusal() is None


# ---- where the package lies ----


def test_from_a_zip_everything_works_through_numpy(tmp_path):
    """The system loads no library from within a zip file."""
    with zipfile.ZipFile(tmp_path / "convpool.zip", "w") as archive:
        for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("libraries/*")]:
            archive.write(path, path.relative_to(PACKAGE.parent))
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'convpool.zip')!r})\n{LARGE_CALLS}"
    code += "assert '.zip' in convpool.__file__; convpool.show_config()"
    text = children.output(code, "auto", CONVPOOL_ISA="")
    assert text.startswith("numpy []\n")
    assert "was not built" in text


@needs_kernels
def test_calls_write_nothing_beside_the_package(tmp_path):
    """So the package may be read-only."""
    shutil.copytree(
        PACKAGE, tmp_path / "convpool", ignore=shutil.ignore_patterns("__pycache__", "page")
    )
    before = sorted(tmp_path.rglob("*"))
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{LARGE_CALLS}"
    code += f"assert convpool.__file__.startswith({str(tmp_path)!r})"
    words = {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path)}
    assert children.output(code, "compiled", **words) == "compiled []\n"
    assert sorted(tmp_path.rglob("*")) == before


RANDOM_CALLS = """
import random, threading
from pathlib import Path
import numpy as np
import convpool

def resident_megabytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000

def call_often(seed, calls):
    draw = random.Random(seed)
    for _ in range(calls):
        c, nc = draw.randint(1, 19), draw.randint(1, 39)
        images = np.ones((draw.randint(1, 4), draw.randint(8, 40), draw.randint(8, 40), c), "f4")
        window = draw.randint(1, 5), draw.randint(1, 5)
        stride, kernels = draw.randint(1, 2), np.ones((*window, c, nc), "f4")
        convpool.convolve(images, kernels, stride=stride, engine="compiled")
        convpool.pool(images, window, stride, engine="compiled")

def on_three_threads(first_seed, calls):
    threads = [threading.Thread(target=call_often, args=(first_seed + k, calls)) for k in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

sizes = []
for turn in range(4):
    on_three_threads(3 * turn, 850)
    sizes.append(resident_megabytes())
print(*sizes)
"""


@pytest.mark.full
@needs_kernels
@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_memory_stays_flat_over_random_calls_on_three_threads():
    sizes = [float(size) for size in children.output(RANDOM_CALLS).split()]
    assert max(sizes) < 120
    assert sizes[-1] < sizes[0] + 10
