"""The seven files, loaded by path; these tests also run on Python 3.8 with NumPy 1.19.2, without
the package.
"""

import importlib.util
import pathlib

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "math" / "0x04-convolutions_and_pooling"

# file -> (function, `for` loops that the brief allows)
TASKS = {
    "0-convolve_grayscale_valid": ("convolve_grayscale_valid", 2),
    "1-convolve_grayscale_same": ("convolve_grayscale_same", 2),
    "2-convolve_grayscale_padding": ("convolve_grayscale_padding", 2),
    "3-convolve_grayscale": ("convolve_grayscale", 2),
    "4-convolve_channels": ("convolve_channels", 2),
    "5-convolve": ("convolve", 3),
    "6-pool": ("pool", 2),
}


def load(stem):
    """Import one course file under its own name."""
    spec = importlib.util.spec_from_file_location(stem, str(FOLDER / (stem + ".py")))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, TASKS[stem][0])


class Course:
    """The seven functions as attributes, and where they come from."""

    folder = FOLDER
    tasks = TASKS

    def __init__(self):
        for stem, (function, _) in TASKS.items():
            setattr(self, function, load(stem))


@pytest.fixture(scope="session")
def course():
    return Course()
