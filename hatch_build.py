"""What Hatchling does when it builds a wheel: compile the loops, and put the libraries into it.

A wheel holds a library for each instruction set of the platform; one serves every Python there. An
editable install gets the best library that this machine executes, in `src`. Where Numba cannot be
had, the package has no library, and works through NumPy.

The README in the metadata has absolute links: those of a checkout are dead on a package index.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig
from hatchling.metadata.plugin.interface import MetadataHookInterface
from packaging.tags import platform_tags

VERSION = Path("src", "convpool", "version.py")
PACKAGE = Path("convpool", "engines", "compiled", "libraries")
# the first Python that Numba does not take yet
FIRST_WITHOUT_NUMBA = (3, 15)
# (sys.platform, machine) -> tags of the wheel. On Linux the libraries call nothing of libc, so that
# they load with any; the tags are those of the oldest for which the registry takes wheels.
TAGS = {
    ("linux", "x86_64"): "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    ("linux", "aarch64"): "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    ("darwin", "arm64"): "macosx_11_0_arm64",
    ("win32", "amd64"): "win_amd64",
}


# the address of a link of Markdown to a file of the checkout: no scheme, and not within the page
RELATIVE = r"(?![a-z]+:|#|/)([^)\s]+)(?=\))"


def absolute_links(text: str, source: str, tag: str) -> str:
    """Return Markdown whose links to files of a checkout lead to the files of a tag at `source`.

    Pictures lead to the file itself, all else to the page that shows it, as on GitHub.
    """
    text = re.sub(rf"(!\[[^\]]*\]\(){RELATIVE}", rf"\g<1>{source}/raw/{tag}/\g<2>", text)
    return re.sub(rf"(\]\(){RELATIVE}", rf"\g<1>{source}/blob/{tag}/\g<2>", text)


def platform_tag() -> str | None:
    """Return the tags of this platform, None if no library is built here."""
    return TAGS.get((sys.platform, platform.machine().lower())) if sys.maxsize > 2**32 else None


def has_numba() -> bool:
    """Return whether there is a Numba, ready to install, for this Python on this platform."""
    return (
        platform_tag() is not None
        and sys.implementation.name == "cpython"
        and sys.version_info < FIRST_WITHOUT_NUMBA
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
        and not (sys.platform == "linux" and all("manylinux" not in tag for tag in platform_tags()))
    )


class LoopsHook(BuildHookInterface[WheelBuilderConfig]):
    """Compiles the loops before a wheel, or an editable one, is written."""

    def dependencies(self) -> list[str]:
        """Return what the build needs beside Hatchling: Numba, and a linker where there is none."""
        if not has_numba():
            return []
        return ["numba>=0.62", *([] if shutil.which("cc") else ["ziglang>=0.13"])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the loops; `version` is "editable" or "standard"."""
        if platform_tag() is None or find_spec("numba") is None:
            self.app.display_warning(
                "convpool: no loops are compiled, since there is no Numba for this Python and "
                "platform; everything works through NumPy"
            )
            return
        root = Path(self.root)
        if version == "editable":
            self._compile("best")
            return
        folder = root / "build" / "libraries"
        shutil.rmtree(folder, ignore_errors=True)
        self._compile("--to", str(folder))
        for path in sorted(folder.iterdir()):
            build_data["force_include"][str(path)] = (PACKAGE / path.name).as_posix()
        build_data["tag"] = f"py3-none-{platform_tag()}"
        build_data["pure_python"] = False

    def _compile(self, *words: str) -> None:
        """Run the build of the loops with these words."""
        root = Path(self.root)
        module = "convpool.engines.compiled.loops.build"
        subprocess.run(
            [sys.executable, "-m", module, str(root / "build" / "loops"), *words],
            # where Python finds the package; not by PYTHONPATH, since pip takes from the path what
            # an editable install put there
            cwd=root / "src",
            env={**os.environ, "PYTHONSAFEPATH": "", "CONVPOOL_ISA": ""},
            check=True,
        )


class ReadmeHook(MetadataHookInterface):
    """Takes README.md as the description, with absolute links where the address is known."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the readme of the project's metadata."""
        root = Path(self.root)
        text = (root / "README.md").read_text(encoding="utf-8")
        version = re.search('"(.+)"\n$', (root / VERSION).read_text(encoding="utf-8"))
        if version and (source := metadata.get("urls", {}).get("Source")):
            text = absolute_links(text, source.rstrip("/"), f"v{version[1]}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
