"""Text of strangers, made safe to show: what would steer a terminal or hide in a page becomes visible."""

from __future__ import annotations

import unicodedata

# control, format (such as those that turn the direction of writing), half of a pair, not assigned
# for text
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}
LONGEST = 20_000  # characters of one text; an error message can have any length


def printable(text: str, keep: str = "") -> str:
    r"""Write the characters that are not for reading as escapes.

    >>> print(printable("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)"
    return "".join(
        letter if letter in keep or _is_seen(letter) else _escaped(letter) for letter in cut
    )


def _is_seen(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable()) or unicodedata.category(
        letter
    ) not in _UNSEEN


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
