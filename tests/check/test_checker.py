"""The checker as a whole: what it reads of a submission."""

import sys
from collections import Counter
from pathlib import Path

from convpool.check import check
from convpool.check.behaviour import timing
from convpool.check.sandbox import caller
from convpool.check.verdicts import Outcome
from support.judged_here import call_in_process
from support.submissions import FILES, copy_ours


def test_each_file_is_read_once(tmp_path, monkeypatch):
    read_bytes, reads = Path.read_bytes, Counter()

    def counted(path):
        reads[path.name] += 1
        return read_bytes(path)

    monkeypatch.setattr(caller, "run", call_in_process)
    monkeypatch.setattr(timing, "baseline_cost", lambda *_: None)
    folder = copy_ours(tmp_path / "ada")
    monkeypatch.setattr(Path, "read_bytes", counted)
    (judgement,) = check([folder], python=sys.executable, tasks=[0, 2], skip=["pycodestyle"])
    assert [measure.task for measure in judgement.measures] == [0, 2]
    # the rules read all of them in a process of their own
    assert {name: reads[name] for name in FILES} == {name: int(name[0] in "02") for name in FILES}


def test_time_is_measured_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    measured = []
    monkeypatch.setattr(timing, "baseline_cost", lambda task, *_: measured.append(task))
    folder = copy_ours(tmp_path / "ada")
    words = {"python": sys.executable, "tasks": [0], "only": ["valid"]}
    for is_timed, max_ratio, tasks in ((False, None, []), (True, None, [0]), (False, 2, [0])):
        measured.clear()
        (judgement,) = check([folder], is_timed=is_timed, max_ratio=max_ratio, **words)
        assert judgement.outcome is Outcome.HOLDS
        assert measured == tasks
