"""The course folder's README: its examples run, its sums are right, and its pictures show what
the files compute.
"""

from __future__ import annotations

import ast
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from convpool.explanation.colours import COLORS

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "math" / "0x04-convolutions_and_pooling"
README = COURSE / "README.md"
SCRIPT = Path("docs") / "course_pictures.py"
TEXT = README.read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"

# word for word the brief's
OBJECTIVES = [
    "What is a convolution?",
    "What is max pooling? average pooling?",
    "What is a kernel/filter?",
    "What is padding?",
    "What is “same” padding? “valid” padding?",
    "What is a stride?",
    "What are channels?",
    "How to perform a convolution over an image",
    "How to perform max/average pooling over an image",
]
PICTURES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", TEXT)
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def python(*words: str, folder: Path = COURSE) -> subprocess.CompletedProcess:
    """Run Python in a folder, which is then on sys.path as it is for a learner; its parent math/
    is not.
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def worked(text: str) -> list:
    """Every chain a = b = c of plain numbers in the text, table rows `| a | b |` with a division
    included.
    """
    text = without_code(text).replace("**", "").replace("\\*", "*").replace("\N{MINUS SIGN}", "-")
    text = re.sub(r"\| ([^|\n]*//[^|\n]*) \| (\d+) \|", r"; \1 = \2 ;", text)
    side = r"(?:ceil|floor|\d+(?:\.\d+)?|[()+*/ -])+"
    chains = [chain.strip() for chain in re.findall(rf"{side}(?:={side})+", text)]
    return [chain for chain in chains if not chain.startswith("=") and re.search(r"[+*/-]", chain)]


def test_doctests_run():
    examples = sum(block.count(">>> ") for block in BLOCKS)
    assert examples >= 15
    done = python("-m", "doctest", "-v", README.name)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert passed == examples


def test_snippets_run_one_after_another():
    """Each stands on its line of the README, so that a traceback names the README's line."""
    lines, inside, snippets = [], False, [block for block in BLOCKS if ">>>" not in block]
    assert len(snippets) >= 4
    starts = {TEXT.index(f"```python\n{block}") for block in snippets}
    offset = 0
    for line in TEXT.splitlines(keepends=True):
        lines.append(line if inside and line != "```\n" else "\n")
        inside = offset in starts or (inside and line != "```\n")
        offset += len(line)
    done = python("-c", "".join(lines))
    assert done.returncode == 0, done.stderr
    assert not done.stdout


def test_every_python_block_is_tested():
    """A fence of Python that the other tests do not know would go untested."""
    fences = re.findall(r"^ *```(.*)$", TEXT, re.MULTILINE)[::2]
    assert set(fences) <= {"python", "sh"}
    assert fences.count("python") == len(BLOCKS)
    for block in BLOCKS:
        assert block.startswith(">>> ") == (">>>" in block), "examples and plain code in one block"


@pytest.mark.parametrize("chain", worked(TEXT))
def test_worked_numbers(chain):
    names = {"__builtins__": {}, "ceil": math.ceil, "floor": math.floor}
    sides = {eval(side.strip(), names) for side in chain.split("=")}
    assert len(sides) == 1, chain


def test_worked_numbers_are_found():
    assert len(worked(TEXT)) >= 25
    assert worked(
        "| valid | (28 + 2\\*2 - 3) // 1 + 1 | 30 |, ceil(26 / 2) = **13** and n = 4. 1 + 1 = 2."
    ) == [
        "(28 + 2*2 - 3) // 1 + 1 = 30",
        "ceil(26 / 2) = 13",
        "1 + 1 = 2",
    ]


def test_the_objectives_stand_as_headings_in_order():
    headings = re.findall(r"^### (.*)$", without_code(TEXT), re.MULTILINE)
    assert headings[: len(OBJECTIVES)] == OBJECTIVES


def test_table_of_files():
    """Names, signatures and loops are those of the files."""
    rows = re.findall(
        r"^\| `([^`]+\.py)` \| `([^`]+)` \| [^|]+ \| (\d) / (\d) \|$", TEXT, re.MULTILINE
    )
    assert [row[0] for row in rows] == sorted(
        path.name for path in COURSE.glob("[0-6]-*.py") if "main" not in path.name
    )
    for name, signature, used, allowed in rows:
        tree = ast.parse((COURSE / name).read_text(encoding="utf-8"))
        function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
        assert signature == f"{function.name}({ast.unparse(function.args)})"
        assert int(used) == sum(isinstance(node, ast.For) for node in ast.walk(function))
        assert int(allowed) == (3 if name.startswith("5") else 2)


@pytest.mark.parametrize(("alt", "path"), PICTURES)
def test_picture(alt, path):
    """It exists, is well formed, can be read, brings its own light ground, and says what the alt
    text says.
    """
    root = ElementTree.parse(COURSE / path).getroot()
    assert root.tag == f"{SVG}svg"
    assert alt == root.findtext(f"{SVG}title")
    assert alt
    fonts = [float(text.get("font-size")) for text in root.iter(f"{SVG}text")]
    assert min(fonts) >= 12
    ground = root.find(f"{SVG}rect")
    assert ground.get("fill") == "#ffffff"
    assert float(ground.get("width")) == float(root.get("width")) - 1


def test_every_picture_is_shown_once():
    assert sorted(path for _, path in PICTURES) == sorted(
        f"{path.parent.name}/{path.name}"
        for folder in ("pictures", "explained")
        for path in (COURSE / folder).iterdir()
    )


def test_pictures_are_not_stale():
    done = python(str(SCRIPT), "--check", folder=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def copy(tmp_path):
    """The script and the course folder, to be broken."""
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / SCRIPT, tmp_path / SCRIPT)
    shutil.copytree(
        COURSE, tmp_path / COURSE.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def break_number(pictures: Path) -> None:
    path = pictures / "floor.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("13", "14"), encoding="utf-8")


def break_source(pictures: Path) -> None:
    """An average that is a sum: the picture no longer shows what is computed."""
    path = pictures.parent / "6-pool.py"
    code = path.read_text(encoding="utf-8")
    assert "total /= kh * kw" in code
    path.write_text(code.replace("total /= kh * kw", "total /= 1"), encoding="utf-8")


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (break_number, "floor"),
        (lambda pictures: (pictures / "stride.svg").unlink(), "stride"),
        (
            lambda pictures: (pictures / "left-over.svg").write_text("<svg/>", encoding="utf-8"),
            "left-over",
        ),
        (break_source, "pooling"),
    ],
    ids=["number", "missing", "left over", "source"],
)
def test_check_names_stale_pictures_and_writes_nothing(copy, broken, named):
    pictures = copy / COURSE.relative_to(ROOT) / "pictures"
    broken(pictures)
    before = {path.name: path.read_bytes() for path in pictures.iterdir()}
    done = python(str(SCRIPT), "--check", folder=copy)
    assert done.returncode == 1
    assert named in done.stderr
    assert "python docs/course_pictures.py" in done.stderr
    assert {path.name: path.read_bytes() for path in pictures.iterdir()} == before


def test_pictures_are_made_anew(copy):
    pictures = copy / COURSE.relative_to(ROOT) / "pictures"
    shutil.rmtree(pictures)
    assert python(str(SCRIPT), folder=copy).returncode == 0
    made = {path.name: path.read_bytes() for path in pictures.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (COURSE / "pictures").iterdir()}


def test_pictures_have_the_colours_of_all_explanations():
    light = {colour for colour, _ in COLORS.values()}
    for folder in ("pictures", "explained"):
        for path in sorted((COURSE / folder).iterdir()):
            attributes = re.findall(r'(?:fill|stroke)="(#\w+)"', path.read_text(encoding="utf-8"))
            assert set(attributes) <= light, path.name


def test_links_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", without_code(TEXT), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", TEXT):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("https://"):
            assert (COURSE / target).exists()
