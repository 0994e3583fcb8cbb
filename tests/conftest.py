"""Samples of tests (CONVPOOL_EXAMPLES=5000 asks for all), properties with fixed examples, and
the seven files.
"""

import importlib.util
import pathlib

import pytest
from hypothesis import HealthCheck, settings

from support import sampling

FOLDER = pathlib.Path(__file__).parents[1] / "math" / "0x04-convolutions_and_pooling"

settings.register_profile(
    "convpool",
    deadline=None,
    derandomize=True,
    max_examples=sampling.EXAMPLES,
    print_blob=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile("convpool")


# Cases of each test that are run by default: each new form of a compiled kernel takes seconds to
# compile.
SAMPLED = {"test_compiled": 2, "test_compiled_pooling": 2, "test_engines": 6}


def pytest_report_header():
    return f"samples of CONVPOOL_SEED={sampling.SEED}, CONVPOOL_EXAMPLES={sampling.EXAMPLES}"


def pytest_collection_modifyitems(config, items):
    """Keep a sample of the cases of each test of compiled kernels; all where many examples are
    asked for.
    """
    if sampling.EVERYTHING:
        return
    cases = {}
    for item in items:
        cases.setdefault(
            (item.module.__name__, getattr(item, "originalname", item.name)), []
        ).append(item)
    dropped = set()
    for (module, name), found in cases.items():
        most = SAMPLED.get(module.rsplit(".", 1)[-1], len(found))
        dropped |= set(found) - set(sampling.sample(found, most, name))
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=list(dropped))


@pytest.fixture(scope="session")
def seven_files():
    """The brief's seven functions by name, loaded by path."""
    functions = {}
    for path in sorted(FOLDER.glob("?-*.py")):
        if not path.stem.endswith("-main"):
            spec = importlib.util.spec_from_file_location(path.stem, str(path))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            name = path.stem.split("-")[1]
            functions[name] = getattr(module, name)
    return functions
