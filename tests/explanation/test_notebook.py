"""A notebook that explains: executed by a real kernel, shown by a real browser's engine where
one is installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.explanation import explain, html

CODE = """
import numpy as np
from convpool.explanation import explain
explain(np.arange(25).reshape(5, 5), np.array([[1, 0, -1]] * 3), "same", 2)
"""


def test_a_notebook_shows_the_explanation(tmp_path, monkeypatch):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    path = [str(Path(convpool.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CODE), nbformat.v4.new_code_cell("_")]
    )
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(tmp_path))
    boxes = []
    for cell in notebook.cells:
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        assert output.data["text/plain"].startswith("<Explanation of a convolution with 1 kernel")
        boxes.append(output.data["text/html"])
    for box in boxes:
        assert box.count("<svg") == 3
        assert "Window 9 of 9: row 2, column 2" in box
        (name,) = re.findall(r'<div class="cp-box convpool" id="([^"]+)"', box)
        assert f'getElementById("{name}")' in box
        assert not re.search(r"(src|href)=|url\(", box)
    assert boxes[0] != boxes[1]  # shown twice on one page, each has a name of its own


# what a page says of itself after some clicks: what is shown in each box
CLICKS = """
<script>
const boxes=[...document.querySelectorAll(".cp-box")];
const drawn=(b,s)=>[...b.querySelectorAll(s)].filter(g=>g.getAttribute("display")!="none");
const texts=b=>[...b.querySelectorAll("p[data-at]")].filter(p=>!p.hidden).map(p=>p.dataset.at);
const seen=()=>boxes.map(b=>texts(b)+":"+drawn(b,"g[data-kept]").length+":"+
[...new Set(drawn(b,"g[data-at]").map(g=>g.dataset.at))]);
const click=()=>new MouseEvent("click",{bubbles:true});
const said=[seen()];
const press=(b,s)=>{boxes[b].querySelector(s).dispatchEvent(click());said.push(seen())};
press(1,".cp-next");press(1,".cp-next");press(1,".cp-back");press(0,".cp-back");
press(0,"[data-frame='3']");
const range=boxes[1].querySelector("input");range.value=8;range.oninput();said.push(seen());
press(1,".cp-next");
said.push(boxes.map(b=>b.querySelector(".cp-steps").hidden));
said.push([range.getAttribute("aria-valuetext").slice(0,13)]);
document.body.innerHTML="<pre id=said>"+JSON.stringify(said)+"</pre>";
</script>
"""


def test_the_windows_can_be_stepped_through_and_two_boxes_do_not_meddle(tmp_path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser")
    shown = explain(np.arange(9).reshape(3, 3), np.ones((1, 1), int))
    page = tmp_path / "page.html"
    page.write_text(
        f"<meta charset=utf-8>{html.box(shown, 'a')}{html.box(shown, 'b', 2)}{CLICKS}",
        encoding="utf-8",
    )
    words = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'user'}",
        "--dump-dom",
    ]
    done = subprocess.run(
        [browser, *words, page.as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    said = json.loads(re.search(r'<pre id="said">(.*?)</pre>', done.stdout)[1])
    # number of the window : numbers of the output so far : outlines of the window
    assert said == [
        ["0:1:0", "2:3:2"],
        ["0:1:0", "3:4:3"],
        ["0:1:0", "4:5:4"],
        ["0:1:0", "3:4:3"],
        ["0:1:0", "3:4:3"],
        ["3:4:3", "3:4:3"],
        ["3:4:3", "8:9:8"],
        ["3:4:3", "8:9:8"],
        [False, False],
        ["Window 9 of 9"],
    ]
