"""The order of names in which student 10 comes after student 9."""

from __future__ import annotations

import re


def natural_key(name: str) -> tuple[list[tuple[int, str]], str]:
    """Return a sort key that compares digits as numbers and ignores capitals."""
    parts = [
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", name.casefold())
    ]
    return parts, name
