"""A drawing as SVG: text stays text, and colours follow the reader's light or dark scheme."""

from __future__ import annotations

from html import escape

from convpool.explanation.drawing_elements import COLORS, Drawing, Lines, Mark, Rect, Text

FONTS = "DejaVu Sans, Verdana, Arial, sans-serif"


def _style() -> str:
    """Return the colours as CSS variables, light and dark, and the classes that use them."""
    light, dark = (
        ";".join(f"--cp-{name}:{shades[k]}" for name, shades in COLORS.items()) for k in (0, 1)
    )
    classes = "".join(
        f".cp-f-{name}{{fill:var(--cp-{name})}}.cp-e-{name}{{stroke:var(--cp-{name})}}"
        for name in COLORS
    )
    dark_scheme = f"@media(prefers-color-scheme:dark){{.convpool{{{dark}}}}}"
    return f".convpool{{{light}}}{dark_scheme}{classes}"


def _edge(name: str, stroke: float) -> str:
    """Return the attributes of a line: the light colour, for readers without styles, and width."""
    return f'stroke="{COLORS[name][0]}" stroke-width="{stroke:g}"'


def _rect(mark: Rect) -> str:
    colors = (("f", mark.fill), ("e", mark.edge))
    classes = " ".join(f"cp-{letter}-{name}" for letter, name in colors if name)
    fill = COLORS[mark.fill][0] if mark.fill else "none"
    edge = " " + _edge(mark.edge, mark.stroke) if mark.edge else ""
    return (
        f'<rect class="{classes}" x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" '
        f'height="{mark.height:g}" fill="{fill}"{edge}/>'
    )


def _lines(mark: Lines) -> str:
    path = "".join(f"M{a:g} {b:g}L{c:g} {d:g}" for a, b, c, d in mark.ends)
    return (
        f'<path class="cp-e-{mark.edge}" d="{path}" fill="none" {_edge(mark.edge, mark.stroke)}/>'
    )


def _text(mark: Text) -> str:
    bold = ' font-weight="bold"' if mark.bold else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    return (
        f'<text x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.font:g}"{anchor}{bold} '
        f'class="cp-f-{mark.fill}" fill="{COLORS[mark.fill][0]}">{escape(mark.text)}</text>'
    )


def _element(mark: Mark) -> str:
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
