"""One defect of a submission: what is changed in a file, and what the checker must find."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Change = Callable[[Path], object]  # of the task's file, in place; the result is not used


@dataclass(frozen=True)
class Broken:
    """One defect, and the items that it makes fail."""

    name: str
    task: int | None  # whose file it is in; None: the folder
    items: str  # the names of all rules and requirements that must fail, in any order
    change: Change
    base: str = "pixel_sum"  # the style in submissions/right that is changed
    # of every requirement that fails; joined by " or " if several are the same at stride 1
    reading: str = ""
    code: str = ""  # of every pycodestyle finding
    unchecked: str = ""  # what cannot be checked as a consequence
    since: tuple[int, ...] = ()  # the first Python that loads the file all the same
    raises: bool = False  # True: some arguments raise an error

    def __str__(self) -> str:
        """Return the name without blanks, as an id of a test."""
        return self.name.replace(" ", "-")


def text(*edits: str) -> Change:
    """Return a change old -> new, old -> new, ..., of texts that stand there exactly once."""

    def change(path: Path) -> None:
        """Make the edits in a file."""
        source = path.read_text(encoding="utf-8")
        for old, new in zip(edits[::2], edits[1::2], strict=True):
            assert source.count(old) == 1, f"{path.name} has {source.count(old)} times {old!r}"
            source = source.replace(old, new)
        path.write_bytes(source.encode())

    return change


def everywhere(old: str, new: str) -> Change:
    """Return a change old -> new of a text wherever it stands."""

    def change(path: Path) -> None:
        """Exchange the text in a file."""
        source = path.read_text(encoding="utf-8")
        assert old in source
        path.write_bytes(source.replace(old, new).encode())

    return change


def as_bytes(change: Callable[[bytes], bytes]) -> Change:
    """Return a change of a file from a change of its bytes."""

    def change_file(path: Path) -> None:
        """Change the bytes of a file, which must become others."""
        before = path.read_bytes()
        assert change(before) != before
        path.write_bytes(change(before))

    return change_file


def below(head: str, *lines: str) -> Change:
    """Return a change that adds lines below each line that begins with head."""
    return as_bytes(
        lambda data: b"".join(
            line + ("\n".join(lines) + "\n").encode() if line.startswith(head.encode()) else line
            for line in data.splitlines(keepends=True)
        )
    )
