"""What is read from the explorer page, and what the library gives for the same settings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import convpool

DESK = {"viewport": {"width": 1440, "height": 1000}}
PATIENCE = 120_000  # milliseconds: a page that takes long on a busy machine is still right


def new_page(browser: Any, **options: Any) -> Any:
    """Return a new page of a browser, which is waited for with patience."""
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE)
    return page


def state(page: Any) -> dict[str, Any]:
    """Return the settings of the page by name."""
    return page.evaluate("explorer.state()")


def array(page: Any, name: str) -> NDArray[Any]:
    """Return the "image", "kernels" or "output" of the page."""
    found = page.evaluate(
        f"(({{shape, data}}) => [shape, Array.from(data, String)])(explorer.model().{name})"
    )
    return np.array([float(word.replace("Infinity", "inf")) for word in found[1]]).reshape(found[0])


def library(page: Any) -> NDArray[Any]:
    """Compute what is shown: the image and the weights are the page's, the rest is the
    library's.
    """
    told = state(page)
    image = array(page, "image")[np.newaxis]
    by_hand = [[told["top"], told["bottom"]], [told["left"], told["right"]]]
    padding = by_hand if told["padding"] == "by hand" else told["padding"]
    steps: dict[str, Any] = {
        "stride": (told["sh"], told["sw"]),
        "dilation": (told["dh"], told["dw"]),
        "padding": padding,
    }
    if told["op"] == "pool":
        words: dict[str, Any] = {"ceil": told["ceil"], "count_padding": told["countPadding"]}
        return convpool.pool(image, (told["kh"], told["kw"]), mode=told["mode"], **steps, **words)[
            0
        ]
    kernels = array(page, "kernels")
    if told["op"] == "transpose":
        extra = 0 if told["padding"].startswith("same") else told["extra"]
        return convpool.convolve_transpose(
            image, kernels, groups=told["groups"], output_padding=extra, **steps
        )[0]
    fill = told["fill"] if told["padMode"] == "constant" else 0
    words = {
        "groups": told["groups"],
        "pad_mode": told["padMode"],
        "fill": fill,
        "flip": told["flip"],
    }
    result = convpool.convolve(image, kernels, **steps, **words)[0] + told["bias"]
    return np.maximum(result, 0) if told["relu"] else result


def agree(page: Any, atol: float = 0) -> None:
    """Check that the page shows what the library gives; `atol` where weights have decimals."""
    np.testing.assert_allclose(array(page, "output"), library(page), rtol=0, atol=atol)


def middle(page: Any, name: str, y: int, x: int) -> Any:
    """Return the point in the middle of a cell, on the screen."""
    page.locator("#canvas-holder").scroll_into_view_if_needed()
    return page.evaluate(
        """([name, y, x]) => {
          const block = explorer.interactivePicture.drawn().blocks.find((one) => one.name === name);
          const box = document.getElementById("canvas").getBoundingClientRect();
          return [box.left + block.x + (x + block.before[1] + 0.5) * block.cell,
                  box.top + block.y + (y + block.before[0] + 0.5) * block.cell];
        }""",
        [name, y, x],
    )


def text(page: Any, selector: str) -> str:
    """Return the text of an element, with plain spaces."""
    return page.locator(selector).inner_text().replace("\N{NO-BREAK SPACE}", " ")
