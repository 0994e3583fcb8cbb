"""A drawing as SVG: words stay words, and the colours follow the reader's light or dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from convpool.explanation.drawing import COLORS, Drawing, Lines, Mark, Rect, Words

FONTS = "DejaVu Sans, Verdana, Arial, sans-serif"


def style(scope: str = ".convpool") -> str:
    """Return the colours as CSS variables, light and dark, and the classes that use them."""
    light, dark = (
        ";".join(f"--cp-{name}:{shades[k]}" for name, shades in COLORS.items()) for k in (0, 1)
    )
    classes = "".join(
        f".cp-f-{name}{{fill:var(--cp-{name})}}.cp-e-{name}{{stroke:var(--cp-{name})}}"
        for name in COLORS
    )
    return f"{scope}{{{light}}}@media(prefers-color-scheme:dark){{{scope}{{{dark}}}}}{classes}"


def _fill(name: str) -> str:
    """Name a colour by its class, and give the light one for readers that know no styles."""
    return f'class="cp-f-{name}" fill="{COLORS[name][0]}"'


def _edge(name: str, stroke: float) -> str:
    return f'stroke="{COLORS[name][0]}" stroke-width="{stroke:g}"'


def _rect(mark: Rect) -> str:
    classes = " ".join(
        f"cp-{kind}-{name}" for kind, name in (("f", mark.fill), ("e", mark.edge)) if name
    )
    fill = COLORS[mark.fill][0] if mark.fill else "none"
    edge = " " + _edge(mark.edge, mark.stroke) if mark.edge else ""
    link = "" if mark.frame is None else f' data-frame="{mark.frame}"'
    return (
        f'<rect class="{classes}" x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" '
        f'height="{mark.height:g}" fill="{fill}"{edge}{link}/>'
    )


def _lines(mark: Lines) -> str:
    path = "".join(f"M{a:g} {b:g}L{c:g} {d:g}" for a, b, c, d in mark.ends)
    return (
        f'<path class="cp-e-{mark.edge}" d="{path}" fill="none" {_edge(mark.edge, mark.stroke)}/>'
    )


def _words(mark: Words) -> str:
    bold = ' font-weight="bold"' if mark.bold else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    return (
        f'<text x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.font:g}"{anchor}{bold} '
        f"{_fill(mark.fill)}>"
        f"{escape(mark.words)}</text>"
    )


def elements(marks: Iterable[Mark]) -> str:
    """Write marks as elements."""
    return "".join(
        _rect(mark)
        if isinstance(mark, Rect)
        else _lines(mark)
        if isinstance(mark, Lines)
        else _words(mark)
        for mark in marks
    )


def element(
    width: float,
    height: float,
    parts: Sequence[str],
    title: str,
    description: str = "",
    more: str = "",
) -> str:
    """Put elements into an svg element."""
    told = f"<title>{escape(title)}</title>" + (
        f"<desc>{escape(description)}</desc>" if description else ""
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="convpool" width="{width:g}" '
            f'height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="img" '
            f'font-family="{FONTS}"{more}>{told}',
            *parts,
            "</svg>\n",
        ]
    )


def write(drawing: Drawing) -> str:
    """Return the text of an SVG file."""
    ground = Rect(0.5, 0.5, drawing.width - 1, drawing.height - 1, "ground", "line")
    parts = [
        f"<style>{style()}</style>",
        elements([ground]),
        *(elements([mark]) for mark in drawing.marks),
    ]
    return element(drawing.width, drawing.height, parts, drawing.title, drawing.description)
