"""The command line: words in, one library call, words out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

import convpool as package
from convpool import arguments, picture_commands
from convpool.stand_ins import Progress


class Program(click.Group):
    """A group whose commands end with one line and exit code 2 when they could not do it."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; turn the errors that the library explains into one line."""
        try:
            return super().invoke(context)
        except (ValueError, TypeError, OSError, OverflowError, ModuleNotFoundError) as error:
            click.echo(f"convpool: {error}", err=True)
            context.exit(2)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package.__version__, prog_name="convpool")
def convpool() -> None:
    """Convolution and pooling for NumPy arrays."""


for command in (picture_commands.apply, picture_commands.pool, picture_commands.kernels):
    convpool.add_command(command)


@contextmanager
def progress_bar(words: str, unit: str = "") -> Iterator[Progress]:
    """Give a function (done, total) that draws a bar on a terminal, and does nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    count = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = TextColumn("{task.description}"), BarColumn(), count, TextColumn(unit), TimeRemainingColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def data_folder(to: Path | None) -> Path:
    """Return the folder asked for, or the repository's."""
    from convpool.data import COURSE, find_repository

    if to is not None:
        return to
    repository = find_repository(Path.cwd())
    if repository is None:
        raise ValueError(f"no parent of {Path.cwd()} holds {COURSE}; name a folder, as in --to data")
    return repository / "supervised_learning" / "data"


@convpool.command(epilog="Example: convpool data --to supervised_learning/data")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Folder; default: the repository's.")
@click.option("--download", "real", is_flag=True, help="Download the real files instead.")
@click.option("--from", "files", type=click.Path(path_type=Path), multiple=True, help="Copy a file that you have.")
@click.option("--force", is_flag=True, help="Replace existing files.")
def data(to: Path | None, real: bool, files: tuple[Path, ...], force: bool) -> None:
    """Put the course's MNIST.npz and animals_1.npz where its mains look for them.

    Without an option they are stand-ins, made without a network in a few seconds from scikit-learn's handwritten digits
    and scikit-image's cat and horse: same keys, shapes and dtypes as the real ones.
    """
    from convpool import data as sets

    if real and files:
        raise click.UsageError("--download and --from exclude each other")
    folder = data_folder(to)
    if files:
        written = [sets.copy_from(file, folder, force=force) for file in files]
    elif real:
        with progress_bar("Downloading", "bytes") as progress:
            written = sets.download(folder, force=force, progress=progress)
    else:
        with progress_bar("Making stand-ins", "images") as progress:
            written = sets.make(folder, force=force, progress=progress)
    for file in written:
        click.echo(f"{file} ({file.stat().st_size / 1e6:.0f} MB)")
    if not real and not files:
        click.echo("These are stand-ins; --download fetches the real ones, --from FILE takes a file that you have.")


@convpool.command(epilog="Example: convpool demo --to slides")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Folder of the page; default: demo/.")
def demo(to: Path | None) -> None:
    """Run the course's seven functions on full-size data and draw a page of pictures, before and after.

    In a folder of the repository (the nearest one that holds math/0x04-convolutions_and_pooling) the page goes to its
    demo/; elsewhere --to names the folder, and the functions are the package's own. Missing data are made first.
    """
    from convpool import data as sets
    from convpool import demo as demonstration

    repository, pictures, folder = demonstration.find_folders(Path.cwd(), to)
    functions = demonstration.course_functions(repository)
    with progress_bar("Making data", "images") as progress:
        sets.ensure(pictures, progress)
    with progress_bar("Seven functions") as progress:
        done: list[Any] = []

        def tell(result: demonstration.TaskResult) -> None:
            done.append(result)
            click.echo(str(result))
            progress(len(done), len(demonstration.TASKS))

        demonstration.run(functions, pictures, folder, tell, stand_ins=sets.find_stand_ins(pictures))
    click.echo(f"open {(folder / 'index.html').resolve()}")


class ShapeWords(click.ParamType[Any]):
    """Sizes such as 10x28x28x1."""

    name = "SHAPE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into a tuple."""
        try:
            return tuple(int(word) for word in value.lower().split("x"))
        except ValueError:
            self.fail(f"{value!r} is no shape such as 10x28x28x1", param, ctx)


@convpool.command(epilog="Example: convpool plan --images 50000x28x28x1 --kernels 3x3x1x1 --stride 2 --padding same")
@click.option("--images", type=ShapeWords(), required=True, help="(m, *spatial, c).")
@click.option("--kernels", type=ShapeWords(), help="(*window, c // groups, nc).")
@click.option("--pool", "window", type=ShapeWords(), help="A window to pool instead, such as 2x2.")
@click.option("--mode", default="max", show_default=True, help="Of pooling: max, min, avg, sum, lp.")
@click.option("--padding", type=picture_commands.Padding(), help="Default: same; valid for pooling.")
@click.option("--stride", type=ShapeWords(), help="Default: 1; the window for pooling.")
@click.option("--dilation", type=ShapeWords(), default="1", show_default=True)
@click.option("--groups", type=int, default=1, show_default=True)
@click.option("--ceil", is_flag=True, help="Of pooling: keep a last window that hangs over.")
@click.option("--dtype", default="float64", show_default=True, help="Of images and kernels.")
def plan(
    images: tuple[int, ...],
    kernels: tuple[int, ...] | None,
    window: tuple[int, ...] | None,
    mode: str,
    padding: Any,
    stride: tuple[int, ...] | None,
    dilation: tuple[int, ...],
    groups: int,
    ceil: bool,
    dtype: str,
) -> None:
    """Print what a convolution or a pooling will do: sizes with their formulas, cost, memory."""
    if (kernels is None) == (window is None):
        raise click.UsageError("name either --kernels, such as 3x3x1x8, or --pool, such as 2x2")
    kind = arguments.dtype(dtype)
    if kernels is not None:
        words = {"padding": "same" if padding is None else padding, "stride": _one(stride or (1,)), "groups": groups}
        made: package.Plan = package.plan_convolution(
            images, kernels, **words, dilation=_one(dilation), images_dtype=kind, kernels_dtype=kind
        )
    else:
        words = {"padding": "valid" if padding is None else padding, "stride": _one(stride), "ceil": ceil}
        made = package.plan_pooling(
            images, _one(window), mode=mode, **words, dilation=_one(dilation), images_dtype=kind
        )
    click.echo(str(made))


def _one(sizes: tuple[int, ...] | None) -> Any:
    """Return one number for all axes where only one was given."""
    return sizes[0] if sizes is not None and len(sizes) == 1 else sizes
