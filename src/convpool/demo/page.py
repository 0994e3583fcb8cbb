"""The demonstration's page; demo.html holds its frame and its style."""

from __future__ import annotations

import platform
from collections.abc import Collection
from html import escape
from importlib import resources
from string import Template

import numpy as np

from convpool.datasets import files
from convpool.demo.pictures import SHOWN, SIGNED_COLOURS, fraction, size
from convpool.demo.tasks import Task, TaskResult, rounded

STAND_INS = {
    "MNIST": "The digits are stand-ins for MNIST: scikit-learn's handwritten digits, enlarged, "
    "shifted and slanted.",
    "animals": "The animals are stand-ins for the course's: crops and scales of scikit-image's "
    "photograph of a cat, and of its outline of a horse on a painted meadow.",
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
        <a href="$picture"><img src="$picture" width="$width" height="$height" alt="$alt"></a>
      </figure>
    </section>
""")


def page(results: Collection[TaskResult], stand_ins: Collection[str] = ()) -> str:
    """Return the page: a table of all results, then a section for each with its picture.

    Parameters
    ----------
    results
        What `run` returns.
    stand_ins
        Names in data.DATASETS whose files are not the real ones.

    Returns
    -------
    HTML that needs nothing but the pictures, which lie beside it: no script, no network
    """
    frame = Template(
        resources.files("convpool.demo").joinpath("demo.html").read_text(encoding="utf-8")
    )
    return frame.substitute(
        rows="".join(_fill(ROW, result) for result in results),
        sections="".join(_fill(SECTION, result) for result in results),
        notes="".join(
            f"    <p>{escape(STAND_INS[name])}</p>\n" for name in STAND_INS if name in stand_ins
        ),
        total=f"{sum(result.seconds for result in results):.2f}",
        python=platform.python_version(),
        numpy=np.__version__,
        gradient=", ".join(SIGNED_COLOURS),
    )


def _fill(template: Template, result: TaskResult) -> str:
    """Return a template with the words of a result."""
    task = result.task
    width, height = size(1 + len(task.weights))
    values = {
        "number": task.number,
        "function": task.function,
        "input": result.input_shape,
        "output": result.output_shape,
        "seconds": f"{result.seconds:.3f}",
        "speed": rounded(result.images_per_second),
        "caption": task.caption,
        "call": code(task),
        "picture": result.picture,
        "width": width // 2,
        "height": height // 2,
        "alt": _alternative(task),
    }
    return template.substitute({name: escape(str(value)) for name, value in values.items()})


def code(task: Task) -> str:
    """Return a task's call as the brief's mains write it: arrays by name, all else by value."""
    dataset = files.DATASETS[task.dataset]
    words = ["images"]
    for name, value in task.arguments.items():
        words.append(name if isinstance(value, np.ndarray) else f"{name}={value!r}")
    return (
        f"images = np.load({dataset.file!r})[{dataset.key!r}]\nresult = "
        f"{task.function}({', '.join(words)})"
    )


def _alternative(task: Task) -> str:
    """Return the alternative text of a task's picture."""
    kernels = "; ".join(
        ", ".join(" ".join(map(fraction, row)) for row in weights) for weights in task.weights
    )
    return (
        f"{SHOWN} images in a row, and below each what {task.function} makes of it. Weights, "
        f"row by row: {kernels}."
    )
