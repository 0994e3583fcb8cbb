"""Pictures that a command reads: the option that limits their size, and reading one quietly."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from convpool import photos
from convpool.system.optional_packages import needed


def _limit_pixels(context: click.Context, parameter: click.Parameter, value: int | None) -> None:
    """Set the option's value as Pillow's limit, for this whole process; None changes nothing."""
    if value is not None:
        needed("PIL.Image", "app").MAX_IMAGE_PIXELS = value


max_pixels = click.option(
    "--max-pixels",
    type=click.IntRange(1),
    metavar="N",
    expose_value=False,
    callback=_limit_pixels,
    help="Open pictures of up to N pixels; default: about 89 million.",
)


def read_photo(path: Path) -> photos.Photo:
    """Read a picture as `photos.read`, without what libtiff prints about damaged files.

    The error says it already.
    """
    with _without_stderr_of_libraries():
        return photos.read(path)


@contextmanager
def _without_stderr_of_libraries() -> Iterator[None]:
    """In the block, drop what is written to the standard error of the process, as C code does."""
    try:
        number = sys.__stderr__.fileno()  # type: ignore[union-attr]
        copy = os.dup(number)
    except (AttributeError, OSError, ValueError):  # there is no standard error
        yield
        return
    try:
        with open(os.devnull, "wb") as null_device:
            sys.stderr.flush()
            os.dup2(null_device.fileno(), number)
        yield
    finally:
        os.dup2(copy, number)
        os.close(copy)
