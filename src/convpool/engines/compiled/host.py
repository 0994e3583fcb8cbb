"""What this host can do for the compiled engine. Numba is imported by the functions that say so, and by no other."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.machinery import ModuleSpec
from itertools import count
from pathlib import Path

OLDEST = (0, 59)  # the first Numba for Python 3.12 and NumPy 1.26
MACHINES = ("x86_64", "amd64", "aarch64", "arm64")

dependents: list[Callable[[], None]] = []  # what forgets values that depend on the refusal

_failure: str | None = None  # why Numba failed, once it has
_inside: set[int] = set()  # the threads that import it or compile
_fallbacks = count()  # of calls that were planned for the compiled engine


class UnavailableError(ValueError):
    """Numba turned out not to work here, although nothing had spoken against it."""


def refusal() -> str | None:
    """Return why the compiled engine cannot be used, or None; without Numba's import, which may fail later."""
    return _failure or _refusal()


def trial() -> str | None:
    """Return why the compiled engine cannot be used, or None; has Numba compile, and remembers if that fails."""
    with suppress(UnavailableError):
        if refusal() is None:
            with attempt("be imported"):
                numba = importlib.import_module("numba")
                vector_bytes()
            with attempt("compile"):
                numba.njit(lambda: 0).compile(())
    return refusal()


@contextmanager
def attempt(deed: str) -> Iterator[None]:
    """Turn whatever Numba raises into UnavailableError, and refuse the compiled engine from then on."""
    thread, again = threading.get_ident(), threading.get_ident() in _inside
    _inside.add(thread)
    try:
        yield
    except UnavailableError:
        raise
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
        if not isinstance(error, MemoryError):  # which may pass
            _refuse(f"numba cannot {deed}: {words}")
        raise UnavailableError(_failure or f"numba cannot {deed}: {words}") from error
    finally:
        if not again:
            _inside.discard(thread)


def _refuse(reason: str) -> None:
    global _failure
    _failure = _failure or reason
    for forget in dependents:
        forget()


def warn(error: UnavailableError) -> None:
    """Warn, once, that NumPy does what was planned for the compiled engine."""
    if next(_fallbacks) == 0:
        text = (
            "the compiled engine cannot be used, and NumPy takes its calls, which is slower: "
            f"{error}"
        )
        warnings.warn(text, RuntimeWarning, stacklevel=5)


def _after_fork() -> None:
    """Refuse in a child that was forked while another thread was inside of Numba: there, its locks are never free."""
    if _inside - {threading.get_ident()}:
        _refuse("this process was forked while another thread imported numba or compiled")
    _inside.intersection_update({threading.get_ident()})


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@lru_cache(maxsize=1)
def _refusal() -> str | None:
    if sys.maxsize < 2**32 or platform.machine().lower() not in MACHINES:
        bits = "32" if sys.maxsize < 2**32 else "64"
        machine = platform.machine() or "unknown"
        return f"a {bits}-bit Python on {machine}; numba needs a 64-bit one on x86-64 or arm64"
    if _spec() is None:
        return "numba is not installed; pip install numba"
    version = numba_version()
    if version is not None and _release(version) < OLDEST:
        return f'numba {version} is too old; pip install "numba>={OLDEST[0]}.{OLDEST[1]}"'
    if _jit_disabled():
        return "NUMBA_DISABLE_JIT is set; without it numba compiles"
    return None


def _jit_disabled() -> bool:
    loaded = sys.modules.get("numba")
    if loaded is not None:
        return bool(getattr(getattr(loaded, "config", None), "DISABLE_JIT", False))
    return os.environ.get("NUMBA_DISABLE_JIT", "").strip() not in ("", "0")


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def _spec() -> ModuleSpec | None:
    with suppress(Exception):  # from finders that refuse, and for a stand-in in sys.modules
        return importlib.util.find_spec("numba")
    return None


def numba_version() -> str | None:
    """Return the version of the installed Numba, or None; read from its file, which is faster than its metadata."""
    spec = _spec()
    for folder in (spec and spec.submodule_search_locations) or ():
        with suppress(OSError):
            text = (Path(folder) / "_version.py").read_text(encoding="utf-8")
            if found := re.search(r"""["']?version["']?\s*[:=]\s*["'](\d[^"']*)["']""", text):
                return found[1]
    return None


# Sums over more numbers than any register holds: which registers LLVM takes for them tells which
# there are.
PROBE = """
define <16 x i32> @whole(<16 x i32> %a, <16 x i32> %b) {
  %sum = add <16 x i32> %a, %b
  ret <16 x i32> %sum
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)
define <16 x float> @fused(<16 x float> %a, <16 x float> %b, <16 x float> %c) {
  %sum = call <16 x float> @llvm.fma.v16f32(<16 x float> %a, <16 x float> %b, <16 x float> %c)
  ret <16 x float> %sum
}
"""


@lru_cache(maxsize=1)
def vector_bytes() -> int:
    """Return 64 for AVX-512F, 32 for AVX2 with FMA, else 16, of the CPU that Numba compiles for; imports Numba.

    NUMBA_CPU_NAME and NUMBA_CPU_FEATURES change that CPU, and either may say less than all; so LLVM
    is asked.
    """
    binding = importlib.import_module("llvmlite.binding")
    target = importlib.import_module("numba.core.registry").cpu_target
    triple, name, features = target.target_context.codegen().magic_tuple()
    machine = binding.Target.from_triple(triple).create_target_machine(cpu=name, features=features)
    text = machine.emit_assembly(binding.parse_assembly(PROBE))
    if re.search(r"vpaddd.*zmm", text):
        return 64
    return 32 if re.search(r"vpaddd.*ymm", text) and "vfmadd" in text else 16


def cpu_name() -> str:
    """Return what the CPU calls itself."""
    name = ""
    with suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "darwin":
            name = subprocess.check_output(
                ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], text=True, timeout=9
            )
        elif sys.platform == "linux":
            text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
            found = re.search(r"^model name\s*: *(.+)$", text, re.MULTILINE)
            name = found[1] if found else ""
    return name.strip() or platform.processor() or platform.machine() or "unknown"


def cache_folder() -> str | None:
    """Return where the compiled loops are kept, or None if no folder can be written; imports Numba."""
    from convpool.engines.compiled.loops import compile_cache

    where: str | None = compile_cache.folder()  # type: ignore[no-untyped-call]
    return where
