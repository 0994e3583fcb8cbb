"""Files with statements that fail where they are loaded: the function is called all the same."""

import numpy as np
import pytest

from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Call, SubmittedFunction
from support.sandboxed import FILE, FUNCTION, IMAGES, KERNEL, LIMITS, call_body, write_submission

# what stands above the function -> (the problem that is told, whether it is this machine's)
HEADS = {
    "": ("", False),
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()": (
        "ModuleNotFoundError: No module named 'matplotlib'",
        True,
    ),
    "from scipy import signal": ("ModuleNotFoundError: No module named 'scipy'", True),
    "images = np.load('MNIST.npz')['X_train']\nprint(images.shape)": (
        "FileNotFoundError: [Errno 2] No such file or directory: 'MNIST.npz' in line 3",
        True,
    ),
    "get_ipython().run_line_magic('matplotlib', 'inline')": (
        "NameError: name 'get_ipython' is not defined in line 3",
        True,
    ),
    "1 / 0": ("ZeroDivisionError: division by zero in line 3", False),
    "exit()": ("it ends the whole program, by exit or quit", False),
    "from __future__ import annotations\ndef f(x: unknown): pass": ("SyntaxError", False),
}


@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
def test_the_function_is_called_all_the_same(head, place, python):
    problem, is_limit = HEADS[head]
    answer = call_body(place, python, "return images + 1", head=head)[0]
    if problem == "SyntaxError":
        assert not answer.loaded
        return
    np.testing.assert_array_equal(answer.value, IMAGES + 1)
    assert answer.load_problem.startswith(problem)
    assert bool(answer.load_problem) == bool(problem)
    assert answer.is_checkers_limit is is_limit


def test_a_missing_package_that_is_used_raises_its_error(place, python):
    head = "from scipy import signal"
    answer = call_body(place, python, "return signal.convolve(images, kernel)", head=head)[0]
    assert answer.words.startswith("ModuleNotFoundError: No module named 'scipy'")
    assert answer.line == 5


def test_pictures_are_left_out(place, python):
    head = "import matplotlib.pyplot as plt"
    body = "plt.figure(figsize=(3, 3)).add_subplot(1)\nplt.show()\nreturn images"
    assert call_body(place, python, body, head=head)[0].outcome == "returned"


def test_future_imports_hold_for_the_whole_file(place, python):
    text = (
        "from __future__ import annotations\n"
        f"def {FUNCTION}(images: unknown, kernel: tuple[int]):\n    return images\n"
    )
    function = SubmittedFunction(write_submission(place, text), FILE, FUNCTION)
    (answer,) = caller.run(function, [Call((IMAGES, KERNEL))], python, LIMITS)
    assert (answer.outcome, answer.load_problem) == ("returned", "")


def test_what_is_read_is_what_runs(place, python):
    """Another coding would turn the comment into a line of code."""
    text = (
        "# -*- coding: unicode_escape -*-\n"
        f"def {FUNCTION}(images, kernel):\n    # \\n    return images * 0\n    return images\n"
    )
    function = SubmittedFunction(write_submission(place, text), FILE, FUNCTION)
    (answer,) = caller.run(function, [Call((IMAGES, KERNEL))], python, LIMITS)
    np.testing.assert_array_equal(answer.value, IMAGES)


def test_prints_come_back_cut(place, python):
    body = "print('shape', images.shape)\nfor _ in range(9):\n    print('x' * 10**6)\nreturn images"
    first, second = call_body(place, python, body, calls=2)
    for answer in (first, second):
        assert answer.printed.startswith("shape (1, 4, 4)\nxxx")
        assert len(answer.printed) == 600
        assert answer.printed_count == 9 * (10**6 + 1) + len("shape (1, 4, 4)\n")


def test_calls_after_an_endless_one_are_made(place, python):
    body = "while images[0, 0, 0] == 1:\n    pass\nreturn images"
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    text = f"def {FUNCTION}(images, kernel):\n{lines}"
    function = SubmittedFunction(write_submission(place, text), FILE, FUNCTION)
    calls = [Call((IMAGES + number, KERNEL)) for number in (0, 1, 2)]
    limits = caller.Limits(task_seconds=8)
    answers = caller.run(function, calls, python, limits)
    assert [answer.outcome for answer in answers] == ["returned", "timed out", "returned"]
    assert answers[1].words == "no answer within 2 s of processor time"


def test_after_an_endless_one_other_kernels_come_first(place, python):
    """Otherwise those like it would use up the time of all."""
    text = f"def {FUNCTION}(images, kernel):\n    while kernel.shape == (2, 2):\n        pass\n"
    folder = write_submission(place, f"{text}    return kernel\n")
    function = SubmittedFunction(folder, FILE, FUNCTION)
    kernels = [np.ones((2, 2))] * 4 + [np.full((3, 3), 7.0), np.full((1, 3), 8.0)]
    calls = [Call((IMAGES, kernel)) for kernel in kernels]
    answers = caller.run(function, calls, python, caller.Limits(task_seconds=8))
    outcomes = [answer.outcome for answer in answers]
    assert outcomes[0] == "timed out"
    assert outcomes[3:] == ["not run"] + ["returned"] * 2
    assert [answer.value.max() for answer in answers[4:]] == [7, 8]


def test_large_results_are_not_taken(place, python):
    answer = call_body(place, python, "return np.zeros(99_000_000, np.uint8)")[0]
    assert answer.outcome == "not an array"
    assert "99000000 bytes; at most 1049856 are looked at" in answer.words
