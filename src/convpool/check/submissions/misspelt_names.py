"""Which of the seven files a name nearly stands for."""

from __future__ import annotations

import re
from difflib import get_close_matches

from convpool.check.tasks import JUDGED_FILES

CLOSE = 0.9  # similarity from which a name is taken for a misspelt one, of 1


def meant_file(name: str) -> str | None:
    """Return the one of the seven files that a name nearly stands for; None if there is none.

    It may differ in capitals, separators, a letter or two, the (1) of a second download, and what
    some editors add to the end (.txt). The digit must be right.

    >>> meant_file("0-Convolve_greyscale_valid (1).py.txt")
    '0-convolve_grayscale_valid.py'
    """
    if name in JUDGED_FILES:
        return name
    letters = _letters(name)
    by_letters = {_letters(file): file for file in JUDGED_FILES if file[0] == letters[:1]}
    near = get_close_matches(letters, by_letters, 1, CLOSE)
    return by_letters[near[0]] if near else None


def _letters(name: str) -> str:
    """Return a file name in lower case, without separators, (1), "copy of" and .txt."""
    name = re.sub(r"^copy of |\.txt$", "", name.lower())
    return re.sub(r"\(\d+\)|[-_ ]", "", name)
