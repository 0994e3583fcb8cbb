"""A headless Chromium, and the explorer page in it, for the tests of this folder."""

from __future__ import annotations

import shutil

import pytest

from convpool.explorer import build
from support.explorer_page import DESK, PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ALL_SETTINGS = "document.getElementById('all-settings').click()"


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    file = tmp_path_factory.mktemp("explorer") / "explorer.html"
    build.save(file)
    return file.as_uri()


def watch(page, address, complaints):
    """Collect what a page says on the console and asks for beyond itself."""

    def asked(request):
        if not request.url.startswith((address, "blob:", "data:", "about:")):
            complaints.append(f"request {request.url}")

    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: complaints.append(f"console {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error {error}"))
    page.on("request", asked)


@pytest.fixture
def show(browser, address):
    """Open the page with a fragment, in a browser context of its own; afterwards, it must have said
    nothing on the console and asked for nothing.
    """
    contexts, complaints = [], []

    def opened(fragment="", **words):
        contexts.append(browser.new_context(**(words or DESK)))
        page = contexts[-1].new_page()
        watch(page, address, complaints)
        page.goto(address + fragment)
        page.evaluate(ALL_SETTINGS)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(show):
    return show()


@pytest.fixture(scope="module")
def one_page(browser, address):
    """A page that the tests of a file share, with what it has complained of."""
    context = browser.new_context(**DESK)
    page, complaints = context.new_page(), []
    watch(page, address, complaints)
    yield page, complaints
    context.close()


@pytest.fixture
def visit(one_page, address):
    """Open the shared page with a fragment, and with all settings; `first` as on a first visit."""
    page, complaints = one_page

    def visited(fragment="", *, first=False):
        page.goto("about:blank")
        page.goto(address + fragment)
        if first:
            page.evaluate("try { localStorage.clear() } catch {}")
            page.reload()
        else:
            page.evaluate(ALL_SETTINGS)
        return page

    yield visited
    page.evaluate("try { sessionStorage.clear() } catch {}")
    heard = complaints[:]
    complaints.clear()
    assert heard == []
