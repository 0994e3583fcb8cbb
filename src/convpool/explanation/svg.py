"""A drawing as SVG: text stays text, and colours follow the reader's light or dark scheme."""

from __future__ import annotations

from html import escape

from convpool.explanation.colours import COLORS
from convpool.explanation.drawing_elements import Drawing, Lines, Mark, Rect, Text

FONTS = "DejaVu Sans, Verdana, Arial, sans-serif"


def _style() -> str:
    """Return the style sheet: a variable for each colour, light and dark, and classes for them.

    Class cp-f-NAME fills with a colour of COLORS, cp-e-NAME draws edges in it.
    """
    light, dark = (
        ";".join(f"--cp-{name}:{schemes[k]}" for name, schemes in COLORS.items()) for k in (0, 1)
    )
    classes = "".join(
        f".cp-f-{name}{{fill:var(--cp-{name})}}.cp-e-{name}{{stroke:var(--cp-{name})}}"
        for name in COLORS
    )
    dark_scheme = f"@media(prefers-color-scheme:dark){{.convpool{{{dark}}}}}"
    return f".convpool{{{light}}}{dark_scheme}{classes}"


def _edge(name: str, stroke: float) -> str:
    """Return the attributes for an edge of a colour and width.

    The colour is that of the light scheme, for programs that ignore the style sheet.
    """
    return f'stroke="{COLORS[name][0]}" stroke-width="{stroke:g}"'


def _rect(mark: Rect) -> str:
    """Return a rectangle as an SVG element."""
    colors = (("f", mark.fill), ("e", mark.edge))
    classes = " ".join(f"cp-{letter}-{name}" for letter, name in colors if name)
    fill = COLORS[mark.fill][0] if mark.fill else "none"
    edge = " " + _edge(mark.edge, mark.stroke) if mark.edge else ""
    return (
        f'<rect class="{classes}" x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" '
        f'height="{mark.height:g}" fill="{fill}"{edge}/>'
    )


def _lines(mark: Lines) -> str:
    """Return lines as one SVG path."""
    path = "".join(f"M{x0:g} {y0:g}L{x1:g} {y1:g}" for x0, y0, x1, y1 in mark.ends)
    return (
        f'<path class="cp-e-{mark.edge}" d="{path}" fill="none" {_edge(mark.edge, mark.stroke)}/>'
    )


def _text(mark: Text) -> str:
    """Return a line of text as an SVG element."""
    bold = ' font-weight="bold"' if mark.bold else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    return (
        f'<text x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.font:g}"{anchor}{bold} '
        f'class="cp-f-{mark.fill}" fill="{COLORS[mark.fill][0]}">{escape(mark.text)}</text>'
    )


def _element(mark: Mark) -> str:
    """Return any mark as an SVG element."""
    if isinstance(mark, Rect):
        return _rect(mark)
    return _lines(mark) if isinstance(mark, Lines) else _text(mark)


def write(drawing: Drawing) -> str:
    """Return the text of an SVG file."""
    ground = Rect(0.5, 0.5, drawing.width - 1, drawing.height - 1, "ground", "line")
    title = f"<title>{escape(drawing.title)}</title>"
    if drawing.description:
        title += f"<desc>{escape(drawing.description)}</desc>"
    width, height = f"{drawing.width:g}", f"{drawing.height:g}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="convpool" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" role="img" '
            f'font-family="{FONTS}">{title}',
            f"<style>{_style()}</style>",
            *(_element(mark) for mark in (ground, *drawing.marks)),
            "</svg>\n",
        ]
    )
