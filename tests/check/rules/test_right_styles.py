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
    items,
    put,
    words,
    written,
)

RIGHT = {
    "no loop": written("return np.tensordot(np.array(images), kernel)"),
    "flat": written("for t in range(9):\n    i, j = divmod(t, 3)\nreturn images"),
    "two after another": written("for i in range(3):\n    pass\nfor j in range(3):\n    pass"),
    "branches": written(
        f"if kernel is None:\n    {TWO.replace(chr(10), chr(10) + '    ')}\nelse:\n    pass\n"
    ),
    "early return": EARLY_RETURN,
    "ifs that exclude each other": written(f"{CHOICES[0]}{CHOICES[1]}"),
    "elifs, then an if of the same name": written(
        f"{CHOICES[0]}el{CHOICES[1]}if type(kernel) is tuple:\n{TWO_INSIDE}"
    ),
    "the same asked twice": written(
        "if kernel == 'max':\n    for i in range(3):\n        pass\n" * 2
    ),
    "helper": written("for i in range(3):\n    row(images)", HELPER),
    "helper called twice": written(
        "row(images)\nrow(kernel)\nfor i in range(3):\n    pass", HELPER
    ),
    "helper that is not called": written(TWO, HELPER),
    "helper's name for a variable": written("row = images[0]\n" + TWO + "\nreturn row", HELPER),
    "main": written(TWO) + "\n\nif __name__ == '__main__':\n    print([n for n in range(3)])\n",
    "choice": written("return {'max': lambda x: x, 'avg': np.mean}['max'](images)"),
    "ufunc reduce": written("return np.add.reduce(images) + np.maximum.reduce(images)"),
    "sum of zip": written("return sum(images), max(zip(images, kernel)), list(range(3))"),
    "ndindex": written("for i, j in np.ndindex(3, 3):\n    pass"),
    "re-entry": written(
        "if kernel == 'same':\n    return convolve_grayscale_valid(images, 1)\n" + TWO
    ),
    "class": written(
        "return Conv(images).run()", CLASS.format(line="for i in range(3):\n            pass")
    ),
    "own convolve": written(
        TWO + "\nconvolve(images)",
        "def convolve(images):\n    '''Mine.'''\n    return images\n\n\n",
    ),
    "correlate": written("return np.correlate(images, kernel)"),
    "types": written("return images").replace(
        "(images, kernel)", "(images: np.ndarray, kernel: np.ndarray) -> 'm'"
    ),
    "imports otherwise": written("return images").replace("ceil, floor", "floor"),
    "old names": written("return images.astype(np.float) + np.bool(0)"),
    "walrus": written("if (n := len(images)) > 3:\n    return n"),
    "async in a string": written("return 'async for [i for i in j] np.convolve'"),
    "method named map": written("return images.map(kernel), np.piecewise"),
    "variable named filter": written("filter = images[0]\nreturn filter * kernel"),
    "nested function": written(
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
