"""The commands on pictures: apply, pool and kernels."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

import convpool as package
from convpool import filters, photos
from convpool.commands import kernel_words
from convpool.out_of_core.tile_sizes import read_memory
from convpool.photos import streaming
from convpool.system.optional_packages import needed
from convpool.system.printable_text import printable

PADDINGS = ("same", "same_lower", "same_size", "valid", "full")
PAD_MODES = ("reflect", "symmetric", "edge", "wrap", "zeros")
POOL_MODES = ("max", "min", "avg", "sum", "lp")
Change = Callable[[photos.Photo], tuple[photos.Photo, photos.Shown]]
InParts = Callable[[Path, Path], photos.Shown]


def example(words: str) -> str:
    """Return the end of a command's help: one line, not wrapped, so that it can be copied."""
    return f"\b\nExample: {words}"


def one_line(error: BaseException) -> str:
    """Return an error's words without line breaks."""
    return " ".join(str(error).split())


class PerAxis(click.ParamType[Any]):
    """A whole number, or one for rows and one for columns: 2 or 2,1."""

    name = "N|H,W"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into an int or a pair."""
        if not isinstance(value, str):
            return value
        try:
            numbers = tuple(int(word) for word in value.lower().replace("x", ",").split(","))
        except ValueError:
            numbers = ()
        if len(numbers) not in (1, 2):
            self.fail(f"{value!r} is neither a whole number nor two, such as 2 or 2,1", param, ctx)
        return numbers[0] if len(numbers) == 1 else numbers


class Padding(PerAxis):
    """A named padding, or a number of pixels per axis."""

    name = "NAME|N|H,W"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into a name, an int or a pair."""
        if value in PADDINGS:
            return value
        if isinstance(value, str) and value[:1].isalpha():
            self.fail(
                f"{value!r} is none of {', '.join(PADDINGS)}, nor a number of pixels", param, ctx
            )
        return super().convert(value, param, ctx)


def _allow_pixels(context: click.Context, parameter: click.Parameter, value: int | None) -> None:
    """Set Pillow's own limit: this process is ours."""
    if value is not None:
        needed("PIL.Image", "app").MAX_IMAGE_PIXELS = value


max_pixels = click.option(
    "--max-pixels",
    type=click.IntRange(1),
    metavar="N",
    expose_value=False,
    callback=_allow_pixels,
    help="Open pictures of up to N pixels (else about 89 million).",
)


def read_photo(path: Path) -> photos.Photo:
    """Read a picture; what libtiff writes about damaged files, beside Python, is dropped: our line says it."""
    with _errors_of_libraries_dropped():
        return photos.read(path)


@contextmanager
def _errors_of_libraries_dropped() -> Iterator[None]:
    try:
        number = sys.__stderr__.fileno()  # type: ignore[union-attr]
        kept = os.dup(number)
    except (AttributeError, OSError, ValueError):  # there is none
        yield
        return
    try:
        with open(os.devnull, "wb") as nothing:
            sys.stderr.flush()
            os.dup2(nothing.fileno(), number)
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def picture_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every command on pictures takes."""
    for add in (
        max_pixels,
        click.option(
            "--max-memory",
            metavar="SIZE",
            help="Read and write TIFF files in parts, with no more working memory than, say, "
            "256MB.",
        ),
        click.option("--force", is_flag=True, help="Replace results that are already there."),
        click.option(
            "--quality",
            type=click.IntRange(1, 100),
            help="For JPEG (else 95) and WebP (else lossless).",
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
        command = add(command)
    return command


@click.command(epilog=example("convpool apply cat.jpg --kernel sharpen -o cat-sharp.jpg"))
@click.option(
    "--kernel",
    "kernel_word",
    required=True,
    metavar='NAME|FILE.npy|"1 0 -1; ..."',
    help="A name from 'convpool kernels', a saved array, or rows of numbers.",
)
@click.option(
    "--size",
    type=int,
    help="Size of a named kernel that has one; it follows from --sigma when left out.",
)
@click.option("--sigma", type=float, help="Width in pixels (gaussian, laplacian-of-gaussian).")
@click.option(
    "--truncate", type=float, help="How many sigmas the size reaches to each side; 4 when left out."
)
@click.option("--angle", type=float, help="Degrees, counter-clockwise from the right (motion).")
@click.option("--amount", type=float, help="Strength (unsharp).")
@click.option("--padding", type=Padding(), default="same", show_default=True)
@click.option("--pad-mode", type=click.Choice(PAD_MODES), default="reflect", show_default=True)
@click.option("--stride", type=PerAxis(), default="1", show_default=True)
@click.option(
    "--signed",
    type=click.Choice(list(photos.SIGNED)),
    help="How values below 0 are shown; zero-in-the-middle for kernels that sum to 0, else clip.",
)
@picture_options
@click.pass_context
def apply(
    context: click.Context,
    words: tuple[str, ...],
    output: str,
    quality: int | None,
    force: bool,
    max_memory: str | None,
    kernel_word: str,
    size: int | None,
    sigma: float | None,
    truncate: float | None,
    angle: float | None,
    amount: float | None,
    padding: Any,
    pad_mode: str,
    stride: Any,
    signed: str | None,
) -> None:
    """Filter pictures: every channel with one kernel.

    PHOTO is a picture or a folder of pictures. Transparency is not filtered; where the size
    changes, a pixel takes the opacity at the middle of its window. Colours count as far as they can
    be seen.
    """
    if size is not None and truncate is not None:
        raise click.UsageError(
            "--size and --truncate both say how large the kernel is: leave one out"
        )
    kernel = kernel_words.parse(
        kernel_word, size, sigma=sigma, truncate=truncate, angle=angle, amount=amount
    )
    if remark := kernel_words.cut_off(size, sigma):
        _note(remark)

    def change(photo: photos.Photo) -> tuple[photos.Photo, photos.Shown]:
        return photos.filtered(
            photo,
            kernel,
            package.filter_image,
            signed,
            padding=padding,
            stride=stride,
            pad_mode=pad_mode,
        )

    asked = streaming.filtering(kernel, signed, padding=padding, stride=stride, pad_mode=pad_mode)
    context.exit(
        each_picture(words, output, change, quality, force, _in_parts(asked, max_memory, force))
    )


@click.command(epilog=example("convpool pool cat.jpg --size 2 --mode avg -o cat-half.jpg"))
@click.option(
    "--size", type=PerAxis(), default="2", show_default=True, help="Rows and columns of a window."
)
@click.option("--mode", type=click.Choice(POOL_MODES), default="max", show_default=True)
@click.option(
    "--stride", type=PerAxis(), help="Pixels from window to window; the size when left out."
)
@click.option("--padding", type=Padding(), default="valid", show_default=True)
@picture_options
@click.pass_context
def pool(
    context: click.Context,
    words: tuple[str, ...],
    output: str,
    quality: int | None,
    force: bool,
    max_memory: str | None,
    size: Any,
    mode: str,
    stride: Any,
    padding: Any,
) -> None:
    """Pool pictures: one pixel for each window.

    PHOTO is a picture or a folder of pictures. Transparency is pooled like the colours, which count
    as far as they can be seen.
    """

    def change(photo: photos.Photo) -> tuple[photos.Photo, photos.Shown]:
        return photos.pooled(photo, package.pool, size, stride, mode, padding=padding)

    asked = streaming.pooling(size, stride, mode, padding=padding)
    context.exit(
        each_picture(words, output, change, quality, force, _in_parts(asked, max_memory, force))
    )


@click.command(epilog=example("convpool kernels --sheet kernels.png --image cat.jpg"))
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="FILE.png",
    help="Draw every kernel at work.",
)
@click.option(
    "--image", type=click.Path(path_type=Path), metavar="PHOTO", help="The picture on the sheet."
)
@max_pixels
@click.option("--force", is_flag=True, help="Replace a sheet that is already there.")
def kernels(sheet: Path | None, image: Path | None, force: bool) -> None:
    """List the named kernels."""
    if sheet is None:
        if image is not None:
            raise click.UsageError("--image is the picture on the sheet: add --sheet FILE.png")
        _kernel_table()
        return
    photos.check_free(sheet, force=force)
    sample = None if image is None else read_photo(image).pixels
    photos.write(
        photos.Photo(photos.thumbnail_sheet(package.filter_image, sample)), sheet, force=force
    )
    click.echo(printable(f"every named kernel drawn on {sheet}"))


def _kernel_table() -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "name", "size", "options", "what it does", box=None, pad_edge=False, header_style="bold"
    )
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for name, function in filters.NAMES.items():
        rows, columns = filters.kernel(name).shape
        words = " ".join(f"--{word}" for word in filters.options(name))
        table.add_row(name, f"{rows} x {columns}", words, (function.__doc__ or "").splitlines()[0])
    # one line for each kernel where a program reads
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def _in_parts(asked: streaming.Request, max_memory: str | None, force: bool) -> InParts | None:
    """Return what makes a picture in parts, if memory is limited."""
    if max_memory is None:
        return None
    read_memory(max_memory)
    return partial(streaming.streamed, asked=asked, max_memory=max_memory, force=force)


def each_picture(
    words: tuple[str, ...],
    output: str,
    change: Change,
    quality: int | None,
    force: bool,
    in_parts: InParts | None,
) -> int:
    """Change every picture; what fails gets one line and the others are done. Returns the exit code."""
    found = photos.sources(words, skip=output)
    targets = photos.destinations(found, output)
    done: list[photos.Shown] = []
    pairs = list(zip(found, targets, strict=True))
    for source, target in pairs if in_parts else _with_progress(pairs):  # parts have their own bar
        try:
            shown = in_parts and _one_in_parts(source.path, target, in_parts)
            done.append(shown or _one_picture(source.path, target, change, quality, force))
        except (ValueError, TypeError, OSError, ArithmeticError, MemoryError) as error:
            said = one_line(error) or "not enough memory"
            named = str(source.path) in said or str(target) in said
            _note(f"convpool: {said}" if named else f"convpool: {source.path}: {said}")
    if done:
        click.echo(printable(_summary(done, Path(output))))
    return 0 if len(done) == len(found) else 2


def _one_in_parts(source: Path, target: Path, in_parts: InParts) -> photos.Shown | None:
    """Make a picture in parts, or say why it is made as a whole and return None."""
    reason = streaming.why_not(source, target) if source.is_file() else ""
    if reason is None:
        target.parent.mkdir(parents=True, exist_ok=True)
        return in_parts(source, target)
    if reason:
        _note(f"{source}: in memory as a whole: {reason}")
    return None


def _one_picture(
    source: Path, target: Path, change: Change, quality: int | None, force: bool
) -> photos.Shown:
    photos.check_free(target, force=force, makes_folder=True)
    photo = read_photo(source)
    result, shown = change(photo)
    for note in photo.notes:
        _note(f"{source}: {note}")
    target.parent.mkdir(parents=True, exist_ok=True)
    photos.write(result, target, quality=quality, force=force)
    return shown.counted()


def _note(words: str) -> None:
    """Say something above the bar, where click.echo would write into it."""
    print(printable(words), file=sys.stderr)


def _with_progress(pairs: list[Any]) -> Any:
    """Show a bar on a terminal, when there is more than one picture."""
    if len(pairs) < 2 or not sys.stderr.isatty():
        return pairs
    from rich.console import Console
    from rich.progress import track

    return track(pairs, "Pictures", console=Console(stderr=True), transient=True)


def _summary(done: list[photos.Shown], output: Path) -> str:
    words = ("count", "rounded", "saturated")
    count, rounded, saturated = (sum(getattr(shown, word) for shown in done) for word in words)
    number = "1 picture" if len(done) == 1 else f"{len(done)} pictures"
    scales = sorted({f"{shown.scale:.3g}" for shown in done}, key=float)
    scaled = (
        ""
        if scales == ["1"]
        else f"; scaled by {' to '.join(dict.fromkeys((scales[0], scales[-1])))}"
    )
    exact = "no value rounded or saturated" if not (rounded or saturated or scaled) else ""
    return f"{number} written to {output}: " + (
        exact
        or f"{_share(rounded, count)} of the values rounded, {_share(saturated, count)} "
        f"saturated{scaled}"
    )


def _share(part: int, whole: int) -> str:
    percent = 100 * part / whole
    return "none" if part == 0 else "under 0.1 %" if percent < 0.1 else f"{percent:.1f} %"
