r"""Rules about a file as such: its first line, run bit, line ends, bytes; and the README beside it."""

from __future__ import annotations

from collections.abc import Iterator

from convpool.check.rules.pages import rule
from convpool.check.submissions.task_files import UTF8_MARK, Course, Source, readme_problem
from convpool.check.tasks import FIRST_LINE, README
from convpool.check.verdicts import Finding, UncheckedError


def shown(data: bytes) -> str:
    """Write bytes as a string that fits in a line."""
    text = repr(data.decode("utf-8", "backslashreplace"))
    return text if len(text) <= 60 else f"{text[:56]}...{text[0]}"


def places(lines: list[int]) -> str:
    """Write lines as in: lines 3, 9, 12 and 4 more."""
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:5]))}{more}"


@rule("folder")
def readme(course: Course) -> Iterator[Finding]:
    """A README.md stands in the folder of the project.

    Why: the brief calls it mandatory, at the root of the folder of the project; an empty one says
        nothing.

    good: $ echo 'Convolution and pooling' > README.md
    bad: $ rm README.md
    bad: $ : > README.md
    bad: $ mv README.md readme.txt
    """
    if problem := readme_problem(course):
        yield Finding(f"{README} {problem}; write what the project is", README)


@rule("bytes")
def first_line(source: Source) -> Iterator[Finding]:
    r"""The first line is exactly #!/usr/bin/env python3.

    Why: it tells the shell which program runs the file; a blank or a comment before it, and it is a
        mere comment.

    good: b"#!/usr/bin/env python3\n"
    bad: b"#!/usr/bin/python3\n"
    bad: b"#!/usr/bin/env python3 \n"
    bad: b"\n#!/usr/bin/env python3\n"
    """
    # a carriage return or a byte order mark here is the finding of its own rule
    first, wanted = source.lines[0], FIRST_LINE.encode()
    if first == wanted:
        return
    below = (
        f"; it stands in line {source.lines.index(wanted) + 1}" if wanted in source.lines else ""
    )
    around = "; leave out the blanks around it" if first.strip() == wanted else ""
    yield Finding(
        f"the first line is {shown(first)}, but must be exactly '{FIRST_LINE}'{below or around}",
        line=1,
    )


@rule("bytes")
def run_bit(source: Source) -> Iterator[Finding]:
    """The file can be run: it has its run bit, or git has it.

    Why: the brief runs files by their names. Where a download has lost the bit, git's index still
        counts.

    good: $ chmod +x 0-convolve_grayscale_valid.py
    good: $ git init -q . && git add . && git update-index --chmod=+x 0*.py && chmod -x *.py
    bad: $ chmod -x 0-convolve_grayscale_valid.py
    bad: $ git init -q . && chmod -x *.py && git add .
    """
    if source.executable:
        return
    name = source.task.file
    if not source.course.run_bits:
        raise UncheckedError(
            f"the archive does not say which files may be run; on Linux or macOS: chmod +x {name}"
        )
    lost = (
        ""
        if source.course.has_run_bits
        else "; no file here has one, so uploading or unpacking may have lost it"
    )
    yield Finding(
        f"the file cannot be run: chmod +x {name}, and in git: git update-index --chmod=+x "
        f"{name}{lost}"
    )


@rule("bytes")
def final_newline(source: Source) -> Iterator[Finding]:
    r"""The file ends with a new line.

    Why: the brief asks for it, and wc -l does not count a line without its end.

    good: b"total = 0\n"
    bad: b"total = 0"
    bad: b"total = 0\n    "
    """
    if not source.data.endswith((b"\n", b"\r")):
        last = shown(source.lines[-1])
        yield Finding(
            f"the last line is {last} and has no end: add a new line after it",
            line=len(source.lines),
        )


@rule("bytes")
def line_ends(source: Source) -> Iterator[Finding]:
    r"""Lines end with LF alone, as everywhere on Linux.

    Why: with a carriage return, Ubuntu looks for a program named python3\r and does not start the
        file.

    good: b"#!/usr/bin/env python3\n"
    bad: b"#!/usr/bin/env python3\r\n"
    bad: b"first = 0\rsecond = 1\n"
    """
    lines = source.data.removesuffix(b"\n").split(b"\n")
    found = [number for number, line in enumerate(lines, 1) if b"\r" in line]
    if found:
        where = (
            "every line ends with"
            if len(found) == len(lines) > 1
            else f"{places(found)} of {len(lines)} with"
        )
        words = (
            f"{where} a carriage return (CR): save with line ends LF, or sed -i 's/\\r$//' "
            f"{source.task.file}"
        )
        yield Finding(words, line=found[0])


@rule("bytes")
def utf8(source: Source) -> Iterator[Finding]:
    r"""The text is UTF-8, without a byte order mark.

    Why: Python reads a file as UTF-8, and Linux sees no #! behind a byte order mark.

    good: b"# caf\xc3\xa9\n"
    bad: b"# caf\xe9\n"
    bad: b"\xef\xbb\xbf#!/usr/bin/env python3\n"
    """
    if source.data.startswith(UTF8_MARK):
        yield Finding(
            "the file begins with a byte order mark (EF BB BF): save it as UTF-8 without one",
            line=1,
        )
    try:
        source.data.decode()
    except UnicodeDecodeError as error:
        byte = f"the byte {source.data[error.start]:02X} is no UTF-8"
        line = source.data.count(b"\n", 0, error.start) + 1
        yield Finding(f"{byte}: save the file as UTF-8, or write that letter otherwise", line=line)
