"""Run bits, on disk, in git's index and in archives."""

import shutil
import subprocess

import pytest

from convpool.check.rules.registry import judge
from convpool.check.submissions.task_files import CourseFolder
from convpool.check.verdicts import Outcome
from support.rule_checks import FIRST, HAS_GIT, item, items, words
from support.submissions import FILES, copy_ours


def test_run_bits_that_an_archive_does_not_tell_cannot_be_checked(folder):
    (folder / FIRST).chmod(0o644)
    judged = {
        each.task: each
        for each in judge(CourseFolder(folder, folder, keeps_run_bits=False), ["run-bit"])
    }
    assert judged[0].outcome == Outcome.UNCHECKED
    assert (
        words(judged[0])
        == f"the archive does not say which files may be run; on Linux or macOS: chmod +x {FIRST}"
    )
    assert judged[1].outcome == Outcome.HOLDS


def test_lost_run_bits_are_said(folder):
    (folder / FIRST).chmod(0o644)
    assert "may have lost it" not in words(item(folder, "run-bit"))
    for name in FILES:
        (folder / name).chmod(0o644)
    assert "uploading or unpacking may have lost it" in words(item(folder, "run-bit"))


@pytest.mark.skipif(not HAS_GIT, reason="git is missing")
def test_no_program_of_a_repository_is_run(tmp_path, folder):
    def git(*words):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)

    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    trap.chmod(0o755)
    git("init", "-q", ".")
    git("add", ".")
    hook = folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    shutil.copy(trap, hook)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "filter.x.clean", "core.editor"):
        git("config", key, str(trap))
    (folder / FIRST).chmod(0o644)
    assert item(folder, "run-bit").outcome == Outcome.HOLDS
    assert not sprung.exists()
    (folder / ".git" / "index").write_bytes(b"DIRC nonsense")
    assert item(folder, "run-bit").outcome == Outcome.FAILS


@pytest.mark.skipif(not HAS_GIT, reason="git is missing")
def test_a_clone_above_the_folder_counts(tmp_path):
    inner = tmp_path / "math" / "course"
    inner.parent.mkdir()
    copy_ours(inner)
    subprocess.run(
        ["sh", "-c", "git init -q . && git add . && chmod -x math/course/*.py"],
        cwd=tmp_path,
        check=True,
    )
    assert {each.outcome for each in items(inner, "run-bit")} == {Outcome.HOLDS}
