r"""Rules about a file as a whole: first line, run bit, line ends, encoding; and the README."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convpool.check.rules.analysis.phrases import list_lines, quote_bytes
from convpool.check.rules.rule import rule
from convpool.check.submissions.task_files import UTF8_MARK, CourseFolder, TaskFile
from convpool.check.tasks import FIRST_LINE, README
from convpool.check.verdicts import Finding, UncheckedError

# a comment that names a coding, as Python finds it in the first two lines
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


@rule("folder")
def readme(course: CourseFolder) -> Iterator[Finding]:
    """There is a README.md in the folder of the project.

    Why: the task requires it, at the root of the folder of the project; an empty one says nothing.

    good: $ echo 'Convolution and pooling' > README.md
    bad: $ rm README.md
    bad: $ : > README.md
    bad: $ mv README.md readme.txt
    """
    if problem := course.readme_problem:
        yield Finding(f"{README} {problem}; write what the project is", README)


@rule("bytes")
def first_line(file: TaskFile) -> Iterator[Finding]:
    r"""The first line is exactly #!/usr/bin/env python3.

    Why: it tells the shell which program runs the file; if anything precedes it, it is a mere
        comment.

    good: b"#!/usr/bin/env python3\n"
    bad: b"#!/usr/bin/python3\n"
    bad: b"#!/usr/bin/env python3 \n"
    bad: b"\n#!/usr/bin/env python3\n"
    """
    # a carriage return or a byte order mark here is left out of `lines`: other rules find them
    actual, expected = file.lines[0], FIRST_LINE.encode()
    if actual == expected:
        return
    hint = ""
    if expected in file.lines:
        hint = f"; it stands in line {file.lines.index(expected) + 1}"
    elif actual.strip() == expected:
        hint = "; leave out the blanks around it"
    words = f"the first line is {quote_bytes(actual)}, but must be exactly '{FIRST_LINE}'{hint}"
    yield Finding(words, line=1)


@rule("bytes")
def run_bit(file: TaskFile) -> Iterator[Finding]:
    """The file is executable: it has its run bit, on disk or in git.

    Why: the files are run by their names. If a download has lost the bit, git's index still
        counts.

    good: $ chmod +x 0-convolve_grayscale_valid.py
    good: $ git init -q . && git add . && git update-index --chmod=+x *.py && chmod -x *.py
    bad: $ chmod -x 0-convolve_grayscale_valid.py
    bad: $ git init -q . && chmod -x *.py && git add .
    """
    if file.is_executable:
        return
    name = file.task.file
    if not file.course.keeps_run_bits:
        raise UncheckedError(
            f"the archive does not say which files may be run; on Linux or macOS: chmod +x {name}"
        )
    hint = "; no file here has one, so uploading or unpacking may have lost it"
    yield Finding(
        f"the file cannot be run: chmod +x {name}, and in git: git update-index --chmod=+x "
        f"{name}{'' if file.course.has_run_bits else hint}"
    )


@rule("bytes")
def final_newline(file: TaskFile) -> Iterator[Finding]:
    r"""The file ends with a new line.

    Why: the task asks for it, and wc -l does not count a line without its end.

    good: b"total = 0\n"
    bad: b"total = 0"
    bad: b"total = 0\n    "
    """
    if not file.data.endswith((b"\n", b"\r")):
        last = quote_bytes(file.lines[-1])
        words = f"the last line is {last} and has no end: add a new line after it"
        yield Finding(words, line=len(file.lines))


@rule("bytes")
def line_ends(file: TaskFile) -> Iterator[Finding]:
    r"""Lines end with LF alone, as everywhere on Linux.

    Why: with a carriage return, Linux looks for a program named python3\r and does not start the
        file.

    good: b"#!/usr/bin/env python3\n"
    bad: b"#!/usr/bin/env python3\r\n"
    bad: b"first = 0\rsecond = 1\n"
    """
    lines = file.data.removesuffix(b"\n").split(b"\n")
    numbers = [number for number, line in enumerate(lines, 1) if b"\r" in line]
    if numbers:
        where = (
            "every line ends with"
            if len(numbers) == len(lines) > 1
            else f"{list_lines(numbers)} of {len(lines)} with"
        )
        words = (
            f"{where} a carriage return (CR): save with line ends LF, or sed -i 's/\\r$//' "
            f"{file.task.file}"
        )
        yield Finding(words, line=numbers[0])


@rule("bytes")
def utf8(file: TaskFile) -> Iterator[Finding]:
    r"""The text is UTF-8, without a byte order mark, and names no other coding.

    Why: Python reads a file as UTF-8, and Linux does not see a #! after a byte order mark. With
        another coding in one of the first two lines, Python would read another text than people do.

    good: b"# caf\xc3\xa9\n"
    bad: b"# caf\xe9\n"
    good: b"# -*- coding: utf-8 -*-\n"
    bad: b"\xef\xbb\xbf#!/usr/bin/env python3\n"
    bad: b"# -*- coding: latin-1 -*-\n"
    """
    if file.data.startswith(UTF8_MARK):
        yield Finding(
            "the file begins with a byte order mark (EF BB BF): save it as UTF-8 without one",
            line=1,
        )
    for number, text in enumerate(file.lines[:2], 1):
        coding = _CODING.match(text)
        if coding and coding[1].lower().replace(b"_", b"-") not in (b"utf-8", b"utf8"):
            name = coding[1].decode("ascii")
            words = (
                f"it names the coding {name}, so that Python would read another text; leave it out"
            )
            yield Finding(words, line=number)
    try:
        file.data.decode()
    except UnicodeDecodeError as error:
        byte = f"the byte {file.data[error.start]:02X} is no UTF-8"
        line = file.data.count(b"\n", 0, error.start) + 1
        yield Finding(f"{byte}: save the file as UTF-8, or write that letter otherwise", line=line)
