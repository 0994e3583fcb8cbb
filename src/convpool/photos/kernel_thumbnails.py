"""The sheet of thumbnails: one small picture under every named kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from convpool import filters
from convpool.photos.rendering import choose_signed, to_pixels
from convpool.system.optional_packages import needed

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Filter = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]

# colours of the ground, of text, and of less important text
PAPER, INK, FAINT = (252, 252, 250), (28, 30, 34), (112, 116, 124)
# colours of weights above and below 0: ColorBrewer RdBu, which colour-blind people can tell apart
PLUS, MINUS = np.array([178, 24, 43]), np.array([33, 102, 172])
# pixels around the sheet, between thumbnails, of the label below each, and of a side of its icon
EDGE, GAP, LABEL, ICON = 36, 22, 62, 38
COLUMNS = 4  # thumbnails in a row


def sample_picture(size: int = 180) -> NDArray[np.uint8]:
    """Draw a landscape with edges, texture and fine lines, (size, size, 3) uint8.

    Examples
    --------
    >>> sample_picture(90).shape
    (90, 90, 3)
    """
    down, right = np.meshgrid(np.linspace(0, 1, size), np.linspace(0, 1, size), indexing="ij")
    picture = _blend(down[..., None], [70, 120, 190], [250, 215, 170])
    picture[np.hypot(down - 0.27, right - 0.72) < 0.13] = [255, 244, 200]
    far = 0.52 - 0.10 * np.abs(np.sin(7 * right + 0.6)) - 0.05 * np.abs(np.sin(17 * right))
    picture[down > far] = [96, 118, 150]
    near = 0.62 + 0.06 * np.sin(5 * right + 2.2)
    picture[down > near] = [58, 98, 72]
    waves = np.sin(2 * np.pi * (4 + 26 * right) * right)[..., None]
    water = _blend(0.5 + 0.5 * waves, [34, 66, 102], [150, 186, 206])
    picture = np.where((down > 0.82)[..., None], water, picture)
    _house(picture, down, right)
    return np.asarray(np.rint(picture), dtype=np.uint8)


def _blend(share: NDArray[Any], first: list[int], second: list[int]) -> NDArray[Any]:
    """Return two colours mixed pixel by pixel, (h, w, 3).

    `share` is (h, w, 1): 0 gives the first colour, 1 the second.
    """
    return np.asarray((1 - share) * np.array(first) + share * np.array(second))


def _house(picture: NDArray[Any], down: NDArray[Any], right: NDArray[Any]) -> None:
    """Paint a house into a picture, in place: straight and slanted edges, a window with a cross.

    `down` and `right` are where each pixel lies, from 0 at the upper left to 1.
    """
    picture[(abs(right - 0.3) < 0.15) & (down > 0.54) & (down < 0.80)] = [236, 226, 206]
    roof = (down > 0.38) & (down < 0.54) & (abs(right - 0.3) < 1.2 * (down - 0.38))
    picture[roof] = [160, 60, 48]
    picture[(abs(right - 0.24) < 0.05) & (abs(down - 0.64) < 0.05)] = [60, 74, 96]
    picture[(abs(right - 0.24) < 0.008) & (abs(down - 0.64) < 0.05)] = [250, 250, 244]
    picture[(abs(right - 0.24) < 0.05) & (abs(down - 0.64) < 0.008)] = [250, 250, 244]
    picture[(abs(right - 0.375) < 0.035) & (down > 0.64) & (down < 0.80)] = [112, 70, 44]


def thumbnail_sheet(
    filter_image: Filter, sample: NDArray[Any] | None = None, side: int = 200
) -> NDArray[np.uint8]:
    """Draw one picture, small, as filtered with each named kernel.

    Parameters
    ----------
    filter_image : function
        Called with the picture (h, w, 3) and a kernel (kh, kw), returns the filtered picture in the
        same shape; in practice `convpool.filter_image`.
    sample : ndarray, optional
        Grey (h, w) or colour (h, w, 3), uint8 or uint16; cut to its middle square. None is
        `sample_picture`.
    side : int
        Rows and columns of a thumbnail.

    Returns
    -------
    ndarray
        The sheet, (h, w, 3) uint8, labelled with names, sizes and the weights as coloured squares.

    Raises
    ------
    ModuleNotFoundError
        If Pillow is not installed.
    """
    needed("PIL", "app")
    from PIL import Image, ImageDraw

    picture = sample_picture(side) if sample is None else _square(sample, side)
    names = [name for name in filters.NAMES if name != "scharr"]  # scharr is scharr-x
    rows = -(-len(names) // COLUMNS)
    width = 2 * EDGE + COLUMNS * side + (COLUMNS - 1) * GAP
    sheet = Image.new("RGB", (width, 3 * EDGE + rows * (side + LABEL + GAP) + EDGE), PAPER)
    draw = ImageDraw.Draw(sheet)
    _heading(draw)
    for n, name in enumerate(names):
        at = (EDGE + n % COLUMNS * (side + GAP), 3 * EDGE + n // COLUMNS * (side + LABEL + GAP))
        weights = filters.kernel(name)
        values = filter_image(picture, weights)
        thumbnail = to_pixels(values, np.uint8, choose_signed(weights)).pixels
        _cell(sheet, at, name, thumbnail)
    _legend(draw, sheet.height - EDGE)
    return np.array(sheet)


def _square(sample: NDArray[Any], side: int) -> NDArray[np.uint8]:
    """Return the middle square of a picture, scaled to (side, side, 3), uint8."""
    from PIL import Image

    eight_bits = sample if sample.dtype == np.uint8 else (sample >> 8).astype(np.uint8)
    h, w = eight_bits.shape[:2]
    shorter = min(h, w)
    top, left = (h - shorter) // 2, (w - shorter) // 2
    middle = Image.fromarray(
        np.ascontiguousarray(eight_bits[top : top + shorter, left : left + shorter])
    ).convert("RGB")
    return np.array(middle.resize((side, side), Image.Resampling.LANCZOS))


def _font(size: float) -> Any:
    """Return Pillow's own font in a size in pixels."""
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _heading(draw: ImageDraw) -> None:
    """Write the title of the sheet, and the command that uses a kernel."""
    draw.text((EDGE, EDGE - 8), "Named kernels", fill=INK, font=_font(28))
    draw.text(
        (EDGE, EDGE + 30), "convpool apply PHOTO --kernel NAME -o OUT", fill=FAINT, font=_font(16)
    )


def _cell(sheet: Image, at: tuple[int, int], name: str, thumbnail: NDArray[np.uint8]) -> None:
    """Draw one kernel onto the sheet: its thumbnail, and below it weights, name and size.

    `at` is (x, y) of the thumbnail's upper left corner, `name` the kernel's.
    """
    from PIL import Image, ImageDraw

    weights, draw = filters.kernel(name), ImageDraw.Draw(sheet)
    (x, y), side = at, thumbnail.shape[0]
    sheet.paste(Image.fromarray(thumbnail), at)
    icon = Image.fromarray(_weights_picture(weights)).resize((ICON, ICON), Image.Resampling.NEAREST)
    sheet.paste(icon, (x, y + side + 8))
    draw.rectangle((x, y + side + 8, x + ICON - 1, y + side + 7 + ICON), outline=(190, 194, 200))
    draw.text(
        (x + ICON + 9, y + side + 7), name, fill=INK, font=_font(15 if len(name) < 20 else 13.5)
    )
    size = f"{weights.shape[0]} x {weights.shape[1]}"
    if "size" in filters.options(name):
        size += ", size can be set"
    draw.text((x + ICON + 9, y + side + 29), size, fill=FAINT, font=_font(13))


def _weights_picture(weights: NDArray[Any]) -> NDArray[np.uint8]:
    """Return weights (kh, kw) as colours (kh, kw, 3): red above zero, blue below, white at zero."""
    share = (weights / np.abs(weights).max())[..., None]  # -1 to 1
    full_colours = np.where(share < 0, MINUS, PLUS)
    strength = np.abs(share) ** 0.6  # so that small weights can be seen
    return np.asarray(np.rint(255 + strength * (full_colours - 255.0)), dtype=np.uint8)


def _legend(draw: ImageDraw, y: int) -> None:
    """Write what the colours mean, just above y."""
    legend = (
        "Squares: weights, red above 0, blue below. Kernels that sum to 0 are shown with 0 "
        "as middle grey."
    )
    draw.text((EDGE, y - 18), legend, fill=FAINT, font=_font(14))
