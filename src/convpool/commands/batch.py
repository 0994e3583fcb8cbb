"""Changing many pictures with one command: options, files, progress, errors and the summary."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click

from convpool import photos
from convpool.commands.photo_input import max_pixels, read_photo
from convpool.commands.progress import with_progress
from convpool.out_of_core.tile_sizes import read_memory
from convpool.photos import tiff_in_parts
from convpool.system.printable_text import one_line, printable

Change = Callable[[photos.Photo], tuple[photos.Photo, photos.Rendering]]
InParts = Callable[[Path, Path], photos.Rendering]  # from the file to read and the file to write


class FileOptions(NamedTuple):
    """The options of `file_options`: which pictures are read, and how and where results go."""

    words: tuple[str, ...]
    output: str
    quality: int | None
    force: bool
    max_memory: str | None


def file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every command on pictures takes; the command gets them as `files`."""

    @functools.wraps(command)
    def with_files(*args: Any, **options: Any) -> None:
        files = FileOptions(*(options.pop(name) for name in FileOptions._fields))
        command(*args, files=files, **options)

    decorated: Callable[..., None] = with_files
    for add in (
        max_pixels,
        click.option(
            "--max-memory",
            metavar="SIZE",
            help="Read and write TIFF files in parts, with no more working memory than, say, "
            "256MB.",
        ),
        click.option("--force", is_flag=True, help="Replace existing results."),
        click.option(
            "--quality",
            type=click.IntRange(1, 100),
            help="Of JPEG (default: 95) and WebP (default: lossless).",
        ),
        click.option(
            "-o",
            "--output",
            required=True,
            type=click.Path(),
            metavar="OUT",
            help="A file for one picture, or a folder, written with a slash (results/); a folder "
            "for several.",
        ),
        click.argument("words", metavar="PHOTO...", nargs=-1, required=True),
    ):
        decorated = add(decorated)
    return decorated


@dataclass(frozen=True)
class Batch:
    """What is done to each picture.

    Attributes
    ----------
    files : the pictures, and where their results go
    change : from a picture to its result
    request : the same for pictures that are read and written in parts
    """

    files: FileOptions
    change: Change
    request: tiff_in_parts.Request

    def run(self) -> int:
        """Change every picture and print a summary; return the exit code.

        A picture that fails gets one line, and the others are done.
        """
        sources = photos.find_pictures(self.files.words, skip=self.files.output)
        targets = photos.destinations(sources, self.files.output)
        in_parts = self._in_parts()
        pairs = list(zip(sources, targets, strict=True))
        done: list[photos.Rendering] = []
        # pictures in parts have a bar of their own
        for source, target in pairs if in_parts else with_progress(pairs, "Pictures"):
            try:
                done.append(self._one_picture(source.path, target, in_parts))
            except (ValueError, TypeError, OSError, ArithmeticError, MemoryError) as error:
                text = one_line(error) or "not enough memory"
                has_name = str(source.path) in text or str(target) in text
                note(f"convpool: {text}" if has_name else f"convpool: {source.path}: {text}")
        if done:
            click.echo(printable(summary(done, Path(self.files.output))))
        return 0 if len(done) == len(sources) else 2

    def _in_parts(self) -> InParts | None:
        """Return what changes a picture in parts; None if memory is not limited."""
        if self.files.max_memory is None:
            return None
        read_memory(self.files.max_memory)
        return partial(
            tiff_in_parts.stream,
            request=self.request,
            max_memory=self.files.max_memory,
            force=self.files.force,
        )

    def _one_picture(
        self, source: Path, target: Path, in_parts: InParts | None
    ) -> photos.Rendering:
        """Change one picture, in parts where that is requested and possible."""
        if in_parts and source.is_file():
            reason = tiff_in_parts.refusal(source, target)
            if reason is None:
                target.parent.mkdir(parents=True, exist_ok=True)
                return in_parts(source, target)
            note(f"{source}: in memory as a whole: {reason}")
        photos.check_free(target, force=self.files.force, makes_folder=True)
        photo = read_photo(source)
        result, shown = self.change(photo)
        for text in photo.notes:
            note(f"{source}: {text}")
        target.parent.mkdir(parents=True, exist_ok=True)
        photos.write(result, target, quality=self.files.quality, force=self.files.force)
        return shown.without_pixels()


def note(text: str) -> None:
    """Print a line on standard error, above the bar; click.echo would write into it."""
    print(printable(text), file=sys.stderr)


def summary(done: Sequence[photos.Rendering], output: Path) -> str:
    """Say how many pictures were written where, and what share of the values was changed."""
    count = sum(shown.count for shown in done)
    rounded = sum(shown.rounded for shown in done)
    saturated = sum(shown.saturated for shown in done)
    head = f"{'1 picture' if len(done) == 1 else f'{len(done)} pictures'} written to {output}: "
    scales = sorted({f"{shown.scale:.3g}" for shown in done}, key=float)
    is_scaled = scales != ["1"]
    if not (rounded or saturated or is_scaled):
        return f"{head}no value rounded or saturated"
    least_and_greatest = dict.fromkeys((scales[0], scales[-1]))
    scaled = f"; scaled by {' to '.join(least_and_greatest)}" if is_scaled else ""
    rounded_share, saturated_share = _share(rounded, count), _share(saturated, count)
    return f"{head}{rounded_share} of the values rounded, {saturated_share} saturated{scaled}"


def _share(part: int, whole: int) -> str:
    """Write a share in percent."""
    percent = 100 * part / whole
    return "none" if part == 0 else "under 0.1 %" if percent < 0.1 else f"{percent:.1f} %"
