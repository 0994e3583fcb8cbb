"""Random bytes and edits: every rule has an answer."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support.rule_checks import STATIC, items, put, words
from support.submissions import FILES, OURS

PIECES = [
    "for i in x:",
    "    ",
    "\n",
    "(",
    ")",
    "lambda: ",
    "def f():",
    "np.",
    "import ",
    "class A:",
    '"""',
    "f'{",
    "\\",
    ":=",
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A folder for one file: only what is there is parsed."""
    return tmp_path_factory.mktemp("rules")


@given(
    data=st.binary(max_size=300)
    | st.lists(st.sampled_from(PIECES)).map(lambda parts: "".join(parts).encode())
)
def test_random_bytes_are_judged(bench, data):
    put(bench, data)
    for each in items(bench, *STATIC):
        assert each.outcome == Outcome.HOLDS or words(each)


@given(task=st.sampled_from(sorted(TASKS)), seed=st.integers(0, 2**32), edits=st.integers(1, 4))
def test_random_edits_of_the_seven_are_judged(bench, task, seed, edits):
    chance = random.Random(seed)
    lines = (OURS / FILES[task]).read_text().splitlines(keepends=True)
    for _ in range(edits):
        first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                lines[first], lines[second] = lines[second], lines[first]
            case 1:
                lines[first] = chance.choice(PIECES) + lines[first]
            case 2:
                lines[first] = lines[second][: chance.randrange(40)] + lines[first]
            case 3:
                lines[first] = "    " + lines[first]
    put(bench, "".join(lines), task)
    for each in items(bench, *STATIC):
        assert each.outcome == Outcome.HOLDS or words(each)
    (bench / FILES[task]).unlink()
