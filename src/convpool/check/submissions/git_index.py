"""Which files git has as executable: only a repository's index is read, never its settings, which may name programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

MOST_BYTES = 64_000_000


def executable_in_git(folder: Path) -> frozenset[str]:
    """Return the names of the files directly in a folder that git's index has as executable; none without a clone."""
    folder = folder.resolve()
    clone = next(
        (parent for parent in (folder, *folder.parents) if (parent / ".git").is_dir()), None
    )
    if clone is None:
        return frozenset()
    place = folder.relative_to(clone).as_posix()
    prefix = "" if place == "." else f"{place}/"
    found = (
        name.removeprefix(prefix)
        for name in _executable(clone / ".git" / "index")
        if name.startswith(prefix)
    )
    return frozenset(name for name in found if "/" not in name)


def _executable(index: Path) -> list[str]:
    if index.is_symlink() or not index.is_file() or index.stat().st_size > MOST_BYTES:
        return []
    with tempfile.TemporaryDirectory() as empty:
        # a repository of our own around their index
        for part in ("objects", "refs"):
            Path(empty, part).mkdir()
        Path(empty, "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        settings = {
            "GIT_DIR": empty,
            "GIT_INDEX_FILE": str(index.resolve()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": empty,
        }
        words = ["git", "-C", empty, "ls-files", "--stage", "-z"]
        try:
            told = subprocess.run(
                words,
                env={"PATH": os.environ.get("PATH", os.defpath), **settings},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=20,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return []
    # each entry: mode, object, stage, a tab, the path
    entries = (os.fsdecode(entry).partition("\t") for entry in told.stdout.split(b"\0"))
    return [path for details, _, path in entries if details.startswith("100755 ")]
