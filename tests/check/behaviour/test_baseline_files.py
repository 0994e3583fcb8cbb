"""The project's own seven files are where an installed package looks for them."""

import tomllib
from pathlib import Path

from convpool.check.behaviour import baseline_files
from convpool.check.tasks import COURSE, TASKS

ROOT = Path(__file__).parents[3]


def test_the_wheel_has_the_seven_files_where_they_are_looked_for():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    installed = baseline_files.PLACES[0].relative_to(ROOT / "src")
    names = [task.file for task in TASKS.values()]
    assert included == {f"{COURSE}/{name}": (installed / name).as_posix() for name in names}


def test_a_checkout_has_them_in_the_course_folder():
    assert baseline_files.folder() == ROOT / COURSE
