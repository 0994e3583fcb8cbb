"""The explorer page of the documentation, docs/explorer.html, as `convpool explore` writes it.

python docs/explorer_page.py              writes it
python docs/explorer_page.py --check      writes nothing; exit status 1 if it is stale
python docs/explorer_page.py --picture    photographs it as docs/explorer.webp, in Debian's Chromium
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from pathlib import Path

from convpool.explorer import build

PAGE = Path(__file__).with_name("explorer.html")
PICTURE = PAGE.with_suffix(".webp")
SHOWN = "#h=6&w=7&c=2&nc=2&padding=same&sh=2&sw=2&i=1&j=2"


def photograph() -> None:
    """Open the page in a browser without a window and save what it shows."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(PAGE.as_uri() + SHOWN)
        page.wait_for_function("() => explorer.stage.drawn() !== null")
        shot = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(shot)).convert("RGB").save(PICTURE, quality=80, method=6)


def main() -> int:
    """Write the page, check it, or photograph it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if the page is stale"
    )
    parser.add_argument("--picture", action="store_true", help="photograph the page that is there")
    asked = parser.parse_args()
    if asked.picture:
        photograph()
    elif not asked.check:
        build.save(PAGE)
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != build.page():
        print(f"stale: {PAGE}; run python docs/explorer_page.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
