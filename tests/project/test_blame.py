"""The commits that `git blame` looks through are commits of this history."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".git-blame-ignore-revs"


def git(*words):
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_commits_to_look_through_are_in_the_history():
    """A rebase gives them other names."""
    if not FILE.exists() or git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("there is no whole history beside these tests")
    commits = [line for line in FILE.read_text("utf-8").splitlines() if line[:1] not in ("#", "")]
    assert commits
    foreign = [
        name for name in commits if git("merge-base", "--is-ancestor", name, "HEAD").returncode
    ]
    assert foreign == []
