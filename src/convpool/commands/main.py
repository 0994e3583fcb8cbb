"""The command line: words in, one library call, words out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

import convpool as package
from convpool.commands import check, explain, explore
from convpool.commands import pictures as picture_commands
from convpool.commands.pictures import example, one_line
from convpool.commands.progress import progress_bar
from convpool.plans import arguments
from convpool.system.printable_text import printable


class Program(click.Group):
    """A group whose commands end with one line and exit code 2 when they could not do it."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the words before the command's name."""
        with errors_in_one_line():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Read the command's words and run it."""
        with errors_in_one_line():
            return super().invoke(ctx)


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn wrong words, the errors that the library explains, and a stop into one line and exit code 2."""
    try:
        yield
    except (click.exceptions.NoArgsIsHelpError, BrokenPipeError):
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "convpool"
        said = (
            f"{command}: {' '.join(error.format_message().split()).rstrip('.')} (see "
            f"{command} --help)"
        )
    except (ValueError, TypeError, OSError, ArithmeticError, ModuleNotFoundError) as error:
        said = f"convpool: {one_line(error)}"
    except MemoryError as error:
        said = f"convpool: {one_line(error) or 'not enough memory'}"
    except KeyboardInterrupt:
        said = "convpool: stopped"
    else:
        return
    click.echo(printable(said), err=True)
    raise click.exceptions.Exit(2)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("convpool apply cat.jpg --kernel sharpen -o cat-sharp.jpg"),
)
@click.version_option(package.__version__, prog_name="convpool")
def convpool() -> None:
    """Convolution and pooling for NumPy arrays."""


for command in (
    picture_commands.apply,
    picture_commands.pool,
    picture_commands.kernels,
    explain.explain,
    explore.explore,
    check.check,
):
    convpool.add_command(command)


def data_folder(to: Path | None) -> Path:
    """Return the folder asked for, or the repository's."""
    from convpool.datasets.files import COURSE, find_repository

    if to is not None:
        return to
    repository = find_repository(Path.cwd())
    if repository is None:
        raise ValueError(
            f"no parent of {Path.cwd()} holds {COURSE}; name a folder, as in --to data"
        )
    return repository / "supervised_learning" / "data"


@convpool.command(epilog=example("convpool data --to supervised_learning/data"))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder; default: the repository's.",
)
@click.option("--download", "real", is_flag=True, help="Download the real files instead.")
@click.option(
    "--from",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Copy a file that you have.",
)
@click.option("--force", is_flag=True, help="Replace existing files.")
def data(to: Path | None, real: bool, files: tuple[Path, ...], force: bool) -> None:
    """Make or fetch the course's data, where its mains look for them.

    The files are MNIST.npz and animals_1.npz. Without an option they are stand-ins, made without a
    network in a few seconds from scikit-learn's handwritten digits and scikit-image's cat and
    horse: same keys, shapes and dtypes as the real ones.
    """
    from convpool.datasets import files as sets

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
        click.echo(printable(f"{file} ({file.stat().st_size / 1e6:.0f} MB)"))
    for dataset in sets.DATASETS.values() if real else ():
        if not dataset.sha256:
            with (folder / dataset.file).open("rb") as stream:
                click.echo(
                    f"{dataset.file}: SHA-256 {sets.sha256(stream)}; none is known to compare it "
                    "with"
                )
    if not real and not files:
        click.echo(
            "These are stand-ins; --download fetches the real ones, --from FILE takes a file "
            "that you have."
        )


@convpool.command(epilog=example("convpool demo --to slides"))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the page; default: demo/.",
)
def demo(to: Path | None) -> None:
    """Run the course's seven functions and draw a page of pictures.

    The pictures are those before and after, of full-size data. In a folder of the repository (the
    nearest one that holds math/0x04-convolutions_and_pooling) the page goes to its demo/; elsewhere
    --to names the folder, and the functions are the package's own. Missing data are made first.
    """
    from convpool.datasets import files as sets
    from convpool.demo import run as demonstration
    from convpool.demo.tasks import TASKS, TaskResult

    repository, pictures, folder = demonstration.find_folders(Path.cwd(), to)
    functions = demonstration.course_functions(repository)
    with progress_bar("Making data", "images") as progress:
        sets.ensure(pictures, progress)
    stand_ins = sets.find_stand_ins(pictures)
    if stand_ins:
        click.echo(
            f"{' and '.join(stand_ins)}: stand-ins made by convpool data, not the real pictures"
        )
    with progress_bar("Seven functions") as progress:
        done: list[Any] = []

        def tell(result: TaskResult) -> None:
            done.append(result)
            print(result)  # unlike click.echo, above the bar
            progress(len(done), len(TASKS))

        demonstration.run(functions, pictures, folder, tell, stand_ins=stand_ins)
    click.echo(printable(f"open {(folder / 'index.html').resolve()}"))


class ShapeWords(click.ParamType[Any]):
    """Sizes such as 10x28x28x1."""

    name = "SHAPE"
    sample = "10x28x28x1"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into a tuple."""
        try:
            return tuple(int(word) for word in value.lower().replace(",", "x").split("x"))
        except ValueError:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)


class StepWords(ShapeWords):
    """A number for all axes, or one for each."""

    name = "N|N,N"
    sample = "2 or 2,1"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into an int or a tuple."""
        sizes = super().convert(value, param, ctx)
        return sizes[0] if len(sizes) == 1 else sizes


class PaddingWords(StepWords):
    """A named padding, or a number for all axes, or one for each."""

    name = "NAME|N|N,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into a name, an int or a tuple."""
        return value if value[:1].isalpha() else super().convert(value, param, ctx)


@convpool.command(
    epilog=example(
        "convpool plan --images 50000x28x28x1 --kernels 3x3x1x1 --stride 2 --padding same"
    )
)
@click.option("--images", type=ShapeWords(), required=True, help="(m, *spatial, c).")
@click.option("--kernels", type=ShapeWords(), help="(*window, c // groups, nc).")
@click.option("--pool", "window", type=StepWords(), help="A window to pool instead, such as 2x2.")
@click.option("--mode", help="Of pooling: max (default), min, avg, sum or lp.")
@click.option("--padding", type=PaddingWords(), help="Default: same; valid for pooling.")
@click.option("--stride", type=StepWords(), help="Default: 1; the window for pooling.")
@click.option("--dilation", type=StepWords(), default="1", show_default=True)
@click.option("--groups", type=int, help="Of a convolution; default: 1.")
@click.option(
    "--ceil", is_flag=True, default=None, help="Of pooling: keep a last window that hangs over."
)
@click.option("--dtype", default="float64", show_default=True, help="Of images and kernels.")
def plan(
    images: tuple[int, ...],
    kernels: tuple[int, ...] | None,
    window: Any,
    dilation: Any,
    dtype: str,
    **options: Any,
) -> None:
    """Print what a convolution or pooling will do: sizes, cost, memory.

    SHAPE is written as 10x28x28x1. Padding, stride and dilation: one number for all axes, or one
    for each.
    """
    if (kernels is None) == (window is None):
        raise click.UsageError("name either --kernels, such as 3x3x1x8, or --pool, such as 2x2")
    given = {word: value for word, value in options.items() if value is not None}
    if foreign := sorted(given.keys() & ({"groups"} if kernels is None else {"mode", "ceil"})):
        other = "--kernels" if kernels is None else "--pool"
        raise click.UsageError(f"--{foreign[0]} goes with {other}; leave it out")
    words = {**given, "dilation": dilation, "images_dtype": arguments.read_dtype(dtype)}
    made: package.Plan
    if kernels is None:
        made = package.plan_pooling(images, window, **words)
    else:
        made = package.plan_convolution(
            images, kernels, **words, kernels_dtype=words["images_dtype"]
        )
    click.echo(str(made))


@convpool.command(epilog=example("convpool warmup --names"))
@click.option("--names", is_flag=True, help="Print the name of each kernel when it is ready.")
def warmup(names: bool) -> None:
    """Compile the fast kernels now, so that no call has to wait.

    They are kept on disk, for every later process of this user: what is there already is only
    loaded.
    """
    from convpool import configuration
    from convpool.engines.compiled import host

    ready = 0
    with progress_bar("Compiling", "kernels") as progress:
        for ready, name in enumerate(configuration.kernels_as_they_get_ready(), 1):
            progress(ready, 0)
            if names:
                print(name)  # unlike click.echo, above the bar
    folder = host.cache_folder()
    kept = (
        f"are ready, in {folder}" if folder else "work, but no folder can be written to keep them"
    )
    click.echo(f"{ready} kernels {kept}")
