"""The command `convpool apply`: pictures filtered with one kernel."""

from __future__ import annotations

from typing import Any

import click

import convpool as package
from convpool import photos
from convpool.commands import kernel_from_text
from convpool.commands.apply_and_pool_options import FileOptions, file_options
from convpool.commands.batch import Batch, note
from convpool.commands.option_types import Padding, PerAxis, example
from convpool.engines.pad_modes import PAD_MODES
from convpool.photos import tiff_in_parts
from convpool.plans.filter_sizes import DEFAULT_TRUNCATE

# a constant border has no option for its value
PICTURE_PAD_MODES = [mode for mode in PAD_MODES if mode != "constant"]


@click.command(epilog=example("convpool apply cat.jpg --kernel sharpen -o cat-sharp.jpg"))
@click.option(
    "--kernel",
    required=True,
    metavar='NAME|FILE.npy|"1 0 -1; ..."',
    help="A name from 'convpool kernels', a saved array, or rows of numbers.",
)
@click.option("--size", type=int, help="Of a named kernel that has one; default: from --sigma.")
@click.option("--sigma", type=float, help="Width in pixels (gaussian, laplacian-of-gaussian).")
@click.option(
    "--truncate",
    type=float,
    help=f"How many sigmas the size reaches to each side; default: {DEFAULT_TRUNCATE:g}.",
)
@click.option("--angle", type=float, help="Degrees, counter-clockwise from the right (motion).")
@click.option("--amount", type=float, help="Strength (unsharp).")
@click.option("--padding", type=Padding(), default="same", show_default=True)
@click.option(
    "--pad-mode", type=click.Choice(PICTURE_PAD_MODES), default="reflect", show_default=True
)
@click.option("--stride", type=PerAxis(), default="1", show_default=True)
@click.option(
    "--signed",
    type=click.Choice(list(photos.SIGNED)),
    help="How values below 0 are shown; default: zero-in-the-middle for kernels that sum to 0, "
    "else clip.",
)
@click.option(
    "--gain",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    help="How many times as bright values are shown that are scaled, as those of edges.",
)
@click.option(
    "--percentile",
    type=click.FloatRange(0, 100, min_open=True),
    default=100.0,
    help="By which of the magnitudes they are scaled; default: 100, the largest. With 99.5, a few "
    "bright edges do not make the others dark.",
)
@click.option("--grey", is_flag=True, help="Filter the brightness alone: a grey picture.")
@file_options
@click.pass_context
def apply(
    context: click.Context,
    /,
    kernel: str,
    size: int | None,
    signed: str | None,
    gain: float,
    percentile: float,
    grey: bool,
    files: FileOptions,
    **options: Any,
) -> None:
    """Filter pictures: every channel with one kernel.

    PHOTO is a picture or a folder of pictures. Transparency is not filtered; where the size
    changes, a pixel takes the opacity at the middle of its window. Colours count as far as they can
    be seen.
    """
    if size is not None and options["truncate"] is not None:
        raise click.UsageError(
            "--size and --truncate both say how large the kernel is: leave one out"
        )
    call = {name: options.pop(name) for name in ("padding", "stride", "pad_mode")}
    weights = kernel_from_text.parse_one_or_two(kernel, size, **options)
    if warning := kernel_from_text.truncation_warning(size, options["sigma"]):
        note(warning)

    def change(photo: photos.Photo, brightness: float) -> tuple[photos.Photo, photos.Rendering]:
        source = photos.in_grey(photo) if grey else photo
        return photos.filter_photo(
            source, weights, package.filter_image, signed, gain * brightness, percentile, **call
        )

    request = None
    if files.max_memory is not None:
        if grey:
            raise click.UsageError("--grey and --max-memory exclude each other")
        request = tiff_in_parts.filtering(weights, signed, gain, percentile, **call)
    context.exit(Batch(files, change, request).run())
