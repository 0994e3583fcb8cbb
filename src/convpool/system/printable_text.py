"""Untrusted text made safe to show: characters that steer a terminal or a page are escaped."""

from __future__ import annotations

import unicodedata

# categories of Unicode: control, format (such as direction of writing), surrogate, private use, and
# those that end a line or a paragraph
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
LONGEST = 20_000  # characters of one text; an error message can have any length


def printable(text: str, keep: str = "") -> str:
    r"""Return a text with escapes for characters that cannot be seen, except those in `keep`.

    Of a text of more than LONGEST characters, only so many are returned, and the number of all.

    >>> print(printable("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} ... ({len(text)} characters)"
    return "".join(
        letter if letter in keep or _is_visible(letter) else _escape(letter) for letter in text
    )


def _is_visible(letter: str) -> bool:
    """Return whether a character can be seen, or is a space."""
    if letter.isascii() and letter.isprintable():
        return True
    return unicodedata.category(letter) not in _INVISIBLE


def _escape(letter: str) -> str:
    r"""Return a character as Python's escape for it, such as "\x1b"."""
    return letter.encode("unicode_escape").decode("ascii")


def one_line(error: BaseException) -> str:
    """Return an error's text in one line: each run of white space becomes a space."""
    return " ".join(str(error).split())
