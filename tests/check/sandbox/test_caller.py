"""What comes back from calls in child processes."""

import os
import pathlib
import sys
import time

import numpy as np
import pytest

from convpool.check.sandbox import caller, interpreters
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from support.sandboxed import (
    FILE,
    FUNCTION,
    IMAGES,
    KERNEL,
    LIMITS,
    call_body,
    is_clean,
    write_submission,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")


# body of the function -> what is answered
PLAIN = {
    "return images.sum((1, 2))": Answer("returned", value=np.array([120.0])),
    "return images.astype('>f4')": Answer("returned", value=IMAGES.astype(">f4")),
    "return images.T": Answer("returned", value=IMAGES.T),
    "return np.matrix(kernel)": Answer("returned", value=KERNEL),
    "return np.array(3)": Answer("returned", value=np.array(3)),
    "return images[:0]": Answer("returned", value=IMAGES[:0]),
    "print('x')": Answer(
        "not an array", words="it returned nothing (None); does it end with return and the array?"
    ),
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
        SubmittedFunction(write_submission(place, text), FILE, FUNCTION), calls, python, LIMITS
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
    assert padding == (1, 2) and rest == [0.5, None] and stride == (2, 1)
    assert word is same and yes is True
    return images * 1.0
"""
    answer = caller.run(
        SubmittedFunction(write_submission(place, text), FILE, FUNCTION),
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
    folder = write_submission(
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
    "raise SystemExit(0)": "it ends the whole program, by exit or quit (SystemExit: 0), in line 1",
    "int(input())": "it waits for input(), which nobody gives here: take it as an argument; in "
    "line 1",
    "raise EOFError('at the end')": "EOFError: at the end in line 1",
}


@pytest.mark.parametrize("text", UNLOADED, ids=range(len(UNLOADED)))
def test_files_that_do_not_load(text, place, python):
    found = caller.run(
        SubmittedFunction(write_submission(place, text), FILE, FUNCTION),
        [Call((IMAGES, KERNEL))] * 2,
        python,
        LIMITS,
    )
    assert [(answer.outcome, answer.words, answer.loaded) for answer in found] == [
        ("raised", UNLOADED[text], False)
    ] * 2


def test_main_part_does_not_run_and_other_files_can_be_imported(place, python):
    write_submission(place, "def helper(images):\n    return images + 1\n", TASKS[1].file)
    head = (
        f"helper = __import__('{TASKS[1].file[:-3]}').helper\nif __name__ == '__main__':\n    "
        "raise ValueError"
    )
    np.testing.assert_array_equal(
        call_body(place, python, "return helper(images)", head=head)[0].value, IMAGES + 1
    )


def test_files_that_are_not_copied(place, python):
    folder = write_submission(place, "")
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
    assert is_clean(place)


def test_time_of_a_submission(place, python):
    deadline = time.monotonic() + 100
    assert Limits().until(deadline).task_seconds == 20
    assert 9 < Limits().until(time.monotonic() + 10).task_seconds <= 10
    answer = call_body(place, python, "return images", limits=Limits().until(time.monotonic()))[0]
    assert (answer.outcome, answer.words) == (
        "not run",
        "not run: the time for this submission was over",
    )


def test_interpreter_that_fails_is_named(place):
    broken = interpreters.Interpreter(pathlib.Path("/bin/false"), "3.8.18", "1.19.2")
    answer = call_body(place, broken, "return images")[0]
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
    *(
        {
            "kind": "answer",
            "outcome": "raised",
            "words": "",
            "line": None,
            "changed": [],
            "seconds": 0,
            "peak": 0,
            "printed": "",
            "printed_count": 0,
        }
        | change
        for change in (
            {"changed": [99]},
            {"changed": [-1]},
            {"seconds": float("nan")},
            {"seconds": -1},
            {"peak": float("inf")},
            {"line": -3},
            {"line": 10**9},
            {"words": "x" * 200_000},
            {"printed_count": "many"},
        )
    ),
    {"kind": "isolation", "words": 5},
    # a second one, which would name other walls or go on for ever
    {"kind": "isolation", "words": ["no network"]},
    {"kind": "loaded", "loaded": True},
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
from math import inf, nan
def send(frame, payload):
    for thing in gc.get_objects():
        names = getattr(thing, '__module__', ''), getattr(thing, '__name__', '')
        if names == ('__main__', 'send'):
            contents = (cell.cell_contents for cell in thing.__closure__)
            cells = dict(zip(thing.__code__.co_freevars, contents))
            text = json.dumps(frame).encode()
            lengths = struct.pack('<IQ', len(text), len(payload))
            os.write(cells['channel'], cells['token_bytes'] + lengths + text + payload)
"""
    body = f"send({frame!r}, {payload!r})\nreturn images"
    answer = call_body(place, python, body, head=head)[0]
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
    folder = write_submission(place, text)
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
