"""The options that `convpool apply` and `convpool pool` share, such as --quality."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import click

from convpool.commands.photo_input import max_pixels
from convpool.photos.write_picture_file import JPEG_QUALITY


class FileOptions(NamedTuple):
    """The options of `file_options`, as its help explains them.

    `picture_names` may name folders too; `max_memory` is None without the option.
    """

    picture_names: tuple[str, ...]
    output: str
    quality: int | None
    force: bool
    max_memory: str | None
    all_frames: bool


def file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options that every command on pictures takes.

    It gets them as one argument, `files`, a FileOptions.
    """

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
        click.option(
            "--all-frames",
            is_flag=True,
            help="Of films (GIF, APNG, WebP) and pages (TIFF), not only the first: into a file of "
            "one of these kinds.",
        ),
        click.option("--force", is_flag=True, help="Replace existing results."),
        click.option(
            "--quality",
            type=click.IntRange(1, 100),
            help=f"Of JPEG (default: {JPEG_QUALITY}) and WebP (default: lossless).",
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
        click.argument("picture_names", metavar="PHOTO...", nargs=-1, required=True),
    ):
        decorated = add(decorated)
    return decorated
