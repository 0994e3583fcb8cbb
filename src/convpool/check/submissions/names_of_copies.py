"""What the names of folders say: several attempts of one student, or copies beside the real one."""

from __future__ import annotations

import re
from collections.abc import Sequence

# a folder with one of these words and a number is one of several attempts of one student
_ATTEMPT = re.compile(
    r"(attempt|try|trial|version|ver|v|rev|revision|upload|essai|tentative|intento|entrega|"
    r"submission)[\s_.-]*(\d+)$",
    re.IGNORECASE,
)
# a folder whose name begins with one of these words is a copy of what lies elsewhere
_COPY = re.compile(
    r"(old|older|orig|original|backup|bak|copy|copie|copia|archive|prev|previous|draft|tmp|temp|"
    r"tests?|trash|save|saved|work|wip|final|new|output|build|dist)(?![a-z])",
    re.IGNORECASE,
)
_IS_COURSE = re.compile(r"0x04|convolutions?.*pooling", re.IGNORECASE)


def attempt_number(name: str, *, is_top: bool) -> int | None:
    """Return the number of an attempt by its folder's name; None for any other folder.

    is_top: whether it lies directly in the folder that is checked, where submission_1 and
    submission_2 are two students.
    """
    found = _ATTEMPT.match(name)
    if not found or (is_top and found[1].lower() == "submission"):
        return None
    return int(found[2])


def are_attempts(names: Sequence[str], *, is_top: bool) -> bool:
    """Return whether folders of these names are attempts of one student, at least two."""
    return len(names) > 1 and all(attempt_number(name, is_top=is_top) is not None for name in names)


def is_copy(name: str) -> bool:
    """Return whether a folder's name says that it is a copy: backup, old, final, work (2)."""
    return _COPY.match(name) is not None or re.search(r"\(\d+\)$| copy$", name) is not None


def is_course(name: str) -> bool:
    """Return whether a folder has the name of the project, or nearly."""
    return _IS_COURSE.search(name) is not None
