"""Say the checker's English sentences in another language, by the table of sentences.json.

As in the explorer's tables, a sentence has places for values, such as {n}, and one that is missing
stays English. What stands in a place in capitals, such as {CAUSE}, is a sentence itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from itertools import pairwise

ENGLISH = "en"
LANGUAGES = (ENGLISH, "fr", "es")
_language = ContextVar("language", default=ENGLISH)
_PLACE = re.compile(r"\{(\w+)\}")
# what may stand in a place; in others anything without a semicolon that ends a sentence
_VALUES = {
    **dict.fromkeys("njk", r"\d+"),
    **dict.fromkeys("ab", r"\w+"),
    **dict.fromkeys(("call", "case", "code", "command", "message", "text", "why"), ".+?"),
    "dtype": r"[^\s(),]+",
    "error": r"[\w.]*(?:Error|Exception|Exit|Interrupt|Iteration|Warning)\b.*?",
    "formula": r"(?:(?!, (?:and|where|with|without|one|the) | \(of the ).)+?",
    "function": r"[\w.]+",
    "keyword": r"(?:\w+=|kernel_shape ).+",
    "numbers": r"\d[\d, ]*(?:and \d+ more)?",
    "pep": r"[CEW]\d+",
    "size": r"\d+(?: x \d+)*",
    "signature": r"\w+\(.*\)",
    **dict.fromkeys(("most", "points", "ratio", "seconds", "version"), r"[\d.]+"),
}
_OTHER_VALUE = r"(?:(?!; ).)+?"
_LABEL = re.compile(r" *(line \d+:|write:)(  .*)")
_HEADING = re.compile(
    r"after line \d+(?: \(.*\))?, add:|lines? \d+(?: to \d+)?, (?:delete|now):|write:"
)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let `say` say it in one of LANGUAGES meanwhile."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def is_english() -> bool:
    """Return whether sentences are left as they are."""
    return _language.get() == ENGLISH


def say(text: str) -> str:
    """Return an English text in the language that is spoken; as it is, if no table has it."""
    return text if is_english() else (translation(text, _language.get()) or text)


def say_lines(text: str) -> str:
    """Return lines in the language that is spoken, each by itself."""
    return "\n".join(map(say, text.split("\n")))


def say_change(change: str) -> str:
    """Return a text of `Repair.advice` in the language that is spoken.

    Its first line is a sentence, the others are headings or lines of code, which stay as they are;
    labels before these, such as "line 12:", are translated and aligned to the right.
    """
    if is_english():
        return change
    first, *lines = change.split("\n")
    labels = [match[1] if (match := _LABEL.fullmatch(line)) else "" for line in lines]
    widths = {len(say(label)) for pair in pairwise([*labels, ""]) for label in pair if label}
    advice = [say(first)]
    for line, label in zip(lines, labels, strict=True):
        if label:
            advice.append(say(label).rjust(max(widths)) + line.partition(label)[2])
        else:
            advice.append(say(line) if _HEADING.fullmatch(line) else line)
    return "\n".join(advice)


@cache
def table() -> dict[str, dict[str, str]]:
    """Return English sentence -> language -> sentence."""
    file = resources.files("convpool.check.languages").joinpath("sentences.json")
    sentences: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return sentences


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return (pattern, English sentence) of those with places, the one with most words first."""
    sentences = [sentence for sentence in table() if _PLACE.search(sentence)]
    sentences.sort(key=lambda sentence: -len(_PLACE.sub("", sentence)))
    return [(re.compile(_pattern(sentence), re.DOTALL), sentence) for sentence in sentences]


def _pattern(sentence: str) -> str:
    """Return the regular expression of a sentence with places."""
    parts = enumerate(_PLACE.split(sentence))
    return "".join(
        re.escape(part)
        if not index % 2
        else f"(?P<{part}>{'.+' if part.isupper() else _VALUES.get(part, _OTHER_VALUE)})"
        for index, part in parts
    )


@cache
def translation(text: str, language: str) -> str | None:
    """Return a text in another language; None if the table has not all of its sentences."""
    if text in table() and not _PLACE.search(text):
        return table()[text].get(language)
    for pattern, sentence in _patterns():
        for match in _matches(pattern, sentence, text):
            values = {
                name: translation(value, language) if name.isupper() else value
                for name, value in match.items()
            }
            translated = table()[sentence].get(language)
            if translated is not None and None not in values.values():
                return translated.format(**values)
    return None


def _matches(pattern: re.Pattern[str], sentence: str, text: str) -> Iterator[dict[str, str]]:
    """Yield name -> value of the places of a sentence in a text, for each way to read it."""
    if sentence.startswith("{ONE}") and sentence.endswith("{TWO}"):
        joint = sentence[len("{ONE}") : -len("{TWO}")]
        for found in re.finditer(re.escape(joint), text):
            if found.start() and found.end() < len(text):
                yield {"ONE": text[: found.start()], "TWO": text[found.end() :]}
    elif match := pattern.fullmatch(text):
        yield match.groupdict()
