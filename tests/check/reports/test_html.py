"""The report as a page."""

import html.parser
import re

import pytest

from convpool.check.reports import html as report_html
from support.judgements import (
    BROKEN,
    CLASS,
    EVIL_ONE,
    WINDOW,
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


def test_the_page_says_what_strangers_wrote_and_does_not_run_it():
    text = report_html.as_html([EVIL_ONE])
    assert "script" not in Page(text).tags
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; [red]red[/red]" in text
