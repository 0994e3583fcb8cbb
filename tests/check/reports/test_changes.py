"""What has changed since an earlier run."""

import pytest

from convpool.check.reports import changes
from convpool.check.reports.json import as_json
from support.judgements import FAILS, UNCHECKED, item, make_judgement

BEFORE = [
    make_judgement(item(3, "same", FAILS), item(4, "same", FAILS), item(None, "readme", FAILS)),
    make_judgement(name="bob"),
]
NOW = [
    make_judgement(item(3, "same"), item(4, "same"), item(None, "readme", UNCHECKED)),
    make_judgement(name="cy"),
]


def test_what_has_changed(tmp_path):
    file = tmp_path / "report.json"
    file.write_text(as_json(BEFORE), encoding="utf-8")
    earlier = changes.read(file)
    assert changes.changes(earlier, BEFORE) == []
    assert changes.changes(earlier, NOW) == [
        "bob: not there any more",
        "ada: 3:same, 4:same: does not hold, and now holds",
        "ada: readme: does not hold, and now could not be checked",
        "cy: new",
    ]
    assert changes.changes(earlier, [make_judgement(item(3, "same", FAILS)), BEFORE[1]]) == [
        "ada: 4:same, readme: does not hold, and now not judged"
    ]


@pytest.mark.parametrize("text", ["[]", '{"schema": 2}', "no JSON"])
def test_other_files_are_refused(tmp_path, text):
    file = tmp_path / "report.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"report\.json (is no report|cannot be read)"):
        changes.read(file)
