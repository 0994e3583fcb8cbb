"""The sources of the explorer page: short lines, and types on every function."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from convpool.explorer import build

FOLDER = resources.files("convpool.explorer").joinpath("page")
SOURCES = sorted(
    file.name for file in FOLDER.iterdir() if file.name.endswith((".js", ".css", ".html"))
)
SCRIPTS = [name for name in SOURCES if name.endswith(".js")]


@pytest.mark.parametrize("name", SOURCES)
def test_lines_are_short(name):
    lines = FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 100] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_function_says_what_it_does_takes_and_returns(name):
    text = FOLDER.joinpath(name).read_text(encoding="utf-8")
    missing = []
    for function in re.finditer(r"^ *(?:async )?function (\w+)\(\s*(\)?)", text, re.MULTILINE):
        comment = re.search(r"/\*\*((?:(?!\*/).)*)\*/\n$", text[: function.start()], re.DOTALL)
        if comment is None or (not function[2] and "@param {" not in comment[1]):
            missing.append(function[1])
    assert missing == []


def test_the_page_is_small_enough_to_be_sent_around():
    page = build.page()
    assert len(page.encode()) <= 700_000
    assert not re.search(r"@param|[;,{] // ", page)  # comments stay behind
    assert "explorer.start();" in page
    assert not re.search(r'" \+\n *"', page)  # nor do strings in parts
