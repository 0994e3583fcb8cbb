"""The command `convpool demo`: the course's seven functions at work on full-size data."""

from __future__ import annotations

from pathlib import Path

import click

from convpool.commands.option_types import example
from convpool.commands.progress import progress_bar
from convpool.datasets import files as datasets
from convpool.system.printable_text import printable


@click.command(epilog=example("convpool demo --to slides"))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the page goes; default: demo/ in the repository.",
)
def demo(to: Path | None) -> None:
    """Run the course's seven functions and draw a page of pictures.

    The pictures are those before and after, of full-size data. In a folder of the repository (the
    nearest one that holds math/0x04-convolutions_and_pooling) the page goes to its demo/; elsewhere
    --to names the folder, and the functions are the package's own. Missing data are made first.
    """
    from convpool.demo import run as demonstration
    from convpool.demo.tasks import TASKS, TaskResult

    folders = demonstration.find_folders(Path.cwd(), to)
    functions = demonstration.course_functions(folders.repository)
    with progress_bar("Making data", "images") as progress:
        datasets.ensure(folders.data, progress)
    stand_ins = datasets.find_stand_ins(folders.data)
    if stand_ins:
        click.echo(
            f"{' and '.join(stand_ins)}: stand-ins made by convpool data for the course's files"
        )
    with progress_bar("Seven functions") as progress:
        done: list[TaskResult] = []

        def show(result: TaskResult) -> None:
            done.append(result)
            print(result)  # unlike click.echo, above the bar
            progress(len(done), len(TASKS))

        demonstration.run(functions, folders.data, folders.page, show, stand_ins=stand_ins)
    click.echo(printable(f"open {(folders.page / 'index.html').resolve()}"))
