"""What the tests of the sandbox share: a folder for children, and their interpreter."""

import pathlib
import shutil
import tempfile

import pytest

from convpool.check.sandbox import child_main


@pytest.fixture
def place(monkeypatch):
    """A folder that another user can look into, and where the child's temporary folders are
    made.
    """
    folder = pathlib.Path(tempfile.mkdtemp(prefix="test-check-"))
    folder.chmod(0o755)
    (folder / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    # the path that they run tells these children from others
    for name in ("child_main.py", *(f"{name}.py" for name in child_main.NEIGHBOURS)):
        shutil.copy(pathlib.Path(child_main.__file__).with_name(name), folder)
    monkeypatch.setattr(child_main, "__file__", str(folder / "child_main.py"))
    yield folder
    shutil.rmtree(folder)
