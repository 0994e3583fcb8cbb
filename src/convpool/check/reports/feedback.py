"""Texts to hand back, one for each submission: their names, and when they go.

What stands in them is `feedback_text` in `text.py`, cut to what a class may see by `disclosed`.
A file beside them, INDEX, remembers whose they are, so that a second run finds the same file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from convpool.check.reports.disclosure import disclosed
from convpool.check.reports.judged_class import Class
from convpool.check.reports.text import feedback_text
from convpool.check.verdicts import Judgement
from convpool.system.whole_files import whole

FEEDBACK = ".feedback.txt"  # the end of the name of each submission's text
INDEX = ".feedback-index.json"
RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MAX_NAME = 50  # characters of a file's name before FEEDBACK; each may take four bytes


def check_folder(folder: Path) -> None:
    """Raise ValueError if the folder for the texts is a file; it need not exist."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder for the texts")


def write_feedback(
    folder: Path, judgements: Sequence[Judgement], judged: Class, disclosure: str = "case"
) -> dict[str, str]:
    """Write a text for each submission into a folder, and return submission -> name of its file.

    The folder is made if it does not exist. A submission keeps its file of an earlier run. The
    files of a complete run of the same class go whose submissions are no longer there.

    disclosure: one of DISCLOSURES.
    """
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    index = _read_index(folder)
    present = {judgement.submission for judgement in judgements}
    for name, (submission, key) in list(index.items()):
        if judged.is_complete and key == judged.key and submission not in present:
            (folder / name).unlink(missing_ok=True)
            del index[name]
    known = {submission: name for name, (submission, _) in index.items()}
    strangers = [name for name in present_order(judgements) if name not in known]
    files = known | dict(zip(strangers, file_names(strangers, index), strict=True))
    for judgement in judgements:
        text = feedback_text(disclosed(judgement, disclosure))
        for path in judged.paths:  # of the teacher's machine
            text = text.replace(f"{Path(path).resolve()}", Path(path).resolve().name)
        _write(folder / files[judgement.submission], text)
        name = files[judgement.submission]
        _, key = index.get(name, ("", judged.key))
        index[name] = (judgement.submission, key)
    _write(folder / INDEX, json.dumps(index, indent=1, sort_keys=True) + "\n")
    return {name: files[name] for name in present}


def present_order(judgements: Sequence[Judgement]) -> list[str]:
    """Return the names of the submissions in order, each once."""
    return list(dict.fromkeys(judgement.submission for judgement in judgements))


def file_names(submissions: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """Return a different file name for each submission, of letters, digits and . _ - only.

    taken: names of files that belong to others.

    >>> file_names(["Ada L.", "ada_l", "../etc"])
    ['Ada_L.feedback.txt', 'ada_l-2.feedback.txt', 'etc.feedback.txt']
    """
    names: list[str] = []
    # in lower case, as some file systems ignore case
    used = {name.removesuffix(FEEDBACK).casefold() for name in taken}
    for submission in submissions:
        cleaned = re.sub(r"[^\w.-]+", "_", submission)[:MAX_NAME].strip("._-") or "submission"
        stem = f"_{cleaned}" if RESERVED_ON_WINDOWS.match(cleaned) else cleaned
        # one of len(used) + 1 different candidates is free
        candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(used) + 2)))
        name = next(name for name in candidates if name.casefold() not in used)
        used.add(name.casefold())
        names.append(name + FEEDBACK)
    return names


def _read_index(folder: Path) -> dict[str, tuple[str, str]]:
    """Return name of a file -> (submission, key of its class), of those files that are there."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return {
            name: (str(submission), str(key))
            for name, (submission, key) in index.items()
            if name.endswith(FEEDBACK) and Path(name).name == name and (folder / name).is_file()
        }
    except (OSError, ValueError, TypeError, AttributeError):  # none yet, or damaged: a new one
        return {}


def _write(file: Path, text: str) -> None:
    """Write a text to a file that is never incomplete."""
    with whole(file, force=True) as unfinished:
        unfinished.write(text.encode("utf-8", "backslashreplace"))
