"""The demonstration's pictures: images above, results below, and the weights beside them.

m images, h x w pixels. All lengths are pixels of the PNG, which has two for each one of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.colours import COLORS
from convpool.system.optional_packages import needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

Array = NDArray[Any]

SHOWN = 6  # images that are drawn
# side of the square that holds one image: 13 pixels of the PNG for each of 28, 11 for each of 34
TILE = 374
GAP = 24  # between tiles, and around rows
LEGEND, BAR = 460, 190  # width on the left for labels and weights, on the right for a colour scale
DPI = 200
SHADED = 0.98  # quantile of the magnitudes from which on all results have the strongest colour
TIMES, MINUS = "\u00d7", "\u2212"
SCHEMES = ("light", "dark")
# far below zero and far above, stronger than under a number: the explorer's blue and orange of text
FAR = {"light": ("#145ca8", "#b23c10"), "dark": ("#66aaff", "#ff9254")}


def colour(name: str, scheme: str) -> str:
    """Return a colour of explanations in one of SCHEMES, as "#rrggbb"."""
    return COLORS[name][SCHEMES.index(scheme)]


def signed_colours(scheme: str) -> list[str]:
    """Return the colours from far below zero over zero to far above, as in all explanations."""
    names = ["n4", "n3", "n2", "n1", "zero", "p1", "p2", "p3", "p4"]
    below, above = FAR[scheme]
    return [below, *(colour(name, scheme) for name in names), above]


@dataclass(frozen=True)
class Row:
    """A row of pictures.

    Attributes
    ----------
    label : on the left
    pictures : (m, h, w, 3 or 4), colours as matplotlib takes them
    pixel : side of the square that stands for one pixel of them
    weights : (kh, kw), below the label; None for none
    note : beside the weights
    scale : the colours of the numbers, as a scale on the right; None for none
    """

    label: str
    pictures: Array
    pixel: int
    weights: Array | None = None
    note: str = ""
    scale: ScalarMappable | None = field(default=None, repr=False)


def signed_scale(values: Array, scheme: str = "light") -> ScalarMappable:
    """Return colours for numbers with a sign: stronger with the distance from zero.

    Parameters
    ----------
    values
        Any shape; the largest distance from zero among them gets the strongest colour.
    scheme
        One of SCHEMES: zero is nearly white in the light one, nearly black in the dark one.

    Returns
    -------
    matplotlib's mapping from numbers to colours: blue below zero, orange above

    Examples
    --------
    >>> signed_scale(np.array([-1.0, 4.0])).to_rgba(0.0, bytes=True)
    (np.uint8(244), np.uint8(245), np.uint8(247), np.uint8(255))
    """
    colors = needed("matplotlib.colors")
    # an odd number of colours has one in the middle
    colormap = colors.LinearSegmentedColormap.from_list("signed", signed_colours(scheme), N=257)
    limit = float(np.abs(values).max(initial=0)) or 1.0
    scale: ScalarMappable = needed("matplotlib.cm").ScalarMappable(
        colors.CenteredNorm(0, limit), colormap
    )
    return scale


def draw(
    before: Array,
    after: Array,
    weights: Sequence[Array],
    *,
    signed: bool = True,
    scheme: str = "light",
) -> Figure:
    """Draw a row of images, and below it a row for each kernel's results, with the kernel.

    Parameters
    ----------
    before
        (m, h, w) or (m, h, w, 3), at most SHOWN images.
    after
        The results: (m, oh, ow), or (m, oh, ow, nc) for nc kernels, or (m, oh, ow, 3) in
        the images' colours.
    weights
        (kh, kw) for each kernel.
    signed
        Whether results are drawn in colours of their sign; otherwise in the images' own.
    scheme
        One of SCHEMES.

    Returns
    -------
    a matplotlib figure of its own, unknown to pyplot; every pixel of an image is a square of whole
    pixels of the PNG
    """
    pixel, stride = pixel_sizes(before.shape[1:3], after.shape[1:3])
    note = "" if before.ndim == 3 else "for red,\ngreen and\nblue"
    scale_of = partial(signed_scale, scheme=scheme) if signed else None
    results = _result_rows(after, weights, scale_of, pixel * stride, note)
    rows = [_images_row(before, pixel), *results]
    width, height = size(len(rows))
    figure: Figure = needed("matplotlib.figure").Figure(
        (width / DPI, height / DPI), dpi=DPI, facecolor=colour("ground", scheme)
    )
    for number, row in enumerate(rows):
        _draw_row(figure, row, GAP + number * (TILE + 2 * GAP), scheme)
    return figure


def size(rows: int) -> tuple[int, int]:
    """Return (width, height) of a picture with so many rows, in pixels of the PNG."""
    return LEGEND + SHOWN * (TILE + GAP) + BAR, rows * (TILE + 2 * GAP)


def pixel_sizes(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, int]:
    """Return (pixel, stride): how large pixels of images and results are drawn.

    pixel: side of the square of the PNG that stands for one pixel of an image. stride: how many
    times as long the side for a pixel of a result is, so that images and results have one scale,
    and one sees what the borders lose or gain. `before` and `after` are sizes (h, w) of an image
    and of its result.

    Examples
    --------
    >>> pixel_sizes((28, 28), (26, 26)), pixel_sizes((32, 32), (16, 16))
    ((13, 1), (11, 2))
    """
    stride = max(1, round(before[0] / after[0]))
    return TILE // max(*before, *(stride * side for side in after)), stride


def _images_row(images: Array, pixel: int) -> Row:
    """Return the row of the images; grey ones are scaled so that the largest value is white."""
    if images.ndim == 3:
        images = np.stack([images / (images.max(initial=0) or 1)] * 3, axis=-1)
    return Row(f"before\n{_by(images)} pixels", images, pixel)


def _result_rows(
    output: Array,
    weights: Sequence[Array],
    scale_of: Callable[[Array], ScalarMappable] | None,
    pixel: int,
    note: str,
) -> Iterator[Row]:
    """Yield a row for each kernel's results or, without a scale, one with all channels as colours.

    `pixel` and `note` are those of `Row`.
    """
    label = f"after\n{_by(output)}"
    if scale_of is None:
        yield Row(label, np.rint(output).astype(np.uint8), pixel, weights[0], note)
        return
    for number, kernel in enumerate(weights):
        values = output[..., number] if output.ndim == 4 else output
        # the few numbers that stand out would leave all others pale
        limit = np.quantile(np.abs(values), SHADED)
        scale = scale_of(np.clip(values, -limit, limit))
        yield Row(label, np.asarray(scale.cmap(scale.norm(values))), pixel, kernel, note, scale)


def _by(images: Array) -> str:
    """Return the size of images (m, h, w, ...) as text: "28 x 28", with a multiplication sign."""
    return f"{images.shape[1]} {TIMES} {images.shape[2]}"


def _draw_row(figure: Figure, row: Row, top: int, scheme: str) -> None:
    """Draw a row from `top`, a distance from the figure's upper edge, downwards."""
    ink = colour("ink", scheme)
    for number, picture in enumerate(row.pictures):
        _draw_picture(figure, picture, row.pixel, LEGEND + number * (TILE + GAP), top)
    figure.text(*_at(figure, GAP, top), row.label, size=13, color=ink, va="top", linespacing=1.3)
    if row.weights is not None:
        _draw_weights(figure, row, GAP, top + 120, scheme)
    if row.scale is not None:
        bar = _axes(figure, LEGEND + SHOWN * (TILE + GAP), top + GAP, 28, TILE - 2 * GAP)
        _draw_scale(figure, bar, row.scale, ink)


def _draw_picture(figure: Figure, picture: Array, pixel: int, left: int, top: int) -> None:
    """Draw a picture (h, w, 3 or 4) in the middle of the tile whose edges are at `left` and `top`.

    `pixel` is the side of the square that stands for one of its pixels.
    """
    height, width = picture.shape[0] * pixel, picture.shape[1] * pixel
    axes = _axes(figure, left + (TILE - width) // 2, top + (TILE - height) // 2, width, height)
    axes.imshow(picture, interpolation="nearest", aspect="auto")
    axes.axis("off")


def _draw_weights(figure: Figure, row: Row, left: int, top: int, scheme: str) -> None:
    """Draw a row's weights from (left, top) on, each as a number on its colour, and its note."""
    assert row.weights is not None
    (kh, kw), cell = row.weights.shape, 80  # side of the square of a weight
    line = colour("line", scheme)
    axes = _axes(figure, left, top, kw * cell, kh * cell)
    # four fifths of the strength, so that numbers can be read
    colours = signed_scale(1.25 * row.weights, scheme).to_rgba(row.weights)
    axes.imshow(colours, interpolation="nearest", aspect="auto")
    axes.hlines(np.arange(kh + 1) - 0.5, -0.5, kw - 0.5, color=line)
    axes.vlines(np.arange(kw + 1) - 0.5, -0.5, kh - 0.5, color=line)
    axes.axis("off")
    for (u, v), weight in np.ndenumerate(row.weights):
        text = axes.text(v, u, fraction(weight), size=13, color=colour("ink", scheme))
        text.set(ha="center", va="center_baseline")
    figure.text(
        *_at(figure, left + kw * cell + 20, top + kh * cell // 2),
        row.note,
        size=11,
        color=colour("grey", scheme),
        va="center",
    )


def fraction(value: float) -> str:
    """Return a number as text, a fraction with a real minus sign: "2", "1/4"."""
    return str(Fraction(value).limit_denominator(999)).replace("-", MINUS)


def _draw_scale(figure: Figure, axes: Axes, scale: ScalarMappable, ink: str) -> None:
    """Draw a colour scale into axes, with numbers at its ends and at 0."""
    limit = float(scale.get_clim()[1] or 1)
    bar = figure.colorbar(scale, cax=axes, ticks=[-limit, 0, limit])
    limit_text = f"{float(f'{limit:.3g}'):g}"  # three significant digits
    labels = [f"\u2264{MINUS}{limit_text}", "0", f"\u2265+{limit_text}"]
    bar.ax.set_yticklabels(labels, size=12, color=ink)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, pad=8)


def _axes(figure: Figure, left: int, top: int, width: int, height: int) -> Axes:
    """Return new axes in a rectangle, given in pixels from the figure's upper left corner."""
    x, y = _at(figure, left, top + height)
    w, h = figure.get_size_inches() * DPI
    return figure.add_axes((x, y, width / w, height / h))


def _at(figure: Figure, left: int, top: int) -> tuple[float, float]:
    """Return pixels from the upper left corner as (x, y) from the lower left, 0 to 1."""
    width, height = figure.get_size_inches() * DPI
    return left / width, 1 - top / height
