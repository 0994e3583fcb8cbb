"""The names that a user sees after `import convpool` alone."""

import subprocess
import sys

import pytest

import convpool


def test_dir_shows_the_public_names_only():
    assert dir(convpool) == sorted([*convpool.__all__, "course", "filters"])


@pytest.mark.parametrize("name", ["course.pool", "filters.gaussian", "filters.NAMES"])
def test_lazy_modules_work_after_the_import_of_the_package_alone(name):
    code = f"import sys, convpool; print(len(dir(convpool)), bool(convpool.{name}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(len(dir(convpool))), "True"]


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'convpool' has no attribute 'nothing'"):
        _ = convpool.nothing
