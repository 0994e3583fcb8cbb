"""The small pictures of the course folder's README, drawn from what its seven files compute.

    python docs/course_pictures.py            writes the pictures of the course folder
    python docs/course_pictures.py --check    writes nothing; exit status 1 if one is stale

Only images and kernels are chosen here. Every result is what a course file returns, every size is
measured on it, and `windows` refuses to draw a padding that does not give that result. To add a
picture, add a function to PICTURES.

n k s: the size of an axis, a window and a step; before, after: its zeros; i j a position in the
output, u v a tap.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable
from fractions import Fraction
from html import escape
from pathlib import Path

import numpy as np

from convpool.explanation.colours import COLORS, shade

COURSE = Path(__file__).resolve().parents[1] / "math" / "0x04-convolutions_and_pooling"
FOLDER = COURSE / "pictures"

# the colours of all explanations; windows have a frame
PAPER, INK, LINE, GREY, FRAME, HATCH, WRONG = (
    COLORS[name][0] for name in ("ground", "ink", "line", "grey", "frame", "hatch", "left")
)
SHADED = "shaded"  # in the colour that a number has: orange above 0, blue below
ZERO, DROPPED = "url(#zero)", "url(#dropped)"
MINUS, DOT, ARROW, DOWN, TIMES = "\u2212", "\u00b7", "\u2192", "\u2193", "\u00d7"
HATCHES = "".join(
    f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate({angle})"><rect width="6" height="6" fill="{PAPER}"/>'
    f'<path d="M0 0V6" stroke="{colour}" stroke-width="2"/></pattern>'
    for name, angle, colour in (("zero", 45, HATCH), ("dropped", -45, WRONG))
)


def course(stem: str) -> Callable:
    """Return the function of one course file, loaded by its path."""
    spec = importlib.util.spec_from_file_location(stem, COURSE / f"{stem}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, stem.split("-")[1])


VALID = course("0-convolve_grayscale_valid")
SAME = course("1-convolve_grayscale_same")
PADDED = course("2-convolve_grayscale_padding")
STRIDED = course("3-convolve_grayscale")
POOL = course("6-pool")

# over 1 2 3 it gives 321: it writes the digits under its taps
DIGITS = np.array([[1, 10, 100]])
EDGES = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])


# ---- what pictures consist of ----


def number(value: float) -> str:
    """Write 7 for 7.0, and 1/9 for a ninth."""
    fraction = Fraction(float(value)).limit_denominator(99)
    if float(fraction) != value:
        raise ValueError(f"{value} is no simple fraction: it would be drawn rounded")
    return str(fraction).replace("-", MINUS)


def size(values: np.ndarray) -> str:
    """Write the size of an array: 3 x 4."""
    return f" {TIMES} ".join(str(n) for n in values.shape)


def text(
    x: float, y: float, words: str, font: int = 14, anchor: str = "middle", fill: str = INK
) -> str:
    """Words whose middle (or start) is at x, on the line y."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{font}" text-anchor="{anchor}" '
        f'fill="{fill}">{escape(words)}</text>'
    )


def box(
    x: float, y: float, width: float, height: float, fill: str, edge: str = LINE, stroke: float = 1
) -> str:
    """Draw a rectangle."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" '
        f'stroke="{edge}" stroke-width="{stroke:g}"/>'
    )


def cell(x: float, y: float, value: float, fill: str, side: int) -> str:
    """One number in its square; on hatching it gets a light ground of its own."""
    font = 12 if side < 30 or abs(value) >= 100 else 14
    word = number(value)
    ground = (
        box(x + side / 2 - 7, y + side / 2 - 8, 14, 16, PAPER, "none")
        if fill.startswith("url")
        else ""
    )
    return (
        box(x, y, side, side, fill)
        + ground
        + text(x + side / 2, y + side / 2 + font * 0.36, word, font)
    )


def grid(
    x: float,
    y: float,
    values: np.ndarray,
    fill: str | np.ndarray,
    side: int = 32,
    window: tuple = (),
) -> str:
    """Draw a table of numbers, with window (i, j, kh, kw) highlighted; fill: one colour or many."""
    fills = np.array(np.broadcast_to(fill, values.shape), dtype=object)
    greatest = float(np.abs(values).max())
    for place in np.argwhere(fills == SHADED):
        fills[tuple(place)] = COLORS[shade(float(values[tuple(place)]), greatest)][0]
    frame = ""
    if window:
        i, j, kh, kw = window
        frame = box(x + j * side, y + i * side, kw * side, kh * side, "none", FRAME, 3)
    cells = [
        cell(x + j * side, y + i * side, values[i, j], fills[i, j], side)
        for i, j in np.ndindex(values.shape)
    ]
    return "".join(cells) + frame


def pixels(
    x: float, y: float, values: np.ndarray, black: float, white: float, side: int = 8
) -> str:
    """Draw numbers as greys, from black to white, or, below 0 too, in the colours of their sign.

    What lies outside that range is cut off.
    """
    greys = np.clip(np.rint(255 * (values - black) / (white - black)), 0, 255).astype(int)
    fills = {place: f"rgb({grey},{grey},{grey})" for place, grey in np.ndenumerate(greys)}
    if black < 0:
        fills = {
            place: COLORS[shade(float(value), white)][0] for place, value in np.ndenumerate(values)
        }
    parts = [
        f'<rect x="{x + j * side:g}" y="{y + i * side:g}" width="{side}" height="{side}" '
        f'fill="{fill}"/>'
        for (i, j), fill in fills.items()
    ]
    frame = box(x, y, values.shape[1] * side, values.shape[0] * side, "none")
    return f'<g shape-rendering="crispEdges">{"".join(parts)}</g>{frame}'


def bordered(values: np.ndarray, zeros: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Return values with zeros ((top, bottom), (left, right)) around, and each cell's colour."""
    padded = np.pad(values, zeros)
    return padded, np.where(np.pad(np.ones(values.shape, bool), zeros), SHADED, ZERO)


def windows(
    x: float, y: float, values: np.ndarray, before: int, after: int, s: int, out: np.ndarray
) -> str:
    """Draw an axis with its zeros, a bar under each window, and the window's result on DIGITS."""
    side, k = 26, DIGITS.shape[1]
    padded, fills = bordered(values[np.newaxis], ((0, 0), (before, after)))
    if not np.array_equal(STRIDED(padded[np.newaxis], DIGITS, "valid", (1, s))[0, 0], out):
        raise ValueError(f"{before} zeros before and {after} after do not give {out}")
    parts = [grid(x, y, padded, fills, side)]
    for j, total in enumerate(out):
        line = y + side + 8 + 24 * j
        parts.append(box(x + j * s * side + 2, line, k * side - 4, 18, PAPER, FRAME, 2))
        parts.append(box(x + padded.size * side + 12, line - 1, 40, 20, COLORS["zero"][0]))
        parts.append(text(x + padded.size * side + 32, line + 14, number(total), 13))
    return "".join(parts)


def card(width: int, height: int, title: str, *parts: str) -> str:
    """Put the parts on a light card, readable on a dark page; the title is the alt text."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" font-family="DejaVu Sans, Verdana, '
            'Arial, sans-serif">',
            f"<title>{escape(title)}</title>",
            f"<defs>{HATCHES}</defs>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" '
            f'fill="{PAPER}" stroke="{LINE}"/>',
            *parts,
            "</svg>\n",
        ]
    )


# ---- the pictures ----


def flip() -> str:
    """The kernel as it is, and turned round."""
    image = np.arange(1, 6)[np.newaxis]
    parts, results = [], []
    for y, kernel, words in (
        (30, DIGITS, "as it is (here)"),
        (122, DIGITS[:, ::-1], "flipped (mathematics)"),
    ):
        out = VALID(image[np.newaxis], kernel)[0]
        results.append(" ".join(number(total) for total in out[0]))
        parts += [
            text(24, y + 4, f"the kernel {words}", 13, "start", GREY),
            grid(24, y + 18, image, SHADED, 36, (0, 0, *kernel.shape)),
            text(228, y + 43, "*", 24),
            grid(252, y + 18, kernel, SHADED, 36),
            text(382, y + 43, "=", 24),
            grid(404, y + 18, out, SHADED, 36, (0, 0, 1, 1)),
        ]
    title = (
        f"The kernel {' '.join(number(tap) for tap in DIGITS[0])} over "
        f"{' '.join(number(p) for p in image[0])}: as it is {results[0]}, flipped {results[1]}."
    )
    return card(540, 196, title, *parts)


def pooling() -> str:
    """The largest value, and the average, of each window."""
    image = np.array([[1, 3, 2, 0], [5, 7, 4, 2], [8, 0, 1, 1], [4, 4, 3, 3]])
    k = 2
    images = image[np.newaxis, :, :, np.newaxis]
    most, mean = (POOL(images, (k, k), (k, k), mode)[0, :, :, 0] for mode in ("max", "avg"))
    title = (
        f"A {size(image)} image in windows of {k} {TIMES} {k}: the maxima are "
        f"{', '.join(map(number, most.flat))}, the averages {', '.join(map(number, mean.flat))}."
    )
    frames = [
        box(30 + j * 36, 50 + i * 36, k * 36, k * 36, "none", FRAME, 3)
        for i in range(0, len(image), k)
        for j in range(0, image.shape[1], k)
    ]
    return card(
        560,
        218,
        title,
        text(102, 32, "image"),
        grid(30, 50, image, SHADED, 36, (0, 0, k, k)),
        *frames,
        text(226, 128, ARROW, 24),
        text(310, 70, "max pooling"),
        grid(274, 86, most, SHADED, 36, (0, 0, 1, 1)),
        text(458, 70, "average pooling"),
        grid(422, 86, mean, SHADED, 36, (0, 0, 1, 1)),
        text(384, 190, "one number for each window", 13, fill=GREY),
    )


def kernels() -> str:
    """What four kernels make of one picture."""
    rows, columns = np.mgrid[:18, :18]
    disk = (rows - 11) ** 2 + (columns - 11) ** 2 <= 17
    block = (abs(rows - 5) < 4) & (abs(columns - 4) < 3)
    image = 4 * disk + 2 * block
    cross = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    middle = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    entries = (
        ("copy", middle, 0),
        ("blur", np.ones((3, 3)) / 9, 0),
        ("vertical edges", EDGES, -1),
        ("sharpen", 5 * middle - cross, 0),
    )
    parts = []
    for n, (name, kernel, signed) in enumerate(entries):
        out = SAME(image[np.newaxis], kernel)[0]
        white = abs(out).max() if signed else 1.5 * image.max()
        x = 24 + 176 * n
        parts += [
            text(x + 72, 30, name),
            grid(x + 21, 44, kernel, SHADED, 34),
            text(x + 72, 170, DOWN, 20),
            pixels(x, 182, out, signed * white, white),
        ]
    names = ", ".join(name for name, _, _ in entries)
    return card(
        720,
        350,
        f"Four kernels and what they make of a block and a brighter disk: {names}.",
        *parts,
    )


def padding() -> str:
    """No zeros, one row and column on each side, two."""
    image = np.arange(1, 10).reshape(3, 3)
    kernel = np.ones((3, 3), int)
    parts, sizes = [], []
    for middle, words, ph in ((110, "'valid'", 0), (330, "'same'", 1), (590, "(2, 2)", 2)):
        out = PADDED(image[np.newaxis], kernel, (ph, ph))[0]
        if words.startswith("'") and not np.array_equal(
            out, STRIDED(image[np.newaxis], kernel, words.strip("'"))[0]
        ):
            raise ValueError(f"{words} is not {ph} on each side")
        padded, fills = bordered(image, ((ph, ph), (ph, ph)))
        sizes.append(f"{words} {size(padded)} to {size(out)}")
        parts += [
            text(middle, 30, words, 15),
            grid(
                middle - padded.shape[1] * 14,
                142 - len(padded) * 14,
                padded,
                fills,
                28,
                (0, 0, *kernel.shape),
            ),
            text(middle, 268, DOWN, 20),
            grid(middle - out.shape[1] * 15, 354 - len(out) * 15, out, SHADED, 30, (0, 0, 1, 1)),
            text(middle, 458, f"{size(padded)} {ARROW} {size(out)}", 13, fill=GREY),
        ]
    title = (
        f"A {size(image)} image, a {size(kernel)} kernel of ones, three paddings: "
        f"{', '.join(sizes)}."
    )
    return card(720, 476, title, *parts)


def stride() -> str:
    """The windows of one axis at steps of 1, 2 and 3."""
    values = np.arange(1, 8)
    parts, words = [], []
    for s, x in ((1, 20), (2, 276), (3, 532)):
        out = STRIDED(values[np.newaxis, np.newaxis], DIGITS, "valid", (1, s))[0, 0]
        words.append(f"{len(out)} windows at stride {s}")
        parts += [text(x + 91, 30, f"stride {s}"), windows(x, 44, values, 0, 0, s, out)]
    return card(
        786,
        210,
        f"An axis of {values.size} and a window of {DIGITS.size}: {', '.join(words)}.",
        *parts,
    )


def same_twice() -> str:
    """What 'same' means at stride 2: here, and in TensorFlow and Keras."""
    values = np.arange(1, 5)
    n, k, s = values.size, DIGITS.size, 2
    ours = STRIDED(values[np.newaxis, np.newaxis], DIGITS, "same", (1, s))[0, 0]
    total = (n - 1) * s + k - n
    before, after = total - total // 2, total // 2
    theirs_size = -(-n // s)  # rounded up
    rest = max((theirs_size - 1) * s + k - n, 0)
    first, last = rest // 2, rest - rest // 2
    padded = np.pad(values, (first, last))
    theirs = STRIDED(padded[np.newaxis, np.newaxis], DIGITS, "valid", (1, s))[0, 0]
    if len(theirs) != theirs_size or len(ours) != n:
        raise ValueError(f"{len(ours)} and {len(theirs)} windows are not {n} and {theirs_size}")
    title = (
        f"'same' for {n} pixels, a kernel of {k} and stride {s}. "
        f"Here: {total} zeros, {before} before and {after} after, {len(ours)} windows, "
        f"{', '.join(map(number, ours))}. TensorFlow and Keras: {rest} zero, after, "
        f"{len(theirs)} windows, {', '.join(map(number, theirs))}."
    )
    return card(
        640,
        220,
        title,
        text(24, 30, f"here: {total} zeros, {before} before, {after} after", 13, "start"),
        windows(24, 46, values, before, after, s, ours),
        text(24, 204, f"{len(ours)} results for {n} pixels", 13, "start", GREY),
        text(400, 30, f"TensorFlow, Keras: {rest} zero, after", 13, "start"),
        windows(400, 46, values, first, last, s, theirs),
        text(400, 204, f"{len(theirs)} results for {n} pixels", 13, "start", GREY),
    )


def floor() -> str:
    """Thirteen windows of 3 fit on 28 pixels at stride 2; a fourteenth would hang over the edge."""
    values = np.arange(28)
    n, k, s, side, x = values.size, DIGITS.size, 2, 25, 24
    count = STRIDED(values[np.newaxis, np.newaxis], DIGITS, "valid", (1, s)).shape[-1]
    words = f"{n} pixels, windows of {k}, stride {s}"
    parts = [text(x, 30, words, 14, "start"), grid(x, 44, values[np.newaxis], SHADED, side)]
    for j in range(count + 1):
        fits = j < count
        edge, fill = (FRAME, PAPER) if fits else (WRONG, DROPPED)
        y = 78 + 30 * (j % 2)
        parts.append(box(x + j * s * side + 2, y, k * side - 4, 22, fill, edge, 2))
        if fits:
            parts.append(text(x + (j * s + k / 2) * side, y + 16, str(j), 13))
    parts += [
        text(x, 162, f"floor: windows 0 to {count - 1}, that is {count}", 13, "start"),
        text(
            x + n * side + 26,
            162,
            f"one more needs pixel {count * s + k - 1}: there is none",
            13,
            "end",
            WRONG,
        ),
    ]
    title = (
        f"On {n} pixels, {count} windows of {k} fit at stride {s}. One more would need pixel "
        f"{count * s + k - 1}, but the last is {n - 1}."
    )
    return card(774, 180, title, *parts)


def shifted_copies() -> str:
    """The whole result as a sum of shifted, weighted copies of the image."""
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    kernel = np.array([[1, 10], [100, 1000]])
    out = VALID(image[np.newaxis], kernel)[0].astype(int)
    oh, ow = out.shape
    parts, total = [], np.zeros(out.shape)
    for n, (u, v) in enumerate(np.ndindex(kernel.shape)):
        x = 32 + 148 * n
        alone = np.zeros_like(kernel)
        alone[u, v] = kernel[u, v]
        product = VALID(image[np.newaxis], alone)[0]
        total += product
        parts += [
            text(x + 48, 30, f"tap u = {u}, v = {v}", 13),
            grid(x, 42, image, SHADED, window=(u, v, oh, ow)),
            text(x + 48, 166, f"{TIMES} {number(kernel[u, v])}", 15),
            grid(x, 180, product, SHADED, 48),
        ]
        if n:
            parts.append(text(x - 25, 236, "+", 22))
    if not np.array_equal(total, out):
        raise ValueError("the shifted copies do not add up")
    parts += [
        text(32 + 148 * 4 - 25, 236, "=", 22),
        text(32 + 148 * 4 + 48, 166, "result"),
        grid(32 + 148 * 4, 180, out, SHADED, 48),
    ]
    title = (
        f"Four shifted copies of a {size(image)} image, weighted "
        f"{', '.join(map(number, kernel.flat))}, add up to the result "
        f"{', '.join(map(number, out.flat))}."
    )
    return card(752, 300, title, *parts)


PICTURES = {
    "flip": flip,
    "pooling": pooling,
    "kernels": kernels,
    "padding": padding,
    "stride": stride,
    "same-twice": same_twice,
    "floor": floor,
    "shifted-copies": shifted_copies,
}


def stale(drawn: dict[str, str]) -> list[str]:
    """Name the pictures on disk that are stale, missing, or drawn by nothing."""
    on_disk = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    return sorted(
        name for name in drawn.keys() | on_disk.keys() if drawn.get(name) != on_disk.get(name)
    )


def main() -> int:
    """Write the pictures, or check those on disk."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if a picture is stale"
    )
    check = parser.parse_args().check
    drawn = {name: draw() for name, draw in PICTURES.items()}
    if check:
        names = stale(drawn)
        if names:
            print(
                f"stale in {FOLDER}: {', '.join(names)}; run python docs/course_pictures.py",
                file=sys.stderr,
            )
        return 1 if names else 0
    FOLDER.mkdir(exist_ok=True)
    for name, svg in drawn.items():
        part = FOLDER / f"{name}.svg.part"
        part.write_text(svg, encoding="utf-8")
        os.replace(part, FOLDER / f"{name}.svg")
    print(f"{len(drawn)} pictures in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
