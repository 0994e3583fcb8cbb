"""Which files are executable according to git's index, the list of what is committed next.

Only a repository's index is read, never its configuration, which may name programs to run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from convpool.check.sandbox.limits import GIT_SECONDS

MAX_BYTES = 64_000_000  # of an index; a larger one is not read


def executable_names_in_git(folder: Path) -> frozenset[str]:
    """Return the names of the files directly in a folder that are executable in git's index.

    Empty if the folder is not in a clone, or if the index cannot be read.
    """
    folder = folder.resolve()
    clone = next(
        (parent for parent in (folder, *folder.parents) if (parent / ".git").is_dir()), None
    )
    if clone is None:
        return frozenset()
    folder_path = folder.relative_to(clone).as_posix()
    prefix = "" if folder_path == "." else f"{folder_path}/"
    paths_below = (
        path.removeprefix(prefix)
        for path in _executable_paths(clone / ".git" / "index")
        if path.startswith(prefix)
    )
    # without a slash: directly in the folder
    return frozenset(path for path in paths_below if "/" not in path)


def _executable_paths(index: Path) -> list[str]:
    """Return the paths of the executable files in an index, relative to the clone.

    [] if the index is a link, missing or too large, or if git cannot read it.
    """
    if index.is_symlink() or not index.is_file() or index.stat().st_size > MAX_BYTES:
        return []
    with tempfile.TemporaryDirectory() as empty:
        # an empty repository of our own, with their index
        for part in ("objects", "refs"):
            Path(empty, part).mkdir()
        Path(empty, "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        environment = {
            "PATH": _absolute_path(),
            "GIT_DIR": empty,
            "GIT_INDEX_FILE": str(index.resolve()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": empty,
        }
        git = shutil.which("git", path=environment["PATH"])
        if git is None:
            return []
        try:
            done = subprocess.run(
                [git, "-C", empty, "ls-files", "--stage", "-z"],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=GIT_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return []
    # each entry: "MODE OBJECT STAGE\tPATH"; 100755 is the mode of an executable file
    entries = (os.fsdecode(entry).partition("\t") for entry in done.stdout.split(b"\0"))
    return [path for details, _, path in entries if details.startswith("100755 ")]


def _absolute_path() -> str:
    """Return the PATH without relative folders, such as . which may be a submission."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if os.path.isabs(folder))
