"""The README's calls print what it says, and its links lead somewhere."""

import doctest
import pathlib
import re

from convpool.engines import convolution_costs

ROOT = pathlib.Path(__file__).parents[2]


def test_calls_print_what_the_readme_says(monkeypatch):
    rates = convolution_costs.COMPILED_RATES
    for isa in rates:  # its plan is one of a processor with AVX2
        monkeypatch.setitem(rates, isa, rates["avx2"])
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried >= 4
    assert failed == 0


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
