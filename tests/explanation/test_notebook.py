"""A notebook that explains, executed by a real kernel."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import convpool

CODE = """
import numpy as np
import convpool
convpool.explain(np.arange(25).reshape(5, 5), np.array([[1, 0, -1]] * 3), "same", 2)
"""


def test_a_notebook_shows_the_explanation(tmp_path, monkeypatch):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    path = [str(Path(convpool.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(tmp_path))
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "execute_result"
    assert output.data["text/plain"].startswith("<Explanation of a convolution with 1 kernel")
    picture = output.data["text/html"]
    assert picture.count("<svg") == 1
    assert "Window 1 of 9: row 0, column 0" in picture
    assert not re.search(r"(src|href)=|url\(|<script", picture)
