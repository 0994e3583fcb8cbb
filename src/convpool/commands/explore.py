"""The command `convpool explore`: the explorer page, as one file."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from convpool import photos
from convpool.commands.option_types import example
from convpool.commands.photo_input import max_pixels, read_photo
from convpool.explorer import build
from convpool.system.printable_text import printable


@click.command(epilog=example("convpool explore --image cat.jpg -o cat.html --open"))
@click.option(
    "--image", type=click.Path(path_type=Path), metavar="FILE", help="A picture to begin with."
)
@max_pixels
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default="explorer.html",
    show_default=True,
)
@click.option("--open", "opens_browser", is_flag=True, help="Open it in the browser.")
@click.option("--force", is_flag=True, help="Replace a file that is no explorer page.")
def explore(image: Path | None, output: Path, opens_browser: bool, force: bool) -> None:
    """Write a page to explore convolution and pooling with.

    It is one HTML file that needs no network: change the input, the kernel, padding, stride and the
    rest, and see every number; a guided tour; the same in code. Of a picture, it shows a square
    from the middle, made small.
    """
    if str(output) == "-":
        raise click.UsageError(
            "the page is a file, not standard output, which - stands for: as in -o explorer.html"
        )
    build.save(output, None if image is None else eight_bit_colour(read_photo(image)), force=force)
    click.echo(printable(f"open {output.resolve()}"))
    if opens_browser:
        webbrowser.open(output.resolve().as_uri())


def eight_bit_colour(photo: photos.Photo) -> NDArray[np.uint8]:
    """Return the pixels of a picture as (h, w, 3), uint8, without its transparency."""
    pixels = photo.pixels
    if pixels.dtype == np.uint16:
        pixels = (pixels // 257).astype(np.uint8)  # 65535 becomes 255
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
