"""Unusual styles that are right: no rule finds anything."""

import pytest

from convpool.check.verdicts import Outcome
from support.rule_checks import (
    CHOICES,
    CLASS,
    EARLY_RETURN,
    HELPER,
    TWO,
    TWO_INSIDE,
    file_text,
    items,
    put,
    words,
)

RIGHT = {
    "no loop": file_text("return np.tensordot(np.array(images), kernel)"),
    "flat": file_text("for t in range(9):\n    i, j = divmod(t, 3)\nreturn images"),
    "two after another": file_text("for i in range(3):\n    pass\nfor j in range(3):\n    pass"),
    "branches": file_text(
        f"if kernel is None:\n    {TWO.replace(chr(10), chr(10) + '    ')}\nelse:\n    pass\n"
    ),
    "early return": EARLY_RETURN,
    "ifs that exclude each other": file_text(f"{CHOICES[0]}{CHOICES[1]}"),
    "elifs, then an if of the same name": file_text(
        f"{CHOICES[0]}el{CHOICES[1]}if type(kernel) is tuple:\n{TWO_INSIDE}"
    ),
    "the same asked twice": file_text(
        "if kernel == 'max':\n    for i in range(3):\n        pass\n" * 2
    ),
    "helper": file_text("for i in range(3):\n    row(images)", HELPER),
    "helper called twice": file_text(
        "row(images)\nrow(kernel)\nfor i in range(3):\n    pass", HELPER
    ),
    "helper that is not called": file_text(TWO, HELPER),
    "helper's name for a variable": file_text("row = images[0]\n" + TWO + "\nreturn row", HELPER),
    "main": file_text(TWO) + "\n\nif __name__ == '__main__':\n    print([n for n in range(3)])\n",
    "choice": file_text("return {'max': lambda x: x, 'avg': np.mean}['max'](images)"),
    "ufunc reduce": file_text("return np.add.reduce(images) + np.maximum.reduce(images)"),
    "sum of zip": file_text("return sum(images), max(zip(images, kernel)), list(range(3))"),
    "ndindex": file_text("for i, j in np.ndindex(3, 3):\n    pass"),
    "re-entry": file_text(
        "if kernel == 'same':\n    return convolve_grayscale_valid(images, 1)\n" + TWO
    ),
    "class": file_text(
        "return Conv(images).run()", CLASS.format(line="for i in range(3):\n            pass")
    ),
    "own convolve": file_text(
        TWO + "\nconvolve(images)",
        "def convolve(images):\n    '''Mine.'''\n    return images\n\n\n",
    ),
    "correlate": file_text("return np.correlate(images, kernel)"),
    "types": file_text("return images").replace(
        "(images, kernel)", "(images: np.ndarray, kernel: np.ndarray) -> 'm'"
    ),
    "imports otherwise": file_text("return images").replace("ceil, floor", "floor"),
    "old names": file_text("return images.astype(np.float) + np.bool(0)"),
    "walrus": file_text("if (n := len(images)) > 3:\n    return n"),
    "async in a string": file_text("return 'async for [i for i in j] np.convolve'"),
    "method named map": file_text("return images.map(kernel), np.piecewise"),
    "variable named filter": file_text("filter = images[0]\nreturn filter * kernel"),
    "nested function": file_text(
        "def inner():\n    '''One.'''\n    for i in range(3):\n        pass\ninner()"
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_styles_hold(folder, name):
    put(folder, RIGHT[name])
    failed = [
        f"{each.name}: {words(each)}" for each in items(folder) if each.outcome == Outcome.FAILS
    ]
    assert failed == []
