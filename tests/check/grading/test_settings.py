"""The settings file: what it may say, and what it refuses in words."""

import pytest

from convpool.check.checker import requirement_titles
from convpool.check.grading import settings

NAMES = requirement_titles()
GOOD = """
same = "any-named"
skip = ["run-bit"]
time_out = 30
roster = "class.csv"
decisions = "mine/decisions.csv"

[points]
behaviour = 2
rules = 0.5
"3:same" = 4
"""
BAD = {
    "same = 3": r'same is 3; same = "any-named" would do',
    "smae = 'brief'": r"'smae' is no setting; near it: same",
    "[points]\nsam = 1": r"'sam' has no points; near it: same",
    '[points]\n"9:same" = 1': r"'9:same' has no points",
    "[points]\nsame = -1": r"same is -1; points are a number from 0 on",
    "[points]\nsame = true": r"same is True; points are a number",
    "same = ": r"is no TOML: ",
}


def test_what_a_file_says(tmp_path):
    file = tmp_path / settings.NAME
    file.write_text(GOOD, encoding="utf-8-sig")
    said = settings.read(file, NAMES)
    assert (said.same, said.skip, said.time_out) == ("any-named", ("run-bit",), 30)
    assert said.roster == tmp_path / "class.csv"
    assert said.decisions == tmp_path / "mine" / "decisions.csv"
    assert said.points == {"behaviour": 2, "rules": 0.5, "3:same": 4}
    file.write_text("")
    assert settings.read(file, NAMES) == settings.Settings()


@pytest.mark.parametrize("text", BAD)
def test_what_means_nothing_is_refused(text, tmp_path):
    file = tmp_path / settings.NAME
    file.write_text(text)
    with pytest.raises(ValueError, match=BAD[text]):
        settings.read(file, NAMES)
    with pytest.raises(ValueError, match="cannot be read"):
        settings.read(tmp_path / "nowhere", NAMES)
