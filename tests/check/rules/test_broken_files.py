"""Broken files: one rule fails, and says why."""

import pytest

from convpool.check.verdicts import Outcome
from support.rule_checks import (
    CHOICES,
    CLASS,
    DEF,
    FIRST,
    HAS_STYLE,
    HEAD,
    HELPER,
    THREE,
    TWO,
    items,
    put,
    words,
    written,
)

# name: the file, and what fails with a part of its words
BROKEN = {
    "third loop": (
        written(THREE),
        {"loops": "for u in range(3) is one too many: two for loops are allowed, and lines"},
    ),
    "loop over images": (
        written(TWO.replace("pass", "for n in range(images.shape[0]):\n            pass")),
        {"loops": "Take all images at once"},
    ),
    "loop over the window": (
        written(THREE.replace("u in range(3)", "u in range(kh)")),
        {"loops": "whole window"},
    ),
    "loop over channels": (
        written(THREE.replace("u in range(3)", "u in range(c)")),
        {"loops": "over the channels"},
    ),
    "helper's loop": (
        written(TWO + "\nrow(images)", HELPER),
        {"loops": "for j in range(3) is one too many"},
    ),
    "loop of the module": (
        written(TWO, "TABLE = []\nfor n in range(3):\n    TABLE.append(n)\n\n\n"),
        {"loops": "one too many"},
    ),
    "lambda": (
        written("f = lambda x: [n for n in x]\nreturn f(images)"),
        {"loops": "a list", "pycodestyle": "E731"},
    ),
    "mutual recursion": (
        written(
            "return even(9)",
            "def even(n):\n    '''Even.'''\n    return n == 0 or odd(n - 1)\n\n\n"
            "def odd(n):\n    '''Odd.'''\n    return n != 0 and even(n - 1)\n\n\n",
        ),
        {"loops": "even, which calls itself (recursion)"},
    ),
    "ifs that ask for the same": (written(CHOICES[0] * 2), {"loops": "one too many"}),
    "ifs between which the name is set": (
        written(f"{CHOICES[0]}kernel = 'avg'\n{CHOICES[1]}"),
        {"loops": "one too many"},
    ),
    "ifs of two names": (
        written(CHOICES[0] + CHOICES[1].replace("kernel", "images")),
        {"loops": "one too many"},
    ),
    "ifs with an else": (
        written(f"{CHOICES[0]}else:\n    pass\n{CHOICES[1]}"),
        {"loops": "one too many"},
    ),
    "loops, then a choice": (written(TWO + "\n" + CHOICES[0]), {"loops": "one too many"}),
    "recursion": (
        written("return convolve_grayscale_valid(images[1:], kernel)"),
        {"loops": "(recursion)"},
    ),
    "method": (
        written("return Conv(images).run()", CLASS.format(line="i = [n for n in '']")),
        {"loops": "a list"},
    ),
    "method recursion": (
        written("return Conv(images).run()", CLASS.format(line="self.run()")),
        {"loops": "recursion"},
    ),
    "map": (written("return list(map(np.sum, images))"), {"loops": "map is a loop too"}),
    "filter": (written("return list(filter(None, images))"), {"loops": "filter is a loop too"}),
    "alias": (
        written("go = np.apply_along_axis\nreturn go(np.sum, 0, images)"),
        {"loops": "np.apply_along_axis"},
    ),
    "nditer": (
        written("for x in np.nditer(images):\n    pass"),
        {"loops": "np.nditer is a loop too"},
    ),
    "ndindex list": (written("return list(np.ndindex(3, 3))"), {"loops": "np.ndindex"}),
    "eval": (
        written("return eval('[i for i in images]')"),
        {"loops": "eval, which can hide a loop"},
    ),
    "decorator": (
        written("return images").replace(DEF, "@np.vectorize\n" + DEF),
        {"loops": "np.vectorize"},
    ),
    "default": (
        written(
            "return images", "def size(n=[i for i in '']):\n    '''Size.'''\n    return n\n\n\n"
        ),
        {"loops": "a list comprehension"},
    ),
    "set comprehension": (written("return {i for i in images}"), {"loops": "a set comprehension"}),
    "dict comprehension": (
        written("return {i: 1 for i in images}"),
        {"loops": "a dict comprehension"},
    ),
    "os": (
        HEAD.replace("import numpy as np", "import os\nimport numpy as np") + DEF,
        {"imports": "import os is not"},
    ),
    "numpy as n": (
        written("return images").replace("as np", "as n"),
        {"imports": "import numpy as n is not allowed"},
    ),
    "relative": (
        written("from . import convolve\nreturn convolve"),
        {"imports": "from . import convolve"},
    ),
    "renamed": (
        written("return images").replace("floor\n", "floor as fl\n"),
        {"imports": "from math import floor as fl"},
    ),
    "getattr": (
        written("return getattr(np, 'pad')(images, 1)"),
        {"no-getattr": "getattr(np, 'pad') looks a name up"},
    ),
    "vars": (written("return vars(np)['pad']"), {"no-getattr": "vars(np)"}),
    "convolve": (
        written("c = np.convolve\nreturn c(images, kernel)"),
        {"no-np-convolve": "np.convolve is not allowed"},
    ),
    "default of a parameter": (
        written(
            "return f(images)",
            "def f(images, c=np.convolve):\n    '''F.'''\n    return c(images, images)\n\n\n",
        ),
        {"no-np-convolve": "np.sum(window * kernel)"},
    ),
    "new name": (
        written("return np.permute_dims(images)"),
        {"numpy-names": "np.permute_dims came after NumPy 1.19.2"},
    ),
    "new word": (
        written("return np.mean(images, where=True)"),
        {"numpy-names": "where= of np.mean came after"},
    ),
    "no such function": (
        written("return images").replace("_valid", "_value"),
        {
            "signature": "the file has no function convolve_grayscale_valid(images, kernel); "
            "convolve_grayscale_value is"
        },
    ),
    "inside a class": (
        HEAD
        + "class Conv:\n    '''Conv.'''\n\n    "
        + DEF.replace("\n", "\n    ")
        + "    return images\n",
        {"signature": "convolve_grayscale_valid is inside another definition"},
    ),
    "keyword only": (
        written("return images").replace("images, kernel)", "images, *, kernel)"),
        {"signature": "kernel by keyword only"},
    ),
    "position only": (
        written("return images").replace("images, kernel)", "images, kernel, /)"),
        {"signature": "images, kernel by position only"},
    ),
    "more parameters": (
        written("return images").replace("kernel)", "kernel, debug=False)"),
        {"signature": "its parameters are (images, kernel, debug)"},
    ),
    "syntax": (
        written("return (images"),
        {"syntax": "Python 3.8 cannot read the file: '(' was never closed"},
    ),
    "empty docstring": (
        written("return 1").replace('"Convolve."', '" "'),
        {"function-docstring": "has no docstring"},
    ),
    "async": (
        written("return 1").replace("def ", "async def "),
        {"signature": "defined by async def"},
    ),
    "spaces": (written("return images [0]"), {"pycodestyle": "E211"}),
    "long line": (written(f"return {'1 + ' * 30}1"), {"pycodestyle": "line too long"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_ones_fail_where_they_should_and_nowhere_else(folder, name):
    text, expected = BROKEN[name]
    put(
        folder,
        text if text.endswith("\n") and not text.endswith(DEF) else text + "    return images\n",
    )
    failed = {
        each.name: each
        for each in items(folder)
        if each.outcome == Outcome.FAILS and each.task == 0
    }
    wanted = {rule for rule in expected if rule != "pycodestyle" or HAS_STYLE}
    assert set(failed) == wanted, {rule: words(each) for rule, each in failed.items()}
    for rule in wanted:
        codes = "".join(finding.code for finding in failed[rule].findings)
        assert expected[rule] in words(failed[rule]) + codes
        assert all(finding.line and finding.file == FIRST for finding in failed[rule].findings)
