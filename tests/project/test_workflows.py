"""The workflows call make and nothing else, with targets that exist; actionlint agrees."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[2]
if not (ROOT / ".github").is_dir():
    pytest.skip("there are no workflows beside these tests", allow_module_level=True)
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())
# Alpine's image has no make
SETUP = {"apk add --no-cache make"}


def jobs(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()


def commands(path):
    return [step["run"] for job in jobs(path) for step in job.get("steps", ()) if "run" in step]


def targets(command):
    """Return the targets of a `make` line; of an expression, every word that it may become."""
    words = re.sub(r"\$\{\{(.*?)\}\}", lambda match: _words(match[1]), command).split()
    assert words[0] == "make", command
    return {word for word in words[1:] if "=" not in word}


def _words(expression):
    choices = expression.split("&&")[1]
    return " ".join(re.findall(r"'([^']+)'", choices))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("make test lint PYTHON=python", {"test", "lint"}),
        ("make ${{ matrix.os == 'w' && 'test-fast' || 'test' }} A=b", {"test-fast", "test"}),
    ],
)
def test_targets_are_found(command, expected):
    assert targets(command) == expected


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_step_is_a_make_target(path):
    for command in set(commands(path)) - SETUP:
        assert targets(command) <= TARGETS, command


def test_what_a_change_must_pass_is_run():
    run = {
        target
        for path in WORKFLOWS
        for command in set(commands(path)) - SETUP
        for target in targets(command)
    }
    assert {"test", "lint", "test-full", "wheel", "test-wheel", "test-lowest", "docs"} <= run


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_end_and_may_read_only(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in jobs(path):
        if local := job.get("uses"):
            assert (ROOT / local).is_file()
        else:
            assert job["timeout-minutes"] <= 360


def test_actionlint_finds_nothing():
    command = shutil.which("actionlint")
    if command is None:
        pytest.skip("actionlint is not installed")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
