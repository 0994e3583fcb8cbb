"""The command `convpool pool`: pictures made smaller, one pixel for each window."""

from __future__ import annotations

from typing import Any

import click

import convpool as package
from convpool import photos
from convpool.commands.apply_and_pool_options import FileOptions, file_options
from convpool.commands.batch import Batch
from convpool.commands.option_types import Padding, PerAxis, example
from convpool.engines.pool_modes import POOL_MODES
from convpool.photos import tiff_in_parts

# a median of colours times opacities means nothing
PICTURE_POOL_MODES = [mode for mode in POOL_MODES if mode != "median"]


@click.command(epilog=example("convpool pool cat.jpg --size 2 --mode avg -o cat-half.jpg"))
@click.option(
    "--size", type=PerAxis(), default="2", show_default=True, help="Rows and columns of a window."
)
@click.option("--mode", type=click.Choice(PICTURE_POOL_MODES), default="max", show_default=True)
@click.option("--stride", type=PerAxis(), help="Pixels from window to window; default: the size.")
@click.option("--padding", type=Padding(), default="valid", show_default=True)
@file_options
@click.pass_context
def pool(context: click.Context, /, files: FileOptions, **call: Any) -> None:
    """Pool pictures: one pixel for each window.

    PHOTO is a picture or a folder of pictures. Colours are weighted by their opacity, and the
    opacity is pooled too.
    """

    def change(photo: photos.Photo, brightness: float) -> tuple[photos.Photo, photos.Rendering]:
        return photos.pool_photo(photo, package.pool, **call)

    context.exit(Batch(files, change, tiff_in_parts.pooling(**call)).run())
