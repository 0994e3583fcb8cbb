"""The table of docs/speed.md as a chart: how many times as fast as the fastest other."""

from __future__ import annotations

import math
import re
from html import escape
from typing import NamedTuple

ROW = re.compile(
    r"^\| (.+?) +\| ([\d.e]+) \([^|]*\| (.+?) ([\d.e]+) +\| ([\d.]+) +\|", re.MULTILINE
)
LEFT, RIGHT, STEP, BAR = 320, 120, 22, 14
LEAST, MOST = 0.5, 16.0  # the ends of the axis, which is logarithmic
WINS, LOSES, TEXT = "#3f7cb4", "#c9632f", "#30363f"


class Row(NamedTuple):
    """A row of the table: times in milliseconds, and other / ours."""

    name: str
    ours: float
    other: str
    others: float
    ratio: float


def rows(text: str) -> list[Row]:
    """Return the rows of the table in a page."""
    return [
        Row(name, float(ours), other, float(others), float(ratio))
        for name, ours, other, others, ratio in ROW.findall(text)
    ]


def place(ratio: float, width: int) -> float:
    """Return where a ratio stands on the axis."""
    part = math.log(min(max(ratio, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return LEFT + part * width


def draw(text: str) -> str:
    """Return the chart of a page's table as SVG."""
    table = rows(text)
    width, height = 400, 46 + STEP * len(table)
    losses = sum(row.ratio < 1 for row in table)
    title = f"{len(table)} rows, ours faster in {len(table) - losses}"
    parts = [axis(ratio, width, height) for ratio in (0.5, 1, 2, 4, 8, 16)]
    parts += [bar(row, 34 + STEP * number, width) for number, row in enumerate(table)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + width + RIGHT} {height}" '
        f'role="img" aria-label="{title}" font-family="system-ui, sans-serif" font-size="13" '
        f'fill="{TEXT}">\n<title>{title}</title>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def axis(ratio: float, width: int, height: int) -> str:
    """Return a line of the axis with its number."""
    x, strength = place(ratio, width), 2 if ratio == 1 else 1
    return (
        f'<path d="M{x:.1f} 22V{height}" stroke="{TEXT}" stroke-opacity=".25" '
        f'stroke-width="{strength}"/><text x="{x:.1f}" y="14" text-anchor="middle">{ratio:g}</text>'
    )


def bar(row: Row, y: int, width: int) -> str:
    """Return a row: its name, a bar from 1 to its ratio, the ratio and the other library."""
    one, end = place(1, width), place(row.ratio, width)
    colour = WINS if row.ratio >= 1 else LOSES
    return (
        f'<text x="{LEFT - 10}" y="{y + BAR - 3}" text-anchor="end">{escape(row.name)}</text>'
        f'<rect x="{min(one, end):.1f}" y="{y}" width="{max(abs(end - one), 1):.1f}" '
        f'height="{BAR}" fill="{colour}"/>'
        f'<text x="{max(one, end) + 6:.1f}" y="{y + BAR - 3}">{row.ratio:.2f} '
        f"({escape(row.other)})</text>"
    )
