"""Phrases that several rules' findings share."""

from __future__ import annotations


def quote_bytes(data: bytes) -> str:
    """Return bytes as a quoted string of at most 60 characters; what is no UTF-8 is escaped."""
    text = repr(data.decode("utf-8", "backslashreplace"))
    return text if len(text) <= 60 else f"{text[:56]}...{text[0]}"


def list_lines(lines: list[int]) -> str:
    """Return line numbers in words: "line 3", or "lines 3, 9, 12, 13, 20 and 4 more"."""
    rest = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:5]))}{rest}"


def also_in(lines: list[int], template: str = " (also in {})") -> str:
    """Return line numbers put into a template: " (also in lines 3, 9)"; "" if there are none."""
    return template.format(list_lines(lines)) if lines else ""
