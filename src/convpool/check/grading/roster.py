"""The roster of a class: a CSV file with a row for each student, matched with submissions."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# columns that name a student, in lower case, as Moodle, Canvas and Blackboard have them
_NAME_COLUMNS = ("name", "full name", "student", "last name", "surname", "first name")
_ID_COLUMNS = ("id", "identifier", "username", "login", "sis login id", "sis user id", "email")


@dataclass(frozen=True)
class Student:
    """One row of a roster."""

    name: str
    keys: tuple[str, ...]  # ids, logins, the part of an address before the @, in lower case


def read(path: Path) -> list[Student]:
    """Return the students of a roster.

    Raises ValueError if the file cannot be read, or has no column with names.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"the roster {path} cannot be read: {error}") from error
    if not rows or not any(key and key.strip().lower() in _NAME_COLUMNS for key in rows[0]):
        columns = ", ".join(map(str, rows[0])) if rows else "none"
        raise ValueError(
            f"the roster {path} needs a column such as name or student; its columns: {columns}"
        )
    return [student(row) for row in rows]


def student(row: Mapping[str, str]) -> Student:
    """Return the student of a row of a roster, or of a learning platform's gradebook."""
    values = {
        key.strip().lower(): value.strip()
        for key, value in row.items()
        if key and isinstance(value, str)
    }
    # reversed, so that the first name comes before the last
    name = " ".join(values[key] for key in reversed(_NAME_COLUMNS) if values.get(key))
    # Moodle's identifier is "Participant 4711"; its folders have the number alone in their names
    keys = (
        values[key].partition("@")[0].lower().removeprefix("participant ")
        for key in _ID_COLUMNS
        if values.get(key)
    )
    return Student(name, tuple(dict.fromkeys(keys)))


def match(students: Sequence[Student], submissions: Sequence[str]) -> dict[str, str]:
    """Return submission -> name of its student, where just one fits.

    A student fits if an id is a word of the submission's name, else if all words of the name are in
    it, as in lovelaceada_101.
    """
    return {
        submission: students[row].name
        for submission, row in match_rows(students, submissions).items()
    }


def match_rows(students: Sequence[Student], submissions: Sequence[str]) -> dict[str, int]:
    """Return submission -> index of its student, as `match`."""
    found = {}
    for submission in submissions:
        words = re.split(r"[\W_]+", submission.lower())
        fitting = [row for row, one in enumerate(students) if any(key in words for key in one.keys)]
        if not fitting:
            letters = _letters(submission)
            fitting = [
                row
                for row, one in enumerate(students)
                if one.name and all(_letters(word) in letters for word in one.name.split())
            ]
        if len(fitting) == 1:
            found[submission] = fitting[0]
    return found


def missing(students: Sequence[Student], matched: dict[str, str]) -> list[str]:
    """Return the names of the students without a submission, in the order of the roster."""
    present = set(matched.values())
    return [student.name for student in students if student.name not in present]


def _letters(text: str) -> str:
    """Return the letters of a text without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if letter.isalpha()).lower()
