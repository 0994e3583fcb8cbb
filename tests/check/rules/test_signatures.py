"""Signatures: what differs from the brief's, and one finding for each."""

import pytest

from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support.rule_checks import item, put, words

# task: what is written for its parameters, and whether that is the brief's
SIGNATURES = [
    (3, "images, kernel, padding='same', stride=(1, 1)", ""),
    (3, 'images, kernel, padding="same", stride=(1,1)', ""),
    (3, "images, kernel, padding: str = 'same', stride=(1, 1)", ""),
    (
        3,
        "images, kernel, padding='same', stride=[1, 1]",
        "stride has the default [1, 1], not (1, 1)",
    ),
    (
        3,
        "images, kernel, padding='valid', stride=(1, 1)",
        "padding has the default 'valid', not 'same'",
    ),
    (3, "images, kernel, padding='same', stride=(1, True)", "not (1, 1)"),
    (3, "images, kernel, padding, stride", "padding has no default, not 'same'"),
    (3, "images, kernel, padding=SAME, stride=(1, 1)", "the default SAME"),
    (
        3,
        "images, kernel, stride=(1, 1), padding='same'",
        "its parameters are (images, kernel, stride, padding)",
    ),
    (3, "images, kernel, padding='same', stride=(1, 1), **more", "**more"),
    (6, "images, kernel_shape, stride, mode='max'", ""),
    (
        6,
        "images, kernel_shape, stride=(1, 1), mode='max'",
        "stride has the default (1, 1); the task asks for pool(images",
    ),
]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if True:", ""),
        ("if np is None:\n    pass\nelse:", ""),
        ("try:", "except ImportError:\n    pass\n"),
        ("try:\n    import numba\nexcept ImportError:", ""),
        ("try:\n    import numba\nexcept ImportError:\n    pass\nelse:", ""),
        ("try:\n    pass\nfinally:", ""),
        ("with open(__file__):", ""),
        ("for _ in range(1):", ""),
        ("while True:", "    break\n"),
        ("if True:\n    pass\nelif True:", ""),
    ],
)
@pytest.mark.parametrize(
    ("parameters", "holds"), [("images, kernel", True), ("images, kernels", False)]
)
def test_a_function_may_be_defined_under_a_statement(folder, before, after, parameters, holds):
    """Of the module: the brief's programs can import it then."""
    task = TASKS[0].function
    put(
        folder,
        f"import numpy as np\n{before}\n    def {task}({parameters}):\n        return "
        f"images\n{after}",
        0,
    )
    found = item(folder, "signature", 0)
    assert (found.outcome == Outcome.HOLDS) == holds
    assert holds or "its parameters are (images, kernels)" in words(found)


@pytest.mark.parametrize(("task", "parameters", "expected"), SIGNATURES)
def test_signatures(folder, task, parameters, expected):
    put(folder, f"def {TASKS[task].function}({parameters}):\n    return images\n", task)
    found = item(folder, "signature", task)
    assert (found.outcome == Outcome.HOLDS) == (not expected)
    assert expected in words(found)
