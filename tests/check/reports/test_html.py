"""The report as a page."""

import html.parser
import re
from dataclasses import replace

import pytest

from convpool.check.reports import html as report_html
from convpool.check.verdicts import Finding, Score
from support.judgements import (
    BROKEN,
    CLASS,
    EVIL_ONE,
    FAILS,
    WINDOW,
    item,
    make_judgement,
)


class Page(html.parser.HTMLParser):
    """Counts what is opened, and notes what is not closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("judgements", [[BROKEN], CLASS])
def test_the_page_needs_nothing_else(judgements):
    text = report_html.as_html(judgements)
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name == "src"]
    assert "http" not in re.sub("http-equiv", "", text)
    assert text.count('<details class="card student"') == len(judgements)


def test_the_page_has_every_finding():
    text = report_html.as_html([BROKEN])
    for words in (
        "chmod +x FILE",
        "equals the reference if flipped",
        "uint8 wraps here",
        WINDOW,
        "12 x",
    ):
        assert words in text


def test_the_most_important_comes_first_and_the_rest_is_closed():
    """As in the terminal; a click opens other cases and the remarks."""
    small = Finding("one case", details="its case", failing=1, cases=9)
    large = Finding("most cases", details="its case", failing=8, cases=9)
    text = report_html.as_html(
        [
            make_judgement(
                item(0, "valid", FAILS, small),
                item(3, "same", FAILS, large, remarks=[Finding("a remark")]),
            )
        ]
    )
    assert text.index("First: task 3, ") < text.index("most cases") < text.index("one case")
    assert text.count("<details open><summary>a case") == 1
    assert text.index("<details open><summary>a case") < text.index("one case")
    assert text.index("Remarks, no verdicts (1)</summary>") < text.index("a remark")


def test_the_overview_has_rules_points_and_who_was_not_judged():
    text = report_html.as_html(
        [
            replace(BROKEN, score=Score(1.5, 9, 0), similar=("eve (tasks 3)",)),
            make_judgement(
                name="eve",
                not_judged="nothing was handed in",
                notes=("a <note>",),
                similar=("ada (tasks 3)",),
            ),
        ]
    )
    for words in ('<th scope="col">rules</th>', "<td>1.5/9</td>", "eve: a &lt;note&gt;"):
        assert words in text
    assert "eve: not judged: nothing was handed in" in text
    assert "Similar, for you to see: ada and eve (tasks 3)" in text
    assert text.count("Similar, for you to see") == 1, "each pair once"


def test_the_page_says_what_strangers_wrote_and_does_not_run_it():
    text = report_html.as_html([EVIL_ONE])
    assert "script" not in Page(text).tags
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; [red]red[/red]" in text
