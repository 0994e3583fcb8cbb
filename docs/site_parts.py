"""Pages and pictures of the site that are made from the package: docs/conf.py connects them.

Docstrings are written for `help()`; here, what would be markup of Sphinx by accident is escaped.
"""

from __future__ import annotations

import html
import importlib
import inspect
import re
import shutil
from pathlib import Path
from typing import Any

import animations
import design_picture
import speed_chart
import translations

HERE = Path(__file__).parent
ROOT = HERE.parent
MADE = HERE / "_made"  # what is written here is not committed
# the explorer in the site; explorer.html is the page about it
PLAY = MADE / "extra" / "play.html"
COURSE = "math/0x04-convolutions_and_pooling"
KINDS = ("added", "changed", "fixed", "removed")


def connect(app: Any) -> None:
    """Have Sphinx call what is here, and find the explorer."""
    PLAY.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "explorer.html", PLAY)
    # before autosummary reads the tables of names
    app.connect("builder-inited", lambda app: write_parts(), priority=100)
    app.connect("autodoc-process-docstring", escape_docstring, priority=100)


def write_parts() -> None:
    """Write the parts that pages include."""
    MADE.mkdir(exist_ok=True)
    write("design.svg", design_picture.draw())
    write("speed.svg", speed_chart.draw((HERE / "speed.md").read_text(encoding="utf-8")))
    write("animations.md", animations.page())
    animations.draw(MADE / "animations")
    write("measured.md", measured_tables())
    write("changes.md", unreleased_changes())
    for module in ("course", "filters"):
        write(f"{module}.md", module_summary(module))
    for name, text in course_sections((ROOT / COURSE / "README.md").read_text("utf-8")).items():
        write(f"course_{name}.md", text)
    for library in translations.LIBRARIES:
        write(f"from_{library.module}.md", translations.table(library))


def write(name: str, text: str) -> None:
    """Write a part, if it is not there as it would be: Sphinx builds again what has changed."""
    path = MADE / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def measured_tables() -> str:
    """Return what `make measure` has kept, each benchmark folded under what ran on what."""
    parts = []
    for path in sorted((HERE / "measured").glob("*.txt")):
        machine, _, tables = path.read_text(encoding="utf-8").strip().partition("\n")
        tables = re.sub(r"^#+ (.+)$", r"**\1**", tables, flags=re.MULTILINE)
        summary = f"<code>make measure TABLE={path.stem}</code>: {html.escape(machine)}"
        parts.append(f"<details>\n<summary>{summary}</summary>\n\n{tables}\n\n</details>\n")
    return "\n".join(parts)


def module_summary(name: str) -> str:
    """Return the table of the functions of a public module, each of which gets a page."""
    module = importlib.import_module(f"convpool.{name}")
    functions = [
        each
        for each, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and each[0] != "_"
    ]
    lines = [f".. currentmodule:: {module.__name__}", ".. autosummary::"]
    lines += ["   :toctree: ../reference/made", ""]  # seen from here, and from the page
    lines += [f"   {each}" for each in functions]
    return "```{eval-rst}\n" + "\n".join(lines) + "\n```\n"


def course_sections(text: str) -> dict[str, str]:
    """Return the sections of the course's README by number and last word, without their headings.

    "course_4.md" is that of the fourth question, "course_open.md" what the tasks leave open.
    Pictures and links are those of a page in docs/learn.
    """
    text = re.sub(r"\]\((pictures|explained)/", rf"](../../{COURSE}/\1/", text)
    # drawn with dark ink on nothing
    text = re.sub(r"(\]\([^)]+/pictures/[^)]+\))", r"\1{.paper}", text)
    text = text.replace("](#why-same-is-what-it-is-here)", "](../learn/open.md)")
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    chapters = dict(zip(parts[1::2], parts[2::2], strict=True))
    questions = re.split(r"^### .+\n", chapters["The nine questions"], flags=re.MULTILINE)[1:]
    found = {str(number): part for number, part in enumerate(questions, 1)}
    found["open"] = re.sub("^###", "##", chapters["What the tasks leave open"], flags=re.MULTILINE)
    found["loops"] = chapters["From the textbook loop to ours"]
    found["test"] = chapters["Check yourself"]
    return found


def unreleased_changes() -> str:
    """Return the fragments of the next version as Markdown, by their kinds."""
    parts = []
    for kind in KINDS:
        texts = [
            path.read_text(encoding="utf-8").strip()
            for path in sorted((ROOT / "changes").glob(f"*.{kind}.md"))
        ]
        bullets = "\n".join("- " + text.replace("\n", "\n  ") for text in texts)
        parts += [f"### {kind.capitalize()}\n\n{bullets}\n"] if texts else []
    return "## Next version\n\n" + "\n".join(parts) if parts else ""


def escape_docstring(
    app: Any, what: str, name: str, documented: Any, options: Any, lines: list[str]
) -> None:
    """Escape stars of shapes such as (m, *spatial, c), and bars, outside of code and examples."""
    indent_returns(lines)
    part_errors(lines)
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            lines[number] = "".join(
                part if is_code else re.sub(r"\*(?=\w)|\|", r"\\\g<0>", part)
                for is_code, part in split_code(line)
            )


def indent_returns(lines: list[str]) -> None:
    """Indent what a call returns, below a name: numpydoc takes lines that are not for types."""
    if "Returns" not in lines:
        return
    first = lines.index("Returns") + 2
    last = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
    if not any(line.startswith(" ") for line in lines[first:last]):
        lines[first:last] = ["result", *("    " + line for line in lines[first:last])]


def part_errors(lines: list[str]) -> None:
    """Put what "ValueError : when" says of an error below its name."""
    for number in range(len(lines) - 1, -1, -1):
        if match := re.fullmatch(r"((?:\w+(?:Error|Warning)(?:, )?)+) : (.+)", lines[number]):
            lines[number : number + 1] = [match[1], "    " + match[2]]


def split_code(line: str) -> list[tuple[bool, str]]:
    """Return the parts of a line, each with whether it is code in backquotes."""
    return [(part.startswith("`"), part) for part in re.split(r"(`+[^`]*`+)", line)]
