"""The wheel: what its build needs, which tags it has, and that it works where nothing compiles,
in empty environments, on each Python that starts here, with each extra.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from convpool.engines.compiled import library
from support import children

pytest.importorskip("hatchling")

ROOT = Path(__file__).parents[2]
if not (ROOT / "hatch_build.py").exists():
    pytest.skip("the build's script is not beside these tests", allow_module_level=True)
MEGABYTES = 10**6


@pytest.fixture
def hook(monkeypatch, tmp_path):
    """The module hatch_build, on Linux on x86-64 with CPython 3.13, and its hook in a folder."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: None)
    monkeypatch.setattr(module, "platform_tags", lambda: iter(["manylinux_2_28_x86_64"]))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    warnings = []
    app = SimpleNamespace(display_warning=warnings.append)
    module.hook = module.LoopsHook(str(tmp_path), {}, None, None, "", "wheel", app)
    module.warnings = warnings
    return module


# ---- tags ----


@pytest.mark.parametrize(
    ("system", "machine", "tags"),
    [
        ("linux", "x86_64", "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64"),
        ("linux", "aarch64", "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64"),
        ("darwin", "arm64", "macosx_11_0_arm64"),
        ("win32", "AMD64", "win_amd64"),
        ("linux", "riscv64", None),
        ("freebsd14", "amd64", None),
    ],
)
def test_tags(hook, monkeypatch, system, machine, tags):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert hook.platform_tag() == tags


def test_a_32_bit_python_has_no_tag(hook, monkeypatch):
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    assert hook.platform_tag() is None


# ---- what the build needs ----


def test_the_build_needs_numba_and_a_linker(hook, monkeypatch):
    assert hook.hook.dependencies() == ["numba>=0.62"]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert hook.hook.dependencies() == ["numba>=0.62", "ziglang>=0.13"]


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (sys, "version_info", (3, 15, 0)),
        (sys, "implementation", SimpleNamespace(name="pypy")),
        (sysconfig, "get_config_var", lambda name: 1),  # no global lock
        (platform, "machine", lambda: "riscv64"),
        ("hook", "platform_tags", lambda: iter(["musllinux_1_2_x86_64", "linux_x86_64"])),
    ],
    ids=["3.15", "PyPy", "free-threaded", "riscv64", "musl"],
)
def test_where_there_is_no_numba_the_build_needs_nothing(hook, monkeypatch, owner, name, value):
    monkeypatch.setattr(hook if owner == "hook" else owner, name, value)
    assert hook.hook.dependencies() == []


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_without_numba_the_package_has_no_libraries(hook, monkeypatch, version):
    monkeypatch.setattr(hook, "find_spec", lambda name: None)
    build_data = {"force_include": {}}
    hook.hook.initialize(version, build_data)
    assert build_data == {"force_include": {}}
    assert ["no loops are compiled" in warning for warning in hook.warnings] == [True]


def test_the_wheel_takes_what_was_built(hook, monkeypatch, tmp_path):
    folder = tmp_path / "build" / "libraries"
    folder.mkdir(parents=True)
    (folder / "old.so").touch()

    def compile_loops(*words):
        assert words == ("--to", str(folder))
        folder.mkdir()
        (folder / "avx2.so").touch()

    monkeypatch.setattr(hook, "find_spec", lambda name: "found")
    monkeypatch.setattr(hook.hook, "_compile", compile_loops)
    build_data = {"force_include": {}}
    hook.hook.initialize("standard", build_data)
    inside = "convpool/engines/compiled/libraries/avx2.so"
    assert build_data == {
        "force_include": {str(folder / "avx2.so"): inside},
        "tag": f"py3-none-{hook.platform_tag()}",
        "pure_python": False,
    }


def test_an_editable_install_takes_the_best_for_this_machine(hook, monkeypatch):
    calls = []
    monkeypatch.setattr(hook, "find_spec", lambda name: "found")
    monkeypatch.setattr(hook.hook, "_compile", lambda *words: calls.append(words))
    build_data = {"force_include": {}}
    hook.hook.initialize("editable", build_data)
    assert (calls, build_data) == ([("best",)], {"force_include": {}})


# ---- a real one ----


def pip(*words):
    done = subprocess.run(
        [sys.executable, "-m", "pip", *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


INSTALLED = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import convpool
assert convpool.__file__.startswith(sys.argv[1])
images = np.ones((2, 90, 90, 3), np.float32)
result = convpool.convolve(images, np.ones((3, 3, 3, 8), np.float32), "valid", engine="compiled")
assert (result == 27).all()
assert (convpool.pool(images, 3, mode="sum", engine="compiled") == 9).all()
from convpool.engines.compiled import library
print(library.isa().name, sorted({"numba", "llvmlite"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The path of a wheel of this checkout; what needs compiling for it is kept in build/loops."""
    pytest.importorskip("numba")
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (path,) = folder.iterdir()
    return path


@pytest.mark.full
def test_the_wheel_serves_every_python_of_the_platform(wheel):
    assert wheel.name.split("-", 2)[2].startswith("py3-none-")
    assert "none-any" not in wheel.name
    assert "-linux_" not in wheel.name  # which the registry does not take
    assert wheel.stat().st_size < 12 * MEGABYTES
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if "/libraries/" in name]
        size = sum(entry.file_size for entry in archive.infolist())
    expected = [library.file_name(isa) for isa in library.isas_of_platform()]
    assert sorted(Path(name).name for name in names) == sorted(expected)
    assert size < 12 * MEGABYTES


@pytest.mark.full
@pytest.mark.parametrize("isa", library.isas_of_processor(), ids=lambda isa: isa.name)
def test_the_installed_wheel_works(wheel, tmp_path, isa):
    pip("install", "--quiet", "--no-deps", "--target", tmp_path, wheel)
    words = {"CONVPOOL_ISA": isa.name, "PATH": str(tmp_path)}  # no compiler on the path
    assert children.output(INSTALLED, tmp_path, **words) == f"{isa.name} []\n"


# ---- in an environment of its own ----

ENVIRONMENTS = ROOT / "tests/installed/environments.py"
EXTRAS = ("none", "app", "check", "dask", "demo", "large")
OTHER_PYTHONS = [
    str(path)
    for path in sorted(Path.home().glob(".pyenv/versions/3.1[1-9]*/bin/python"))
    if path.parents[1].name.rsplit(".", 1)[0] != f"3.{sys.version_info.minor}"
]


def try_wheel(wheel, *words):
    command = [sys.executable, str(ENVIRONMENTS), str(wheel), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "every call works" in done.stdout


@pytest.mark.full
@pytest.mark.parametrize("extra", EXTRAS)
def test_every_call_of_the_installed_wheel_works(wheel, extra):
    try_wheel(wheel, "--extras", extra)


@pytest.mark.full
@pytest.mark.parametrize("python", OTHER_PYTHONS)
def test_every_call_works_on_other_pythons(wheel, python):
    try_wheel(wheel, "--python", python, "--extras", "none", "app")


@pytest.mark.full
@pytest.mark.parametrize("extra", EXTRAS)
def test_every_call_works_with_the_lowest_versions(wheel, extra):
    if not (shutil.which("uv") or Path(sys.executable).with_name("uv").exists()):
        pytest.skip("uv, which resolves the lowest versions, is not installed")
    try_wheel(wheel, "--extras", extra, "--lowest")


def test_there_is_a_call_for_every_public_name():
    sys.path.insert(0, str(ENVIRONMENTS.parent))
    try:
        import every_call
    finally:
        sys.path.remove(str(ENVIRONMENTS.parent))
    every_call.check_calls()
