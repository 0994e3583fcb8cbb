"""Install a wheel into empty environments, and use all of it there: what `make test-wheel` runs.

    python environments.py WHEEL [--python PYTHON] [--extras none app ...] [--lowest]

With --lowest, the oldest versions that the metadata names are installed; uv resolves them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

EVERY_CALL = Path(__file__).with_name("every_call.py")
# "none" is the wheel with NumPy alone
EXTRAS = ("none", "app", "check", "dask", "demo", "large")
# other Pythons than CPython with its lock: not all of the optional packages are there for them
FEWER = ("none",)


def extras_for(python: str) -> Sequence[str]:
    """Return the extras that are tried with an interpreter."""
    code = (
        "import sys, sysconfig; print(sys.implementation.name == 'cpython'"
        " and not sysconfig.get_config_var('Py_GIL_DISABLED'))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return EXTRAS if done.stdout.strip() == "True" else FEWER


def requirements_of(wheel: Path, extra: str) -> list[str]:
    """Return what the metadata of a wheel asks for, with an extra and those that it names."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    found: list[str] = []
    for line in lines:
        match = re.fullmatch(r"Requires-Dist: ([^;]+?)(?:; extra == '(.+)')?", line)
        if match and match[2] in (None, extra):
            inner = re.fullmatch(r"convpool\[(.+)\]", match[1])
            found += requirements_of(wheel, inner[1]) if inner else [match[1]]
    return found


def install(python: Path, wheel: Path, extra: str, is_lowest: bool) -> None:
    """Install a wheel, with an extra, into an environment."""
    requirement = f"convpool[{extra}] @ {wheel.resolve().as_uri()}"
    if is_lowest:
        uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
        words = [uv, "pip", "install", "--quiet", "--python", str(python)]
        # what is named here is direct, which what the wheel asks for would not be
        words += ["--resolution", "lowest-direct", *requirements_of(wheel, extra)]
    else:
        words = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*words, requirement], check=True)


def try_wheel(wheel: Path, python: str, extra: str, is_lowest: bool = False) -> None:
    """Make an environment, install a wheel with an extra, and use it.

    Raises CalledProcessError where one of these fails.
    """
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([python, "-m", "venv", name], check=True)
        inner = Path(name, "Scripts" if os.name == "nt" else "bin", "python")
        install(inner, wheel, "" if extra == "none" else extra, is_lowest)
        subprocess.run([str(inner), "-I", str(EVERY_CALL), extra], check=True, cwd=name)


def main() -> None:
    """Try a wheel with an interpreter and some extras; the first failure ends it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--extras", nargs="+", choices=EXTRAS)
    parser.add_argument("--lowest", action="store_true")
    words = parser.parse_args()
    for extra in words.extras or extras_for(words.python):
        try:
            try_wheel(words.wheel, words.python, extra, words.lowest)
        except subprocess.CalledProcessError as error:
            sys.exit(f"{words.wheel.name} with the extra {extra!r} and {words.python}: {error}")


if __name__ == "__main__":
    main()
