"""The command `convpool explain`: one small convolution or pooling, window by window."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from convpool.commands import kernel_words
from convpool.commands.pictures import POOL_MODES, Padding, PerAxis, example, max_pixels, read_photo
from convpool.explanation import explain as explained
from convpool.explanation.explanation import Explanation
from convpool.system.printable_text import printable
from convpool.windows import PAD_MODES

Array = NDArray[Any]

SIZES = re.compile(r"(\d+)[x,](\d+)", re.IGNORECASE)


@click.command(
    epilog=example("convpool explain --input 5x5 --kernel 3x3 --padding same --stride 2 -o out.gif")
)
@click.option(
    "--input",
    "image",
    default="5x5",
    show_default=True,
    metavar="HxW|PHOTO",
    help="Its numbers are drawn by lot.",
)
@click.option(
    "--kernel",
    default="3x3",
    show_default=True,
    metavar='HxW|NAME|"1 0 -1; ..."',
    help="A size, whose weights are drawn by lot (pooling takes sizes only), or weights as for "
    "apply.",
)
@click.option("--pool", type=click.Choice(POOL_MODES), help="Pool instead.")
@click.option(
    "--transpose", is_flag=True, help="Give each number to its window: a transposed convolution."
)
@click.option("--padding", type=Padding(), help="Default: same for a convolution, else valid.")
@click.option("--stride", type=PerAxis(), help="Default: 1; the window for pooling.")
@click.option("--dilation", type=PerAxis(), default="1", show_default=True)
@click.option(
    "--channels", type=click.IntRange(1), default=1, show_default=True, help="Of the image."
)
@click.option(
    "--kernels", "count", type=click.IntRange(1), default=1, show_default=True, help="How many."
)
@click.option("--groups", type=click.IntRange(1), default=1, show_default=True)
@click.option("--pad-mode", type=click.Choice(PAD_MODES), default="zeros", show_default=True)
@click.option("--fill", type=int, default=0, help="For --pad-mode constant.")
@click.option("--flip", is_flag=True, help="Flip the kernel, as in signal processing.")
@click.option("--ceil", is_flag=True, help="Of pooling: keep a last window that hangs over.")
@click.option("--count-padding", is_flag=True, help="Of average pooling: divide by padding too.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of the numbers drawn by lot.",
)
@click.option("--all", "every", is_flag=True, help="Print every window, not just the first.")
@click.option(
    "--frame",
    type=int,
    help="Draw this window only, counted from 0 (.svg, .png), or start with it (.html).",
)
@click.option(
    "--seconds",
    type=float,
    default=0.8,
    show_default=True,
    help="How long a moving picture shows each.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="A .gif, .html, .svg or .png.",
)
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@max_pixels
def explain(
    image: str,
    kernel: str,
    pool: str | None,
    transpose: bool,
    channels: int,
    count: int,
    groups: int,
    seed: int,
    every: bool,
    frame: int | None,
    seconds: float,
    output: Path | None,
    force: bool,
    **words: Any,
) -> None:
    """Show a convolution or pooling, window by window, with its numbers.

    Without -o it is printed: how the sizes follow, the first window with its sum, and the output.
    """
    if frame is not None and output is None:
        raise click.UsageError("--frame goes with -o; --all prints every window")
    lot = np.random.default_rng(seed)
    pixels = _image(image, count if transpose else channels, lot)
    taken = (
        _window(kernel)
        if pool
        else _kernels(kernel, pixels, (channels, count, groups, transpose), lot)
    )
    made = explained(pixels, taken, pool=pool, transpose=transpose, groups=groups, **words)
    if output is None:
        _print(made, every)
        return
    made.save(output, frame=frame, seconds=seconds, force=force)
    what = f"{len(made):,} windows" if frame is None else f"window {frame}"
    click.echo(printable(f"{what} in {output}"))


def _image(words: str, channels: int, lot: np.random.Generator) -> Array:
    """Return digits of the size that the words mean, or a photo's pixels."""
    sizes = SIZES.fullmatch(words)
    if not sizes:
        if channels > 1:
            raise click.UsageError(f"{words} has channels of its own: leave --channels out")
        return read_photo(Path(words)).pixels
    return lot.integers(0, 10, (int(sizes[1]), int(sizes[2]), channels), dtype=np.int8)


def _window(words: str) -> tuple[int, int]:
    sizes = SIZES.fullmatch(words)
    if not sizes:
        raise click.UsageError(
            f"pooling has no weights: --kernel is {words!r}, but takes a size such as 2x2"
        )
    return int(sizes[1]), int(sizes[2])


def _kernels(
    words: str, pixels: Array, shape: tuple[int, int, int, bool], lot: np.random.Generator
) -> Array:
    """Return kernels (kh, kw, c // groups, nc): of small whole numbers, or the same weights in each."""
    channels, count, groups, transpose = shape
    c = pixels.shape[2] if pixels.ndim == 3 and not transpose else channels
    if c % groups:
        raise ValueError(f"--groups {groups} does not divide {c} channels")
    if sizes := SIZES.fullmatch(words):
        return lot.integers(
            -2, 3, (int(sizes[1]), int(sizes[2]), c // groups, count), dtype=np.int8
        )
    return np.tile(kernel_words.parse(words)[..., None, None], (1, 1, c // groups, count))


def _print(made: Explanation, every: bool) -> None:
    import os

    from convpool.explanation import text

    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for part in (
        text.every_window(made, is_colored=color)
        if every
        else [text.summary(made, is_colored=color)]
    ):
        click.echo(part)
