"""Untrusted text made safe to show: characters that steer a terminal or a page are escaped."""

from __future__ import annotations

import unicodedata

# categories of Unicode: control, format (such as direction of writing), surrogate, private use
_INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
LONGEST = 20_000  # characters of one text; an error message can have any length


def printable(text: str, keep: str = "") -> str:
    r"""Write characters that cannot be seen, other than those to keep, as escapes.

    >>> print(printable("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} ... ({len(text)} characters)"
    return "".join(
        letter if letter in keep or _is_visible(letter) else _escape(letter) for letter in text
    )


def _is_visible(letter: str) -> bool:
    if letter.isascii() and letter.isprintable():
        return True
    return unicodedata.category(letter) not in _INVISIBLE


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def one_line(error: BaseException) -> str:
    """Return an error's text without line breaks."""
    return " ".join(str(error).split())
