"""Samples of the property tests (fixed ones by default, many with CONVPOOL_EXAMPLES=5000), and the seven files."""

import importlib.util
import os
import pathlib

import pytest
from hypothesis import HealthCheck, settings

FOLDER = pathlib.Path(__file__).parents[1] / "math" / "0x04-convolutions_and_pooling"

examples = int(os.environ.get("CONVPOOL_EXAMPLES", "100"))
settings.register_profile(
    "convpool",
    deadline=None,
    derandomize=True,
    max_examples=examples,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("convpool")


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
