"""The command `convpool kernels`: the named kernels as a list, or drawn at work."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import convpool as package
from convpool import filters, photos
from convpool.commands.option_types import example
from convpool.commands.photo_input import max_pixels, read_photo
from convpool.photos.kernel_thumbnails import thumbnail_sheet
from convpool.system.printable_text import printable


@click.command(epilog=example("convpool kernels --sheet kernels.png --image cat.jpg"))
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="FILE.png",
    help="Draw every kernel at work.",
)
@click.option(
    "--image", type=click.Path(path_type=Path), metavar="FILE", help="The picture on the sheet."
)
@max_pixels
@click.option("--force", is_flag=True, help="Replace an existing sheet.")
def kernels(sheet: Path | None, image: Path | None, force: bool) -> None:
    """List the named kernels."""
    if sheet is None:
        if image is not None:
            raise click.UsageError("--image is the picture on the sheet: add --sheet FILE.png")
        _print_table()
        return
    photos.check_free(sheet, force=force)
    sample = None if image is None else read_photo(image).pixels
    picture = photos.Photo(thumbnail_sheet(package.filter_image, sample))
    photos.write(picture, sheet, force=force)
    click.echo(printable(f"every named kernel drawn on {sheet}"))


def _print_table() -> None:
    """Print a table with name, size, options and description of each named kernel."""
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "name", "size", "options", "what it does", box=None, pad_edge=False, header_style="bold"
    )
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for name, function in filters.NAMES.items():
        rows, columns = filters.kernel(name).shape
        options = " ".join(f"--{option}" for option in filters.options(name))
        description = (function.__doc__ or "").splitlines()[0]
        table.add_row(name, f"{rows} x {columns}", options, description)
    # in a pipe, one line for each kernel
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)
