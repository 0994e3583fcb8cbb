"""What README, docs and examples import: public names only."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
from pathlib import Path

import pytest

import convpool

ROOT = Path(__file__).parents[2]
LAZY = {"course", "filters"}  # modules that are public
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))


def blocks(text):
    """Return the Python of every ```python block, without the prompts and results of a session."""
    for block in re.findall(r"^ *```python\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        code = textwrap.dedent(block)
        yield doctest.script_from_examples(code) if ">>> " in code else code


def private_names(code):
    """Return the names of convpool in a piece of Python that are not public."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.startswith("convpool.")]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "convpool":
            found += [f"{node.module}.{name.name}" for name in node.names]
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "convpool"
        ):
            found.append(f"convpool.{node.attr}")
    public = LAZY | set(convpool.__all__)
    return sorted(name for name in found if not is_public(name.split(".")[1:], public))


def is_public(path, public):
    """Return whether a path of names below convpool is public; those of a public module are."""
    return path[0] in public and (len(path) == 1 or path[0] in LAZY)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import convpool\nconvpool.convolve\nconvpool.filters.box", []),
        ("from convpool import convolve, course", []),
        ("from convpool.filters import box\nimport convpool.course", []),
        ("from convpool.parts import part", ["convpool.parts.part"]),
        ("import convpool.halos", ["convpool.halos"]),
        ("from convpool import parts", ["convpool.parts"]),
        ("import convpool\nconvpool.plans.make_convolution", ["convpool.plans"]),
    ],
)
def test_private_names_are_found(code, expected):
    assert private_names(code) == expected


def test_blocks_are_found():
    text = "```python\nx = 1\n```\n```python\n>>> y = 2\n>>> y\n2\n```\n```console\n$ z\n```\n"
    assert [ast.unparse(ast.parse(block)) for block in blocks(text)] == ["x = 1", "y = 2\ny"]
    assert sum(len(list(blocks(path.read_text(encoding="utf-8")))) for path in DOCUMENTS) > 5


@pytest.mark.parametrize("path", [*DOCUMENTS, *EXAMPLES], ids=lambda path: path.name)
def test_documents_import_public_names_only(path):
    text = path.read_text(encoding="utf-8")
    for code in [text] if path.suffix == ".py" else blocks(text):
        assert private_names(code) == [], code


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_paths_in_documents_exist(path):
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"`((?:src|tests|benchmarks|docs)/[\w/]+(?:\.\w+)?/?)`", text)
    assert [
        name for name in names if not (ROOT / name).exists() and "explorer.html" not in name
    ] == []
