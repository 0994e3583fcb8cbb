"""The command in a submission's folder, with files that are named like what Python and git need."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.submissions import copy_ours

COMMAND = Path(sys.executable).with_name("convpool")
NAMES = ("click", "rich", "numpy", "json", "convpool", "pycodestyle", "subprocess", "typing")


@pytest.mark.skipif(not COMMAND.is_file(), reason="the command is not installed beside Python")
@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_nothing_of_the_folder_runs_in_the_checker(tmp_path):
    folder = copy_ours(tmp_path / "ada")
    marker = tmp_path / "marker"
    for name in NAMES:
        text = f"open({str(marker)!r}, 'a').write({name!r})\nraise SystemExit(9)\n"
        (folder / f"{name}.py").write_text(text)
    for name in ("git", "python3.8", "uv"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {name} >> {marker}\n")
        program.chmod(0o755)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)

    def run(*command):
        environment = os.environ | {"PATH": f".{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            [*command, "check", ".", "--only", "rules", "--skip", "pycodestyle"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done, marker.exists()

    done, was_fooled = run(str(COMMAND))
    assert (done.returncode, was_fooled) == (0, False), done.stdout + done.stderr
    # what the documentation warns of, and a sign that the files above would be seen
    _, was_fooled = run(sys.executable, "-m", "convpool")
    assert was_fooled
