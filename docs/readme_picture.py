"""The README's moving picture, a convolution in the explorer, step by step.

python docs/readme_picture.py    films docs/explorer.html in Debian's Chromium
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

PAGE = Path(__file__).with_name("explorer.html")
PICTURE = PAGE.with_name("explorer_steps.webp")
SETTINGS = "?embed=1#h=6&w=7&padding=same&sh=2&sw=2&soFar=1"
OUTPUT, MILLISECONDS = (3, 4), 900
SIZE, SCALE = (1100, 740), 0.75


def film() -> list[Image.Image]:
    """Return a picture of the page at each step."""
    pictures = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        for i, j in np.ndindex(OUTPUT):
            page.goto("about:blank")
            page.goto(f"{PAGE.as_uri()}{SETTINGS}&i={i}&j={j}")
            page.wait_for_timeout(300)
            pictures.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        browser.close()
    return pictures


def main() -> None:
    """Write the moving picture."""
    size = tuple(round(SCALE * pixels) for pixels in SIZE)
    first, *others = [picture.resize(size) for picture in film()]
    first.save(
        PICTURE, save_all=True, append_images=others, duration=MILLISECONDS, loop=0, quality=60
    )
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
