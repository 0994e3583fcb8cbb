"""The explorer page beside the documentation, docs/explorer.html, as `convpool explore` writes it.

python docs/explorer_page.py              writes it
python docs/explorer_page.py --picture    photographs it as docs/explorer.webp, in Debian's Chromium
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from convpool.explorer import build

PAGE = Path(__file__).with_name("explorer.html")
PICTURE = PAGE.with_suffix(".webp")
FRAGMENT = "#h=6&w=7&c=2&nc=2&padding=same&sh=2&sw=2&i=1&j=2"  # what the picture shows


def photograph() -> None:
    """Open the page in a browser without a window and save what it shows."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(PAGE.as_uri() + FRAGMENT)
        page.wait_for_function("() => explorer.interactivePicture.drawn() !== null")
        drawn = "[...document.querySelectorAll('#examples canvas')].every((c) => c.width === 150)"
        page.wait_for_function(drawn)
        screenshot = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(screenshot)).convert("RGB").save(PICTURE, quality=80, method=6)


def main() -> None:
    """Write the page, and photograph it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", action="store_true", help="photograph the page too")
    words = parser.parse_args()
    build.save(PAGE)
    if words.picture:
        photograph()


if __name__ == "__main__":
    main()
