"""The library of compiled loops: which instruction set is used here, and the functions for it.

A library is a file of machine code for one instruction set, which the build of the package makes
from `loops`. `choice` finds the best one for this processor, or that which the environment variable
CONVPOOL_ISA names. A form is a function of the library: a loop with some parameters fixed. NumPy
and ctypes are all that is needed to call it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from convpool.engines.compiled.base_form import Form
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS, InstructionSet
from convpool.engines.values import NamedTuple

# the modules, beside the loops, that say what is built: where one changes, libraries are built anew
TABLE = (
    "base_form.py",
    "form_table.py",
    "forms.py",
    "gradient_forms.py",
    "instruction_sets.py",
    "picture_forms.py",
    "pooling_forms.py",
    "pooling_records.py",
    "record.py",
    "register_sizes.py",
)
HERE = os.path.dirname(os.path.abspath(__file__))  # importing pathlib would take longer than a call
FOLDER = os.path.join(HERE, "libraries")
SUFFIXES = {"win32": ".dll", "darwin": ".dylib"}
VARIABLE = "CONVPOOL_ISA"
NONE = "none"  # what VARIABLE may be too: no library


class Choice(NamedTuple):
    """The instruction set that is used, None if NumPy does all work; and the reason in words."""

    isa: InstructionSet | None
    reason: str


def file_name(isa: InstructionSet) -> str:
    """Return the name of the library of an instruction set."""
    return f"{isa.name}{SUFFIXES.get(sys.platform, '.so')}"


def cpu_features() -> dict[str, bool]:
    """Return the features of this processor that NumPy knows: name -> whether it has it."""
    for module in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        try:
            return dict(import_module(module).__cpu_features__)
        except (ImportError, AttributeError):
            continue
    return {}


@lru_cache(maxsize=1)
def choice() -> Choice:
    """Return the best instruction set that this processor and the libraries here have.

    The environment variable CONVPOOL_ISA names a lesser one, or "none".

    Raises
    ------
    ValueError
        CONVPOOL_ISA is no instruction set, or one that cannot be used here.
    """
    wanted = os.environ.get(VARIABLE, "").strip().lower()
    if wanted == NONE:
        return Choice(None, f"{VARIABLE} is {NONE!r}")
    if wanted and wanted not in INSTRUCTION_SETS:
        names = ", ".join(map(repr, [*INSTRUCTION_SETS, NONE]))
        raise ValueError(f"the environment variable {VARIABLE} is {wanted!r}; it must be {names}")
    # name -> why it cannot be used, None if it can
    obstacles = {name: _obstacle(isa) for name, isa in INSTRUCTION_SETS.items()}
    if wanted and (obstacle := obstacles[wanted]):
        raise ValueError(f"the environment variable {VARIABLE} is {wanted!r}, but {obstacle}")
    if wanted:
        return Choice(INSTRUCTION_SETS[wanted], f"{VARIABLE} names it")
    reasons: list[str] = []  # why those that are better cannot be used
    for isa in isas_of_platform():
        if (obstacle := obstacles[isa.name]) is None:
            return Choice(isa, "; ".join(["the best that works here", *reasons]))
        reasons.append(obstacle)
    if reasons:
        return Choice(None, "; ".join(reasons))
    bits = "64" if sys.maxsize > 2**32 else "32"
    machine = _machine() or "an unknown processor"
    return Choice(None, f"a {bits}-bit Python on {machine}, not a 64-bit one on x86-64 or arm64")


def isas_of_platform() -> list[InstructionSet]:
    """Return the instruction sets of this kind of machine, the best first."""
    if sys.maxsize < 2**32:
        return []
    return [isa for isa in INSTRUCTION_SETS.values() if _machine() in isa.machines]


def isas_of_processor() -> list[InstructionSet]:
    """Return the instruction sets that this processor can execute, the best first."""
    return [isa for isa in isas_of_platform() if not _missing_features(isa)]


def _missing_features(isa: InstructionSet) -> list[str]:
    """Return the features that this processor lacks for an instruction set."""
    features = cpu_features()
    return [name for name in isa.needs if not features.get(name)]


def _machine() -> str:
    """Return the name of this machine's architecture."""
    return platform.machine().lower()


def _obstacle(isa: InstructionSet) -> str | None:
    """Return why the library of an instruction set cannot be used, as a clause; None if it can."""
    if isa not in isas_of_platform():
        return f"this is no 64-bit Python on {' or '.join(isa.machines)}"
    if missing := _missing_features(isa):
        return f"this processor has no {' and '.join(missing)}"
    name = file_name(isa)
    if is_stale(isa):
        return f"{name} was built from other sources; run make loops"
    try:
        _load(isa)
    except OSError as error:
        if not os.path.exists(os.path.join(FOLDER, name)):
            return f"{name} was not built; wheels of convpool have it"
        return f"{name} cannot be loaded: {error}"
    return None


def is_stale(isa: InstructionSet) -> bool:
    """Return whether the library of an instruction set was built from sources of another state.

    In a checkout the build leaves a digest of the sources beside the library; an installed library
    has none, and is never stale.
    """
    try:
        with open(sources_path(isa), encoding="utf-8") as file:
            digest = file.read()
    except OSError:
        return False
    return digest != digest_of_sources()


def sources_path(isa: InstructionSet) -> str:
    """Return the path of the file with the digest of the sources that a library was built from."""
    return os.path.join(FOLDER, f"{isa.name}.sources")


@lru_cache
def _load(isa: InstructionSet) -> ctypes.CDLL:
    """Load the library of an instruction set; OSError if that cannot be."""
    return ctypes.CDLL(os.path.join(FOLDER, file_name(isa)))


def isa() -> InstructionSet:
    """Return the instruction set that is used; there must be one."""
    chosen = choice().isa
    assert chosen is not None
    return chosen


@cache
def is_form(form: Form) -> bool:
    """Return whether the library that is used has a form."""
    return hasattr(_load(isa()), form.symbol)


@cache
def function(form: Form) -> Callable[[int], Any]:
    """Return the function of a form, which takes the address of a record."""
    found = getattr(_load(isa()), form.symbol)
    found.argtypes, found.restype = [ctypes.c_void_p], None
    return found  # type: ignore[no-any-return]


@cache
def function_address(form: Form) -> int:
    """Return the address of the function of a form, for other forms."""
    address = ctypes.cast(function(form), ctypes.c_void_p).value  # type: ignore[arg-type]
    assert address is not None
    return address


def digest_of_sources() -> str:
    """Return a digest of the sources that libraries are built from."""
    loops = os.path.join(HERE, "loops")
    paths = sorted(os.path.join(loops, name) for name in os.listdir(loops) if name.endswith(".py"))
    paths += [os.path.join(HERE, name) for name in TABLE]
    digest = 0  # finds changes, not attacks: importing hashlib would take as long as a call
    for path in paths:
        with open(path, "rb") as file:
            digest = zlib.crc32(file.read(), digest)
    return f"{digest:08x}"
