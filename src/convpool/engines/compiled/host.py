"""What this host can do for the compiled engine: Numba, and the vectors of its CPU.

Numba is imported only by the functions that say so.
"""

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

OLDEST = (0, 59)  # the oldest Numba that is taken: the first for Python 3.12 and NumPy 1.26
MACHINES = ("x86_64", "amd64", "aarch64", "arm64")

# called when the refusal changes: each clears a cache of what depends on it
dependents: list[Callable[[], None]] = []

_failure: str | None = None  # why Numba failed, once it has
_busy_threads: set[int] = set()  # idents of threads that import Numba or compile
_fallbacks = count()  # calls of the compiled engine that NumPy had to take


class UnavailableError(ValueError):
    """Numba does not work here, although `refusal` gave no reason beforehand."""


def refusal() -> str | None:
    """Return why the compiled engine cannot be used, or None.

    Numba is not imported here: importing it may still fail later.
    """
    return _failure or _refusal()


def trial() -> str | None:
    """Return why the compiled engine cannot be used, or None.

    Numba is imported and compiles something; if that fails, `refusal` says so from then on.
    """
    with suppress(UnavailableError):
        if refusal() is None:
            with attempt("be imported"):
                numba = importlib.import_module("numba")
                vector_bytes()
            with attempt("compile"):
                numba.njit(lambda: 0).compile(())
    return refusal()


@contextmanager
def attempt(action: str) -> Iterator[None]:
    """Reraise what Numba raises as UnavailableError, and refuse the compiled engine from then on.

    `action` completes the sentence "numba cannot ...".
    """
    thread, is_nested = threading.get_ident(), threading.get_ident() in _busy_threads
    _busy_threads.add(thread)
    try:
        yield
    except UnavailableError:
        raise
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        if not isinstance(error, MemoryError):  # which may pass
            _refuse(f"numba cannot {action}: {text}")
        raise UnavailableError(_failure or f"numba cannot {action}: {text}") from error
    finally:
        if not is_nested:
            _busy_threads.discard(thread)


def _refuse(reason: str) -> None:
    """Make `refusal` return this reason from now on, unless it has one already."""
    global _failure
    _failure = _failure or reason
    for clear_cache in dependents:
        clear_cache()


def warn(error: UnavailableError) -> None:
    """Warn, the first time, that NumPy takes a call that was planned for the compiled engine."""
    if next(_fallbacks) == 0:
        text = (
            "the compiled engine cannot be used, and NumPy takes its calls, which is slower: "
            f"{error}"
        )
        warnings.warn(text, RuntimeWarning, stacklevel=5)


def _after_fork() -> None:
    """Refuse in a child of a fork while another thread used Numba, whose locks stay held there."""
    if _busy_threads - {threading.get_ident()}:
        _refuse("this process was forked while another thread imported numba or compiled")
    _busy_threads.intersection_update({threading.get_ident()})


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@lru_cache(maxsize=1)
def _refusal() -> str | None:
    """Return why Numba cannot be used, as far as can be seen without importing it, or None."""
    if sys.maxsize < 2**32 or platform.machine().lower() not in MACHINES:
        bits = "32" if sys.maxsize < 2**32 else "64"
        machine = platform.machine() or "unknown"
        return f"a {bits}-bit Python on {machine}; numba needs a 64-bit one on x86-64 or arm64"
    if _spec() is None:
        return "numba is not installed; pip install numba"
    version = numba_version()
    if version is not None and _release(version) < OLDEST:
        return f'numba {version} is too old; pip install "numba>={OLDEST[0]}.{OLDEST[1]}"'
    if _is_jit_disabled():
        return "NUMBA_DISABLE_JIT is set; without it numba compiles"
    return None


def _is_jit_disabled() -> bool:
    """Return whether Numba is told to interpret functions instead of compiling them."""
    loaded = sys.modules.get("numba")
    if loaded is not None:
        return bool(getattr(getattr(loaded, "config", None), "DISABLE_JIT", False))
    return os.environ.get("NUMBA_DISABLE_JIT", "").strip() not in ("", "0")


def _release(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version: (0, 59) for "0.59.1"."""
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def _spec() -> ModuleSpec | None:
    """Return the import spec of Numba, or None if it cannot be found."""
    with suppress(Exception):  # from finders that refuse, and for a stand-in in sys.modules
        return importlib.util.find_spec("numba")
    return None


def numba_version() -> str | None:
    """Return the version of the installed Numba, or None.

    It is read from a file of Numba, which is faster than its metadata.
    """
    spec = _spec()
    for folder in (spec and spec.submodule_search_locations) or ():
        with suppress(OSError):
            text = (Path(folder) / "_version.py").read_text(encoding="utf-8")
            if match := re.search(r"""["']?version["']?\s*[:=]\s*["'](\d[^"']*)["']""", text):
                return match[1]
    return None


# Sums of more numbers than any register holds: the registers that LLVM uses for them show which
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
    """Return the bytes of a vector: 64 with AVX-512F, 32 with AVX2 and FMA, else 16; imports Numba.

    That is of the CPU that Numba compiles for. NUMBA_CPU_NAME and NUMBA_CPU_FEATURES change it, and
    neither need be complete; so LLVM compiles a probe.
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
    """Return the name of the CPU, "unknown" if the system does not tell it."""
    name = ""
    with suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "darwin":
            name = subprocess.check_output(
                ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], text=True, timeout=9
            )
        elif sys.platform == "linux":
            text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
            match = re.search(r"^model name\s*: *(.+)$", text, re.MULTILINE)
            name = match[1] if match else ""
    return name.strip() or platform.processor() or platform.machine() or "unknown"


def cache_folder() -> str | None:
    """Return the folder of the compiled loops, or None if none can be written; imports Numba."""
    from convpool.engines.compiled.loops import compile_cache

    folder: str | None = compile_cache.folder()  # type: ignore[no-untyped-call]
    return folder
