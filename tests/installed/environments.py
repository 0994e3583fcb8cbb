"""Install a wheel into empty environments, and use all of it there: what `make test-wheel` runs.

    python environments.py WHEEL [--python PYTHON] [--extras none app ...] [--lowest]

With --lowest, the oldest versions that the metadata names are installed; uv resolves them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
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


def install(python: Path, requirement: str, is_lowest: bool) -> None:
    """Install a wheel, with an extra, into an environment."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    words = (
        [uv, "pip", "install", "--quiet", "--python", str(python), "--resolution", "lowest-direct"]
        if is_lowest
        else [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    subprocess.run([*words, requirement], check=True)


def try_wheel(wheel: Path, python: str, extra: str, is_lowest: bool = False) -> None:
    """Make an environment, install a wheel with an extra, and use it.

    Raises CalledProcessError where one of these fails.
    """
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([python, "-m", "venv", name], check=True)
        inner = Path(name, "Scripts" if os.name == "nt" else "bin", "python")
        extras = [] if extra == "none" else [extra]
        install(inner, f"convpool[{','.join(extras)}] @ {wheel.resolve().as_uri()}", is_lowest)
        subprocess.run([str(inner), "-I", str(EVERY_CALL), *extras], check=True, cwd=name)


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
