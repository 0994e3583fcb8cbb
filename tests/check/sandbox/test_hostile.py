"""Child processes: what comes back of a call, and what hostile submissions can do: nothing that
stays.

Run by root, the hostile ones are run a second time by an ordinary user."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from itertools import product

import numpy as np
import pytest

from convpool.check.sandbox import caller, interpreters
from convpool.check.sandbox.calls import Call, SubmittedFunction
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from support.sampling import EXAMPLES, IS_FULL
from support.sandboxed import (
    FILE,
    FUNCTION,
    IMAGES,
    KERNEL,
    LIMITS,
    ROOT,
    call_body,
    is_clean,
    write_submission,
)
from support.submissions import OURS

HOSTILE = pathlib.Path(__file__).parents[2] / "hostile"


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")


# What each is answered, twice: outcomes that are right (EITHER where they depend on the user who
# runs the check), and what the words of the first have in them.
DEAD = ("died", "died")
# on a busy machine the time is extended, until a call has used its processor time; then another
# process makes the second call
LATE = ("timed out", "not run or timed out")
EITHER = "returned or raised"
ENDS = {
    "background": (("returned", "returned"), ""),
    "closes_everything": (DEAD, "closed the channel"),
    "deletes_scratch": (("returned", "returned" if ROOT else EITHER), ""),
    "dies_with_background": (DEAD, "exit code 0"),
    "endless_loop": (LATE, r"no answer within 1 s( of processor time)?$"),
    "exit_at_once": (DEAD, "exit code 0"),
    "exit_while_loading": (("died", "not run"), "exit code 0 .* while the file was being loaded"),
    "fifty_gigabytes": (("raised", "raised"), "MemoryError: .* in line 8"),
    "fills_disk": (("returned", "returned"), ""),
    "forged_result": (("died", "not run"), "something else than the answers"),
    "fork_bomb": (LATE, "no answer within 1 s"),
    "fork_some": (("raised", "raised"), "BlockingIOError"),
    "gigabyte_of_prints": (("returned", "returned"), ""),
    "ignores_signals": (LATE, "no answer within 1 s"),
    "kills_others": (("returned", "returned"), ""),
    "loop_while_loading": (LATE, "while the file was being loaded"),
    "monkeypatched_numpy": (("returned", "returned"), ""),
    "nasty_exception": (("raised", "raised"), "^NastyError in line 14$"),
    "opens_socket": (("returned", "returned"), ""),
    "own_files": (("returned", "returned"), ""),
    "reads_files": (("returned", "returned"), ""),
    "recursion": (None, "SIGSEGV|MemoryError|RecursionError|no answer"),
    "rewrites_report": (("returned", "returned"), ""),
    "returns_twice": (("returned", "returned"), ""),
    "segfault": (DEAD, "signal 11 .SIGSEGV"),
    "sys_exit": (("raised", "raised"), r"exit or quit \(SystemExit: 3\), in line 8"),
    "threads": (("returned", "raised" if ROOT else EITHER), ""),
    "too_large": (
        ("not an array", "not an array"),
        r"8000000000000 bytes; at most \d+ are looked at",
    ),
}
# by default, what an ordinary user runs, with namespaces or without
ORDINARY = (
    "dies_with_background-False",
    "fifty_gigabytes-True",
    "fork_bomb-True",
    "ignores_signals-False",
    "opens_socket-True",
    "own_files-False",
    "reads_files-True",
)
# by default, what this user runs
SAMPLED = (
    *ORDINARY,
    "endless_loop-True",
    "rewrites_report-True",
    "forged_result-True",
    "segfault-True",
)
SLOW = {
    "gigabyte_of_prints": 10
}  # seconds: the others take 1 where they end at a time-out, and 3 at most


@pytest.mark.parametrize(
    ("name", "namespaces"),
    [
        (name, namespaces)
        if f"{name}-{namespaces}" in SAMPLED
        else pytest.param(name, namespaces, marks=pytest.mark.full)
        for name, namespaces in product(ENDS, (True, False))
    ],
)
def test_hostile(name, namespaces, place, python):
    if name == "kills_others" and not (namespaces or ROOT):
        pytest.skip("an ordinary user's process may kill the one that watches it")
    if name == "rewrites_report" and not namespaces:
        pytest.skip("only walls keep a file safe that anybody may write")
    outcomes, words = ENDS[name]
    seconds = 1 if outcomes and "timed out" in outcomes else SLOW.get(name, 3)
    limits = Limits(task_seconds=seconds, processes=8, namespaces=namespaces)
    folder = write_submission(place, (HOSTILE / f"{name}.py").read_text())
    secret = place / "secret"
    secret.write_text("secret")
    shutil.copy(OURS / TASKS[1].file, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = place / "report.html"
    report.write_text("a report")
    report.chmod(0o666)
    listener = socket.create_server(("127.0.0.1", 0))
    images = {
        "reads_files": np.frombuffer(os.fsencode(secret), np.uint8),
        "rewrites_report": np.frombuffer(os.fsencode(report), np.uint8),
        "opens_socket": np.array([listener.getsockname()[1]]),
    }.get(name, IMAGES)
    answers = caller.run(
        SubmittedFunction(folder, FILE, FUNCTION), [Call((images, KERNEL))] * 2, python, limits
    )
    listener.close()
    if not namespaces and "ModuleNotFoundError" in answers[0].words:
        pytest.skip(
            answers[0].words
        )  # a Python that only root may read: nothing more can be imported
    for answer, outcome in zip(answers, outcomes or (), strict=bool(outcomes)):
        assert answer.outcome in outcome.split(" or "), answers
    assert re.search(words, answers[0].words)
    assert is_clean(place)
    isolation = answers[0].isolation
    # Linux's filter refuses sockets where there are no walls
    if name == "opens_socket" and ("no network" in isolation or sys.platform == "linux"):
        assert answers[0].value.tolist() == [0]
    elif name == "reads_files":
        assert answers[0].value.tolist() == ([0] if "own root" in isolation else [1])
    elif name == "rewrites_report":
        assert report.read_text() == "a report" or "own root" not in isolation
    elif name == "fills_disk":
        assert 0 < answers[0].value <= limits.file_bytes
    elif answers[0].outcome == "returned":
        assert (answers[0].value == 1).all()
    # the other tasks are still judged, with the files as they were
    other = caller.run(
        SubmittedFunction(folder, TASKS[1].file, TASKS[1].function),
        [Call((IMAGES, KERNEL))],
        python,
        LIMITS,
    )
    assert other[0].outcome == "returned"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_isolation_is_named(place, python):
    isolation = call_body(place, python, "return images")[0].isolation
    assert "limits" in isolation
    assert not ROOT or "unprivileged user" in isolation
    if (
        ROOT
        and subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"]).returncode
        == 0
    ):
        assert isolation == (
            "no network",
            "own process space",
            "own root",
            "unprivileged user",
            "limits",
        )
    without = call_body(place, python, "return images", limits=Limits(namespaces=False))[
        0
    ].isolation
    assert without == (("unprivileged user", "limits") if ROOT else ("limits",))


def test_root_is_given_up(place, python):
    groups = os.getgroups()
    with contextlib.suppress(PermissionError):
        os.setgroups([4])
    answer = call_body(
        place, python, "return np.array([os.getuid(), os.getgid(), len(os.getgroups())])"
    )[0]
    with contextlib.suppress(PermissionError):
        os.setgroups(groups)
    user, group, groups = answer.value.tolist()
    assert (
        (user in range(61184, 65520) and user == group and groups == 0)
        if ROOT
        else user == os.getuid()
    )


@pytest.mark.skipif(not ROOT, reason="only root becomes another user")
def test_hostile_by_an_ordinary_user():
    # An interpreter below a folder that only root may enter is shown to the user in a mount
    # namespace.
    prefix = pathlib.Path(sys.base_prefix)
    closed = next(
        (path for path in reversed(prefix.parents) if not path.stat().st_mode & 0o001), None
    )
    there = tempfile.mkdtemp()
    script = 'exec setpriv --reuid 54321 --regid 54321 --clear-groups "$@"'
    if closed:
        script = (
            f"mkdir {there}/kept {there}/open && mount --bind {prefix} {there}/kept"
            f" && mount --bind {there}/open {closed} && mkdir -p {prefix}"
            f" && mount --bind {there}/kept {prefix} && {script}"
        )
    os.chmod(there, 0o777)
    names = " or ".join(ENDS if IS_FULL else ORDINARY)
    words = [
        "-p",
        "no:cacheprovider",
        "-q",
        "--import-mode=importlib",
        f"--examples={EXAMPLES}",
        "-k",
        f"test_hostile and ({names}) or isolation or given_up",
        "-m",
        "full or not full",
    ]
    source = str(pathlib.Path(caller.__file__).parents[3])
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": source, "HOME": there, "TMPDIR": there}
    environment |= {interpreters.VARIABLE: sys.executable, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        sys.executable,
        "-m",
        "pytest",
        *words,
        __file__,
    ]
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, timeout=200
    )
    shutil.rmtree(there)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= len(ORDINARY)
