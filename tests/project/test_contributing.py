"""CONTRIBUTING says where things go: the files that it names exist, and hold the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "CONTRIBUTING.md"
if not (TEXT.exists() and (ROOT / "src").exists()):
    pytest.skip("CONTRIBUTING.md is not beside these tests", allow_module_level=True)
SECTION = TEXT.read_text(encoding="utf-8").partition("## Where things go")[2].partition("\n## ")[0]
ITEMS = [" ".join(item.split()) for item in SECTION.split("\n- ")[1:]]
FILES = [
    path
    for folder in (".github", "src", "tests", "docs", "benchmarks", "examples", "changes", "math")
    for path in (ROOT / folder, *(ROOT / folder).rglob("*"))
]


def places(word):
    """Return the files and folders whose path ends with a word; * is the same part of many."""
    name = "[a-z_]*".join(map(re.escape, word.strip("/").split("*")))
    pattern = re.compile(f"(.*/)?{name}")
    return [path for path in FILES if pattern.fullmatch(path.relative_to(ROOT).as_posix())]


def words_of(item):
    return re.findall(r"`([^`]+)`", item)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.partition(":")[0])
def test_what_it_names_exists(item):
    paths = [word for word in words_of(item) if re.search(r"/|\.(py|js|css)$", word)]
    assert [word for word in paths if not places(word)] == []
    files = [path for word in paths for path in places(word) if path.is_file()]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    tables = [word for word in words_of(item) if re.fullmatch("[A-Z_]{4,}", word)]
    missing = [name for name in tables if not re.search(rf"\b{name}\b(: [^=\n]*)? = ", text)]
    assert missing == []


# how an item begins that lists names in full -> the folder, and a pattern of these names
IN_FULL = {
    "a reading of the checker": ("check/diagnosis/readings", r"([A-Z_]+): .+ = \{"),
    "from how much work on": ("engines", r"(\w*(?:UN|_)SHARED\w*) = "),
    "how much is kept": ("engines", r"(KEPT\w*) = [0-9]"),
}


@pytest.mark.parametrize("beginning", IN_FULL)
def test_a_list_that_reads_as_complete_is(beginning):
    folder, pattern = IN_FULL[beginning]
    (item,) = [item for item in ITEMS if item.startswith(beginning)]
    named = {word.rpartition("/")[2] for word in words_of(item)}
    found = {
        (path.name, name)
        for path in (ROOT / "src" / "convpool" / folder).rglob("*.py")
        for name in re.findall(f"^{pattern}", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found
    assert [pair for pair in sorted(found) if not named.issuperset(pair)] == []


def test_there_are_items():
    assert len(ITEMS) > 30
