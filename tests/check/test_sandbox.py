"""Child processes: what comes back of a call, and what hostile submissions can do: nothing that
stays.

Run by root, the hostile ones are run a second time by an ordinary user.
"""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

from convpool.check.sandbox import caller, interpreters, run_case
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from support.sampling import EXAMPLES, IS_FULL

HERE = pathlib.Path(__file__).parents[1]
COURSE = HERE.parent / "math" / "0x04-convolutions_and_pooling"
HOSTILE = HERE / "hostile"
FILE, FUNCTION = TASKS[0].file, TASKS[0].function
LIMITS = Limits(task_seconds=3, processes=8)
IMAGES, KERNEL = np.arange(16.0).reshape(1, 4, 4), np.ones((2, 2))
ROOT = hasattr(os, "getuid") and os.getuid() == 0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")

# What each is answered, twice: outcomes that are right, and what the words of the first have in
# them.
DEAD, LATE = ("died", "died"), ("timed out", "not run")
ENDS = {
    "background": (("returned", "returned"), ""),
    "closes_everything": (DEAD, "closed the channel"),
    "deletes_scratch": (("returned", "returned"), ""),
    "dies_with_background": (DEAD, "exit code 0"),
    "endless_loop": (LATE, r"no answer within 1 s$"),
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
    "returns_twice": (("returned", "returned"), ""),
    "segfault": (DEAD, "signal 11 .SIGSEGV"),
    "sys_exit": (("raised", "raised"), "SystemExit: 3 in line"),
    "threads": (("returned", "raised"), ""),
    "too_large": (("not an array", "not an array"), "8000000000000 bytes; at most 100000000"),
}
# by default, these alone are run without namespaces too
TOGETHER = (
    "background",
    "dies_with_background",
    "fork_some",
    "fork_bomb",
    "ignores_signals",
    "own_files",
    "reads_files",
)
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
SLOW = {
    "gigabyte_of_prints": 10
}  # seconds: the others take 1 where they end at a time-out, and 3 at most


@pytest.fixture
def place(monkeypatch):
    """A folder that another user can look into, and where the child's temporary folders are
    made.
    """
    folder = pathlib.Path(tempfile.mkdtemp(prefix="test-check-"))
    folder.chmod(0o755)
    (folder / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    # children are told from those of others by the path that they run
    for name in ("run_case.py", "enclosure.py"):
        shutil.copy(pathlib.Path(run_case.__file__).with_name(name), folder)
    monkeypatch.setattr(run_case, "__file__", str(folder / "run_case.py"))
    yield folder
    shutil.rmtree(folder)


def submitted(place, text, file=FILE):
    """A course folder with one file."""
    folder = place / "submission"
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    return folder


def answered(place, python, body, calls=1, arguments=(IMAGES, KERNEL), limits=LIMITS, head=""):
    """The answers of a function with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    folder = submitted(
        place,
        f"import os, sys\nimport numpy as np\n{head}\ndef {FUNCTION}(images, kernel):\n{lines}",
    )
    return caller.run(
        SubmittedFunction(folder, FILE, FUNCTION), [Call(arguments)] * calls, python, limits
    )


def nothing_left(place):
    """Whether no process of a child lives, and no temporary folder is there."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(place) in (process / "cmdline").read_bytes():
                return False
    return not list((place / "temporary").iterdir())


@pytest.mark.parametrize(
    ("name", "namespaces"),
    [(name, True) for name in ENDS] + [(name, False) for name in (ENDS if IS_FULL else TOGETHER)],
)
def test_hostile(name, namespaces, place, python):
    if name == "kills_others" and not (namespaces or ROOT):
        pytest.skip("an ordinary user's process may kill the one that watches it")
    outcomes, words = ENDS[name]
    seconds = 1 if outcomes and "timed out" in outcomes else SLOW.get(name, 3)
    limits = Limits(task_seconds=seconds, processes=8, namespaces=namespaces)
    folder = submitted(place, (HOSTILE / f"{name}.py").read_text())
    secret = place / "secret"
    secret.write_text("secret")
    shutil.copy(COURSE / TASKS[1].file, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    listener = socket.create_server(("127.0.0.1", 0))
    images = {
        "reads_files": np.frombuffer(os.fsencode(secret), np.uint8),
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
    assert outcomes is None or tuple(answer.outcome for answer in answers) == outcomes, answers
    assert re.search(words, answers[0].words)
    assert nothing_left(place)
    walls = answers[0].isolation
    if name == "opens_socket" and "no network" in walls:
        assert answers[0].value.tolist() == [0]
    elif name == "reads_files":
        assert answers[0].value.tolist() == ([0] if "own root" in walls else [1])
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


def test_walls_are_named(place, python):
    walls = answered(place, python, "return images")[0].isolation
    assert "limits" in walls
    assert not ROOT or "unprivileged user" in walls
    if (
        ROOT
        and subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"]).returncode
        == 0
    ):
        assert walls == (
            "no network",
            "own process space",
            "own root",
            "unprivileged user",
            "limits",
        )
    without = answered(place, python, "return images", limits=Limits(namespaces=False))[0].isolation
    assert without == (("unprivileged user", "limits") if ROOT else ("limits",))


def test_root_is_given_up(place, python):
    groups = os.getgroups()
    with contextlib.suppress(PermissionError):
        os.setgroups([4])
    answer = answered(
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
        f"test_hostile and ({names}) or walls or given_up",
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


# body of the function -> what is answered
PLAIN = {
    "return images.sum((1, 2))": Answer("returned", value=np.array([120.0])),
    "return images.astype('>f4')": Answer("returned", value=IMAGES.astype(">f4")),
    "return images.T": Answer("returned", value=IMAGES.T),
    "return np.matrix(kernel)": Answer("returned", value=KERNEL),
    "return np.array(3)": Answer("returned", value=np.array(3)),
    "return images[:0]": Answer("returned", value=IMAGES[:0]),
    "print('x')": Answer("not an array", words="it returned None, not an array"),
    "return [1]": Answer("not an array", words="it returned a list, not an array"),
    "return images.sum()": Answer("not an array", words="it returned a float64, not an array"),
    "return np.array([None])": Answer(
        "not an array", words="it returned an array of dtype |O, not of numbers"
    ),
    "return np.array(['a'])": Answer(
        "not an array", words="it returned an array of dtype <U1, not of numbers"
    ),
    "return images[9]": Answer(
        "raised", words="IndexError: index 9 is out of bounds for axis 0 with size 1"
    ),
    "raise ValueError": Answer("raised", words="ValueError"),
    "raise ValueError('x' * 1000)": Answer("raised", words=f"ValueError: {'x' * 300}..."),
    "images[0] = 0\nreturn kernel": Answer("returned", value=KERNEL, changed=(0,)),
    "kernel *= np.nan\nimages += 0\nreturn kernel": Answer(
        "returned", value=KERNEL * np.nan, changed=(1,)
    ),
    "images += 1\nraise ValueError": Answer("raised", words="ValueError", changed=(0,)),
}


def test_answers(place, python):
    """One file with all of them, so that one process makes the calls."""
    text = "import numpy as np\n"
    lines = []  # the last line of each function
    for number, body in enumerate(PLAIN):
        text += f"def call{number}(images, kernel):\n" + "".join(
            f"    {line}\n" for line in body.splitlines()
        )
        lines.append(text.count("\n"))
    text += (
        f"def {FUNCTION}(images, kernel, number):\n    return "
        "globals()[f'call{number}'](images, kernel)\n"
    )
    calls = [Call((IMAGES, KERNEL, number)) for number in range(len(PLAIN))]
    found = caller.run(
        SubmittedFunction(submitted(place, text), FILE, FUNCTION), calls, python, LIMITS
    )
    for answer, line, (body, expected) in zip(found, lines, PLAIN.items(), strict=True):
        raised = expected.outcome == "raised"
        words = expected.words + (f" in line {line}" if raised else "")
        assert (answer.outcome, answer.words) == (expected.outcome, words), body
        assert (answer.line, answer.changed, answer.loaded) == (
            line if raised else None,
            expected.changed,
            True,
        )
        if expected.value is not None:
            np.testing.assert_array_equal(answer.value, expected.value)
            assert answer.value.dtype == expected.value.dtype
        assert 0 <= answer.seconds < 1
        assert 10e6 < answer.peak < 500e6


def test_arguments_arrive_as_they_are(place, python):
    given = (
        np.asfortranarray(IMAGES.astype(">i2")),
        KERNEL[::-1],
        (1, np.int64(2)),
        [0.5, None],
        "same",
        True,
    )
    text = f"""
def {FUNCTION}(images, kernel, padding, rest, word, yes, stride=0):
    assert images.dtype.str == '>i2', images
    assert images.flags.f_contiguous and images.flags.writeable, images
    same = 'same'  # a student may write: padding is 'same'
    assert padding == (1, 2) and stride == (2, 1) and rest == [0.5, None]
    assert word is same and yes is True
    return images * 1.0
"""
    answer = caller.run(
        SubmittedFunction(submitted(place, text), FILE, FUNCTION),
        [Call(given, {"stride": (2, 1)})],
        python,
        LIMITS,
    )[0]
    np.testing.assert_array_equal(answer.value, IMAGES, answer.words)
    with pytest.raises(
        TypeError, match=r"set\(\) is a set; the arguments of a call may be arrays, numbers"
    ):
        caller.run(SubmittedFunction(place, FILE, FUNCTION), [Call((set(),))], python, LIMITS)


def test_next_calls_are_made_after_a_death(place, python):
    body = "if images[0, 0, 0] < 0:\n    os._exit(7)\nreturn images"
    folder = submitted(
        place, f"import os\ndef {FUNCTION}(images, kernel):\n    " + body.replace("\n", "\n    ")
    )
    calls = [Call((IMAGES + sign * 100, KERNEL)) for sign in (1, -1, 1, -1, -1, 1)]
    found = caller.run(SubmittedFunction(folder, FILE, FUNCTION), calls, python, LIMITS)
    assert [answer.outcome for answer in found] == [
        "returned",
        "died",
        "returned",
        "died",
        "died",
        "not run",
    ]
    assert found[-1].words == "not run: the process had ended 3 times before"
    assert found[1].words == "the process ended with exit code 7 before it had answered"


# text of the file -> the words of both answers
UNLOADED = {
    "def f(:": "SyntaxError: invalid syntax in line 1",
    "\nimport numpy_of_nobody": "ModuleNotFoundError: No module named 'numpy_of_nobody' in line 2",
    "\nimport pytest": "ModuleNotFoundError: No module named 'pytest': numpy is the only package "
    "here in line 2",
    "pool = 1": f"{FILE} has no function {FUNCTION}",
    f"{FUNCTION} = 1": f"{FILE} has no function {FUNCTION}",
    "raise SystemExit(0)": "SystemExit: 0 in line 1",
    "int(input())": "EOFError: nobody is here to answer input(); take what is needed as an "
    "argument, in line 1",
    "raise EOFError('at the end')": "EOFError: at the end in line 1",
}


@pytest.mark.parametrize("text", UNLOADED, ids=range(len(UNLOADED)))
def test_files_that_do_not_load(text, place, python):
    found = caller.run(
        SubmittedFunction(submitted(place, text), FILE, FUNCTION),
        [Call((IMAGES, KERNEL))] * 2,
        python,
        LIMITS,
    )
    assert [(answer.outcome, answer.words, answer.loaded) for answer in found] == [
        ("raised", UNLOADED[text], False)
    ] * 2


def test_main_part_does_not_run_and_other_files_can_be_imported(place, python):
    submitted(place, "def helper(images):\n    return images + 1\n", TASKS[1].file)
    head = (
        f"helper = __import__('{TASKS[1].file[:-3]}').helper\nif __name__ == '__main__':\n    "
        "raise ValueError"
    )
    np.testing.assert_array_equal(
        answered(place, python, "return helper(images)", head=head)[0].value, IMAGES + 1
    )


def test_files_that_are_not_copied(place, python):
    folder = submitted(place, "")
    (folder / FILE).unlink()
    secret = place / "secret.py"
    secret.write_text("")

    def words():
        answer = caller.run(
            SubmittedFunction(folder, FILE, FUNCTION), [Call((IMAGES, KERNEL))], python, LIMITS
        )[0]
        assert (answer.outcome, answer.loaded) == ("not run", False)
        return answer.words

    assert words() == f"not run: there is no file {FILE}"
    (folder / FILE).symlink_to(secret)
    assert words() == f"not run: {FILE} is a link that leads out of the folder"
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)
    assert words() == f"not run: there is no file {FILE}"
    (folder / FILE).unlink()
    (folder / FILE).write_text("#" * 1000001)
    assert words() == f"not run: {FILE} is longer than 1000000 bytes"
    assert nothing_left(place)


def test_time_of_a_submission(place, python):
    deadline = time.monotonic() + 100
    assert Limits().until(deadline).task_seconds == 20
    assert 9 < Limits().until(time.monotonic() + 10).task_seconds <= 10
    answer = answered(place, python, "return images", limits=Limits().until(time.monotonic()))[0]
    assert (answer.outcome, answer.words) == (
        "not run",
        "not run: the time for this submission was over",
    )


def test_interpreter_that_fails_is_named(place):
    broken = interpreters.Interpreter(pathlib.Path("/bin/false"), "3.8.18", "1.19.2")
    answer = answered(place, broken, "return images")[0]
    assert (answer.outcome, answer.words) == (
        "not run",
        "not run: the process ended early: it said nothing",
    )


# frames that a submission could send with a token that it found: none may do more than end its own
# task
FORGED = [
    {
        "kind": "answer",
        "outcome": "died",
        "words": "",
        "line": None,
        "changed": [],
        "seconds": 0,
        "peak": 0,
    },
    {
        "kind": "answer",
        "outcome": "returned",
        "words": "",
        "line": None,
        "changed": [],
        "seconds": 0,
        "peak": 0,
    },
    {"kind": "isolation", "words": 5},
    {"kind": "loaded", "loaded": "maybe"},
    {"kind": "steps", "steps": [[1]]},
    {"kind": "end", "status": "0"},
    {"kind": "?"},
    [],
]
HUGE = (
    b"\x93NUMPY\x01\x00\x76\x00"
    + b"{'descr': '<f8', 'fortran_order': False, 'shape': (6250000000,), }".ljust(117)
    + b"\n"
)
TEXT = HUGE.replace(b"<f8", b"<U2").replace(b"6250000000,", b"1,         ") + bytes(8)
OBJECTS = HUGE.replace(b"<f8", b"|O").replace(b"6250000000,", b"1,         ")


@pytest.mark.parametrize(
    ("frame", "payload"),
    [(frame, b"") for frame in FORGED]
    + [(FORGED[1], payload) for payload in (HUGE, OBJECTS, TEXT, HUGE[:20])],
    ids=range(len(FORGED) + 4),
)
def test_frames_that_make_no_sense(frame, payload, place, python):
    head = """
import gc, json, struct
def send(frame, payload):
    for thing in gc.get_objects():
        names = [getattr(thing, name, '') for name in ('__name__', '__module__')]
        if names == ['send', '__main__']:
            values = (cell.cell_contents for cell in thing.__closure__)
            cells = dict(zip(thing.__code__.co_freevars, values))
            text = json.dumps(frame).encode()
            sizes = struct.pack('<IQ', len(text), len(payload))
            os.write(cells['channel'], cells['key'] + sizes + text + payload)
"""
    body = f"send({frame!r}, {payload!r})\nreturn images"
    answer = answered(place, python, body, head=head)[0]
    assert answer.outcome == "died"
    assert answer.words == "something else than the answers was written to where they come back"


def test_follow(place, python):
    text = f"""
def {FUNCTION}(images, kernel):
    total = 0
    output = images * 0
    for i in range(2):
        total += helper(i)
        output[0, 3, i] = total
    return output


def helper(value):
    return value + 1
"""
    folder = submitted(place, text)
    found = caller.follow(
        SubmittedFunction(folder, FILE, FUNCTION), Call((IMAGES, KERNEL)), python, LIMITS
    )
    assert found.complete
    assert found.answer.value[0, 3].tolist() == [1, 3, 0, 0]
    kernel = "f8 (2, 2) [[1. 1.]\n [1. 1.]]"
    steps = [(step.line, step.function, step.values) for step in found.steps]
    assert (steps[0][:2], steps[0][2]["kernel"]) == ((2, FUNCTION), kernel)
    assert steps[1] == (3, FUNCTION, {"total": "0"})
    assert steps[2][2]["output"].startswith("f8 (1, 4, 4) [[[0. 0.")
    assert steps[3:10] == [
        (5, FUNCTION, {"i": "0"}),
        (6, FUNCTION, {"total": "1"}),
        (11, "helper", {"value": "0"}),
        (12, "helper", {}),
        (7, FUNCTION, {"output": "[0, 3, 0] = 1.0"}),
        (5, FUNCTION, {"i": "1"}),
        (6, FUNCTION, {"total": "3"}),
    ]
    some = caller.follow(
        SubmittedFunction(folder, FILE, FUNCTION), Call((IMAGES, KERNEL)), python, LIMITS, steps=5
    )
    assert (len(some.steps), some.complete, some.answer.outcome) == (5, False, "returned")
    failed = caller.follow(
        SubmittedFunction(folder, FILE, FUNCTION), Call((IMAGES, KERNEL, 1)), python, LIMITS
    )
    assert (failed.answer.outcome, failed.steps, failed.complete) == ("raised", (), True)


def test_interpreters(monkeypatch, tmp_path):
    found = interpreters.find(sys.executable)
    assert (
        str(found)
        == f"Python {'.'.join(map(str, sys.version_info[:3]))} with NumPy {np.__version__}"
    )
    assert found.is_the_briefs is False
    assert interpreters.Interpreter(pathlib.Path("x"), "3.8.18", "1.19.2").is_the_briefs
    monkeypatch.setenv(interpreters.VARIABLE, sys.executable)
    assert interpreters.find() == found
    shim = tmp_path / "python3.8"
    shim.write_text("#!/bin/sh\necho no such version >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv(interpreters.VARIABLE)
    (tmp_path / "json.py").write_text("raise SystemError")  # a submission's, in the current folder
    monkeypatch.chdir(tmp_path)
    default = interpreters.find()
    assert default.is_the_briefs or default.path == found.path
    assert any("no such version" in words for words in default.skipped) or "3.8" in str(
        default.path
    )


def test_interpreters_that_will_not_do(monkeypatch, tmp_path):
    would_do = "; name a Python 3.8 with NumPy 1.19.2, or any other with NumPy"

    def words(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        with pytest.raises(ValueError, match=re.escape(would_do)) as error:
            interpreters.find(str(path))
        return str(error.value).replace(str(path), "X").replace(would_do, "")

    assert (
        words("echo no such version >&2; exit 127")
        == "X does not start as a Python: no such version"
    )
    assert words("exit 0") == "X does not start as a Python: it says nothing"
    monkeypatch.setattr(interpreters, "START_SECONDS", 0.2)
    assert words("exec sleep 5").endswith("timed out after 0.2 seconds")
    monkeypatch.setattr(interpreters, "START_SECONDS", 30)
    assert "without NumPy (ModuleNotFoundError: No module named 'numpy')" in words(
        f'exec {sys.executable} -S "$@"'
    )
    with pytest.raises(
        ValueError,
        match=r"^'python of nobody' is no program that can be started; name a Python 3.8",
    ):
        interpreters.find("python of nobody")
