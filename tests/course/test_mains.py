"""The mains, run as the brief runs them: from their folder, on data of full size."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

PRINTS = {
    0: "(50000, 28, 28)\n(50000, 26, 26)\n",
    1: "(50000, 28, 28)\n(50000, 28, 28)\n",
    2: "(50000, 28, 28)\n(50000, 30, 34)\n",
    3: "(50000, 28, 28)\n(50000, 13, 13)\n",
    4: "(10000, 32, 32, 3)\n(10000, 30, 30)\n",
    5: "(10000, 32, 32, 3)\n(10000, 30, 30, 3)\n",
    6: "(10000, 32, 32, 3)\n(10000, 16, 16, 3)\n",
}


def run(folder, number, program=()):
    """Run one main with this Python; what it prints, its errors and its exit code."""
    environment = dict(os.environ, MPLBACKEND="Agg", PYTHONDONTWRITEBYTECODE="1")
    command = (
        [sys.executable, *program] if program else [sys.executable, "{}-main.py".format(number)]
    )
    done = subprocess.run(
        command,
        cwd=str(folder),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    return done.stdout.decode(), done.stderr.decode(), done.returncode


@pytest.fixture(scope="module")
def copy(course, tmp_path_factory):
    """The course folder without data."""
    pytest.importorskip("matplotlib", reason="the mains draw with matplotlib")
    folder = tmp_path_factory.mktemp("clone") / "math" / course.folder.name
    shutil.copytree(str(course.folder), str(folder))
    return folder


@pytest.fixture(scope="module")
def copy_with_data(copy):
    """The same with data of the brief's shapes."""
    folder = copy.parents[1] / "supervised_learning" / "data"
    folder.mkdir(parents=True)
    np.savez_compressed(str(folder / "MNIST.npz"), X_train=np.zeros((50000, 28, 28)))
    np.savez_compressed(str(folder / "animals_1.npz"), data=np.zeros((10000, 32, 32, 3), np.uint8))
    return copy


@pytest.mark.parametrize("number", PRINTS)
def test_missing_data_is_one_line_that_names_the_command(copy, number):
    if (copy.parents[1] / "supervised_learning").exists():
        pytest.fail("this test must come first")
    printed, errors, code = run(copy, number)
    assert (printed, code) == ("", 1)
    assert errors.count("\n") == 1
    assert "convpool data" in errors
    assert "../../supervised_learning/data/" in errors


@pytest.mark.parametrize("number", PRINTS)
def test_main_prints_the_two_shapes(copy_with_data, number):
    assert run(copy_with_data, number) == (PRINTS[number], "", 0)


@pytest.mark.parametrize(
    ("number", "pictures"), [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2), (5, 4), (6, 2)]
)
def test_main_shows_its_pictures(copy_with_data, number, pictures):
    program = (
        "import runpy, matplotlib.pyplot as plt\n"
        "shown = []\n"
        "plt.show = lambda: shown.append(plt.gca().images[-1])\n"
        "runpy.run_path('{}-main.py', run_name='__main__')\n"
        "print(len(shown))"
    ).format(number)
    printed, errors, code = run(copy_with_data, number, ["-c", program])
    assert (printed.splitlines()[-1], code) == (str(pictures), 0), errors
