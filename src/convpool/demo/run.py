"""The demonstration: the course's functions on full-size data, timed, and a page of pictures.

m images, h x w pixels, c channels, nc kernels. The page around the tasks is demo.html.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.datasets import files as data
from convpool.datasets.npz_files import read
from convpool.demo.page import page
from convpool.demo.pictures import SCHEMES, SHOWN, draw
from convpool.demo.tasks import TASKS, Task, TaskResult
from convpool.system.whole_files import check_name, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]
APART = 19  # images from one that is shown to the next: neighbours may be alike
Functions = Mapping[str, Callable[..., Any]]  # stem of a file -> the function that it defines


def silent(result: TaskResult) -> None:
    """Do nothing: the default of `progress`."""


class Folders(NamedTuple):
    """The repository (None outside one), the folder of the data sets, the folder of the page."""

    repository: Path | None
    data: Path
    page: Path


def find_folders(start: Path, to: Path | None = None) -> Folders:
    """Return the folders that the demonstration uses.

    Parameters
    ----------
    start
        Where to look for the repository: it is `start` or its nearest parent that holds the
        course's files.
    to
        Where the page goes, and the data sets too if there is no repository; None means the
        repository's demo/.

    Raises
    ------
    ValueError : there is no repository, and `to` is None
    """
    repository = data.find_repository(start)
    if repository is not None:
        data_folder = repository / "supervised_learning" / "data"
        return Folders(repository, data_folder, to or repository / "demo")
    if to is None:
        raise ValueError(
            f"no {data.COURSE} in {start} or above it; name a folder for the page, as in --to demo"
        )
    return Folders(None, to / "data", to)


def course_functions(repository: Path | None) -> dict[str, Callable[..., Any]]:
    """Return the seven functions by name of their file, without .py.

    They are the repository's; without one (None), those of `convpool.course`.

    Raises
    ------
    FileNotFoundError, ValueError : as `load_course_files`
    """
    if repository is not None:
        return load_course_files(repository)
    course = importlib.import_module("convpool.course")
    return {task.file: getattr(course, task.function) for task in TASKS}


def load_course_files(repository: Path) -> dict[str, Callable[..., Any]]:
    """Load the seven files by path, since a folder math/ on sys.path would hide Python's `math`.

    Parameters
    ----------
    repository
        The folder that holds math/0x04-convolutions_and_pooling.

    Returns
    -------
    file stem -> the function that the brief asks of this file

    Raises
    ------
    FileNotFoundError : a file is missing
    ValueError : a file does not define its function
    """
    return {
        task.file: _load(repository / data.COURSE / f"{task.file}.py", task.function)
        for task in TASKS
    }


def _load(file: Path, function: str) -> Callable[..., Any]:
    """Run a file, and return the function with this name; raises as `load_course_files`."""
    if not file.is_file():
        raise FileNotFoundError(f"{file} is missing; the demonstration calls its {function}")
    spec = importlib.util.spec_from_file_location(f"course_{file.stem}", file)
    assert spec is not None  # as for every .py file
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded = getattr(module, function, None)
    if not callable(loaded):
        raise ValueError(f"{file} defines no {function}; the brief names the function so")
    return loaded  # type: ignore[no-any-return]


def run(
    functions: Functions,
    data_folder: Path,
    out_folder: Path,
    progress: Callable[[TaskResult], None] = silent,
    *,
    stand_ins: Collection[str] = (),
) -> list[TaskResult]:
    """Call each function once on its whole data set, and write a page of pictures before and after.

    Parameters
    ----------
    functions
        File stem -> function, for the seven stems in TASKS.
    data_folder
        Where MNIST.npz and animals_1.npz are.
    out_folder
        Where index.html and two PNG for each task, light and dark, go, all together when all is
        done; made if it is missing. Other files in it stay.
    progress
        Called with each result as soon as its pictures are drawn.
    stand_ins
        Names in `datasets.files.DATASETS` whose files are not the real ones: the page says so.

    Returns
    -------
    one result for each task, in the order of TASKS

    Raises
    ------
    ValueError : a function is missing or gives another shape than the brief shows; a data set is
        not what it should be
    FileNotFoundError : a data set is missing
    ModuleNotFoundError : matplotlib is missing; the text has the pip line
    """
    if missing := [task.file for task in TASKS if task.file not in functions]:
        raise ValueError(
            f"no function for {', '.join(missing)}; expected one for each file stem in TASKS"
        )
    results = []
    check_name(out_folder)
    out_folder.mkdir(parents=True, exist_ok=True)
    # the files get their names at the end, the last first: the page comes after its pictures
    with ExitStack() as files:
        index = files.enter_context(whole(out_folder / "index.html", force=True))
        for name, tasks in groupby(TASKS, lambda task: task.dataset):
            images = _read(data_folder, name)
            for task in tasks:
                result, figures = _demonstrate(task, functions[task.file], images)
                for scheme, file in result.pictures.items():
                    target = files.enter_context(whole(out_folder / file, force=True))
                    figures[scheme].savefig(target)
                results.append(result)
                progress(result)
        index.write(page(results, stand_ins).encode())
    return results


def _read(folder: Path, name: str) -> Array:
    """Return the images of a data set of `datasets.files.DATASETS`, read-only, from its file."""
    dataset = data.DATASETS[name]
    file = folder / dataset.file
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing; `convpool data` makes it")
    _, images = read(file, dataset)
    images.flags.writeable = False  # all tasks take the same images
    return images


def _demonstrate(
    task: Task, function: Callable[..., Any], images: Array
) -> tuple[TaskResult, dict[str, Figure]]:
    """Call a task's function on all images; return the result, and pictures of some, by scheme.

    Raises ValueError if the output has another shape than the brief shows.
    """
    start = time.perf_counter()
    output = function(images, **task.arguments)
    seconds = time.perf_counter() - start
    expected = (len(images), *task.output)
    if np.shape(output) != expected:
        raise ValueError(
            f"task {task.number}: {task.function} gave {np.shape(output)}, the brief shows "
            f"{expected}"
        )
    result = TaskResult(task, images.shape, expected, seconds)
    step = min(APART, max(1, len(images) // SHOWN))
    before, after = (values[: step * SHOWN : step] for values in (images, output))
    return result, {
        scheme: draw(before, after, task.weights, signed=task.signed, scheme=scheme)
        for scheme in SCHEMES
    }
