"""The command `convpool explain`: one small convolution or pooling, window by window."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from convpool import adaptive_pool
from convpool import explain as explain_call
from convpool.commands import kernel_from_text
from convpool.commands.option_types import Crop, ImageSize, Padding, PerAxis, example
from convpool.commands.photo_input import max_pixels, read_photo
from convpool.engines.pad_modes import PAD_MODES
from convpool.engines.pool_modes import POOL_MODES
from convpool.explanation import saving, text
from convpool.explanation.explanation import Explanation
from convpool.explorer import build, link_fragment
from convpool.system import whole_files
from convpool.system.printable_text import printable

Array = NDArray[Any]


class Operands(NamedTuple):
    """The options that say what is convolved or pooled; None for those that are not set."""

    image: Path | None
    crop: tuple[int, int, int | None, int | None] | None
    resize: tuple[int, int] | None
    input: tuple[int, int]
    kernel: str | None
    size: int | tuple[int, int] | None
    channels: int
    kernel_count: int
    seed: int


class OutputOptions(NamedTuple):
    """The options that say what is printed or saved, and how.

    `every` is --all; `frame` is None for all windows; `output` is None to print.
    """

    every: bool
    frame: int | None
    seconds: float
    output: Path | None
    force: bool


@click.command(
    epilog=example("convpool explain --input 5x5 --size 3x3 --padding same --stride 2 -o out.gif")
)
@click.option(
    "--input",
    type=ImageSize(),
    metavar="HxW",
    default="5x5",
    show_default=True,
    help="Size of an image of random digits.",
)
@click.option("--image", type=click.Path(path_type=Path), metavar="FILE", help="A picture instead.")
@click.option("--crop", type=Crop(), help="A part of the picture; without a corner, its middle.")
@click.option("--resize", type=ImageSize(), help="Make the picture, or its part, this small.")
@click.option(
    "--size",
    type=PerAxis(),
    help="Of a window of weights, named or random (default: 3), or of pooling (default: 2).",
)
@click.option(
    "--kernel",
    metavar='NAME|FILE.npy|"1 0 -1; ..."',
    help="A name from 'convpool kernels', a saved array, or rows of numbers; default: random.",
)
@click.option("--mode", type=click.Choice(list(POOL_MODES)), help="Pool instead, in this mode.")
@click.option(
    "--transpose",
    is_flag=True,
    help="Add each number, times the kernel, to its window: a transposed convolution.",
)
@click.option("--padding", type=Padding(), help="Default: same for a convolution, else valid.")
@click.option("--stride", type=PerAxis(), help="Default: 1; the window for pooling.")
@click.option("--dilation", type=PerAxis(), default="1", show_default=True)
@click.option(
    "--channels", type=click.IntRange(1), default=1, show_default=True, help="Of the image."
)
@click.option(
    "--kernel-count", type=click.IntRange(1), default=1, show_default=True, help="How many kernels."
)
@click.option("--groups", type=click.IntRange(1), default=1, show_default=True)
@click.option("--pad-mode", type=click.Choice(PAD_MODES), default="zeros", show_default=True)
@click.option("--fill", type=int, default=0, help="For --pad-mode constant.")
@click.option("--flip", is_flag=True, help="Flip the kernel, as in signal processing.")
@click.option("--ceil", is_flag=True, help="Of pooling: keep a last window that hangs over.")
@click.option("--count-padding", is_flag=True, help="Of average pooling: divide by padding too.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random numbers."
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
    default=saving.SECONDS,
    show_default=True,
    help="How long a .gif shows each window.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="A .gif, .svg or .png, or a .html to step through.",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@max_pixels
def explain(mode: str | None, transpose: bool, groups: int, **options: Any) -> None:
    """Show a convolution or pooling, window by window, with its numbers.

    Without -o it is printed: how the sizes follow, the first window with its sum, and the output.
    """
    operands = Operands(*(options.pop(name) for name in Operands._fields))
    outputs = OutputOptions(*(options.pop(name) for name in OutputOptions._fields))
    if outputs.frame is not None and outputs.output is None:
        raise click.UsageError("--frame goes with -o; --all prints every window")
    random = np.random.default_rng(operands.seed)
    depth = operands.kernel_count if transpose else operands.channels
    image = _image(operands, depth, random)
    if mode is not None:
        kernel: Any = _window(operands)
    else:
        c = operands.channels if transpose or image.ndim == 2 else image.shape[2]
        kernel = _kernels(operands, c, groups, random)
    explanation = explain_call(
        image, kernel, pool=mode, transpose=transpose, groups=groups, **options
    )
    if outputs.output is None:
        _print(explanation, is_every_window=outputs.every)
        return
    try:
        _save(explanation, outputs.output, outputs)
    except ValueError as error:
        raise ValueError(_in_options(str(error))) from error


def _image(operands: Operands, channels: int, random: np.random.Generator) -> Array:
    """Return a picture's pixels, (h, w) or (h, w, 3), or random digits (h, w, channels)."""
    if operands.image is None:
        if operands.crop or operands.resize:
            raise click.UsageError("--crop and --resize go with --image; --input is a size")
        return random.integers(0, 10, (*operands.input, channels), dtype=np.int8)
    if channels > 1:
        raise click.UsageError(f"{operands.image} has channels of its own: leave --channels out")
    pixels: Array = read_photo(operands.image).pixels
    if operands.crop is not None:
        pixels = _crop(pixels, *operands.crop)
    return pixels if operands.resize is None else _resize(pixels, operands.resize)


def _crop(pixels: Array, h: int, w: int, top: int | None, left: int | None) -> Array:
    """Return a part of a picture; where top and left are None, its middle."""
    height, width = pixels.shape[:2]
    top = (height - h) // 2 if top is None else top
    left = (width - w) // 2 if left is None else left
    if not (0 <= top <= height - h and 0 <= left <= width - w and h and w):
        raise ValueError(
            f"--crop {h}x{w}+{top}+{left} does not lie in a picture of {height} x {width}; "
            f"--crop {min(h, height) or 1}x{min(w, width) or 1} is in its middle"
        )
    return pixels[top : top + h, left : left + w]


def _resize(pixels: Array, size: tuple[int, int]) -> Array:
    """Return a picture in another size, as rounded means of the pixels under each new one."""
    if min(size) < 1:
        raise ValueError("--resize takes a height and a width of 1 or more")
    batch = pixels.reshape(1, *pixels.shape[:2], -1)
    means: Array = adaptive_pool(batch, size, "avg")
    rounded: Array = np.rint(means).astype(pixels.dtype)
    return rounded.reshape(*size, *pixels.shape[2:])


def _in_options(message: str) -> str:
    """Return the words of a library's error with the command's options in place of Python code."""
    message = re.sub(
        r"such as image\[:(\d+), :\d+\]", r"such as with --crop \1x\1 or --resize \1x\1", message
    )
    message = message.replace("frame=0", "--frame 0")
    return message.replace("print(explanation), which takes", "leave -o out, which takes")


def _window(operands: Operands) -> tuple[int, int]:
    """Return the size (kh, kw) of a window to pool."""
    if operands.kernel is not None:
        raise click.UsageError(
            f"pooling has no weights: leave --kernel {operands.kernel!r} out; --size is the window"
        )
    return _window_size(operands, default=2)


def _window_size(operands: Operands, default: int = 3) -> tuple[int, int]:
    """Return --size as (kh, kw); without it a square of the default."""
    size = default if operands.size is None else operands.size
    return (size, size) if isinstance(size, int) else size


def _kernels(operands: Operands, c: int, groups: int, random: np.random.Generator) -> Array:
    """Return kernels (kh, kw, c // groups, nc).

    With --kernel, all have its weights, in each channel; otherwise they are random, from -2 to 2.
    c is the number of channels of the image or, transposed, of the output.
    """
    if c % groups:
        raise ValueError(f"--groups {groups} does not divide {c} channels")
    depth, nc = c // groups, operands.kernel_count
    if operands.kernel is None:
        return random.integers(-2, 3, (*_window_size(operands), depth, nc), dtype=np.int8)
    if isinstance(operands.size, tuple):
        raise click.UsageError("--size of a named kernel is one number, such as 5")
    weights = kernel_from_text.parse(operands.kernel, operands.size)
    return np.tile(weights[..., None, None], (1, 1, depth, nc))


def _print(explanation: Explanation, *, is_every_window: bool) -> None:
    """Print the sizes and the first window, or every window; in colours on a terminal."""
    is_colored = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if is_every_window:
        for part in text.every_window(explanation, is_colored=is_colored):
            click.echo(part)
    else:
        click.echo(text.summary(explanation, is_colored=is_colored))


def _save(explanation: Explanation, path: Path, options: OutputOptions) -> None:
    """Save an explanation as a picture, and print where.

    As .html it is the explorer page, opened at a window, if that can show this operation.
    """
    frame, seconds, force = options.frame, options.seconds, options.force
    saving.check_request(explanation, path, frame, seconds)
    fragment = None
    if path.suffix.lower() == ".html":
        fragment = link_fragment.fragment_of(explanation, frame or 0)
    if fragment is None:
        explanation.save(path, frame=frame, seconds=seconds, force=force)
    else:
        whole_files.check(path, force=force)
        build.save(path, fragment=fragment, force=force)
    windows = f"{len(explanation):,} windows" if frame is None else f"window {frame}"
    click.echo(printable(f"{windows} in {path}"))
