"""The house as a picture, drawn from what the modules of the package import."""

from __future__ import annotations

import ast
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "convpool"
WIDTH, HEIGHT, GAP_X, GAP_Y = 150, 34, 18, 46
# leaves that nearly everything may use say little as arrows
LEAVES = {"version", "system"}


class Room(NamedTuple):
    """A folder or file at the top of the package, its floor, and its place on that floor."""

    name: str
    floor: int
    column: int

    @property
    def middle(self) -> int:
        """Return the x of its middle."""
        return self.column * (WIDTH + GAP_X) + WIDTH // 2


def rooms() -> list[str]:
    """Return the folders and files of the package that hold code."""
    found = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py")}
    return sorted(name.removesuffix(".py") for name in found if not name.startswith("__"))


@cache
def imports() -> dict[str, set[str]]:
    """Return which rooms each room imports from."""
    names = rooms()
    uses: dict[str, set[str]] = {name: set() for name in names}
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room not in uses:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("convpool"):
                inner = (node.module or "").split(".")[1:2] or [each.name for each in node.names]
                uses[room] |= {name for name in inner if name in uses and name != room}
    return uses


def floors(uses: dict[str, set[str]]) -> dict[str, int]:
    """Return each room's floor: one above the highest room that it uses; 0 uses none."""
    found: dict[str, int] = {}

    def floor(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((floor(used) for used in uses[name]), default=-1)
        return found[name]

    for name in uses:
        floor(name)
    return found


def draw() -> str:
    """Return the picture as SVG; arrows go from a room to what it imports, always downwards."""
    uses = imports()
    by_floor: dict[int, list[str]] = {}
    for name, floor in sorted(floors(uses).items()):
        by_floor.setdefault(floor, []).append(name)
    top, widest = max(by_floor), max(map(len, by_floor.values()))
    placed = {
        name: Room(name, floor, column)
        for floor, names in by_floor.items()
        for column, name in enumerate(names)
    }
    width, height = widest * (WIDTH + GAP_X) - GAP_X, (top + 1) * (HEIGHT + GAP_Y) - GAP_Y
    lines = [
        line(placed[name], placed[used], top)
        for name in placed
        for used in sorted(reduced(name, uses) - LEAVES)
    ]
    boxes = [box(room, top) for room in placed.values()]
    title = f"The {len(placed)} rooms of the package on {top + 1} floors; imports go down only"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {width + 8} {height + 8}" '
        f'role="img" aria-label="{escape(title)}" font-family="system-ui, sans-serif" '
        f'font-size="15">\n<title>{escape(title)}</title>\n'
        + "\n".join(lines + boxes)
        + "\n</svg>\n"
    )


def reduced(name: str, uses: dict[str, set[str]]) -> set[str]:
    """Return what a room uses and nothing else that it uses leads to."""
    below: set[str] = set()
    for used in uses[name]:
        below |= reachable(used, uses)
    return uses[name] - below


def reachable(name: str, uses: dict[str, set[str]]) -> set[str]:
    """Return every room that a room leads to."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = uses[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def box(room: Room, top: int) -> str:
    """Return a room as a box with its name."""
    x, y = room.column * (WIDTH + GAP_X), (top - room.floor) * (HEIGHT + GAP_Y)
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="#e8eef5" '
        f'stroke="#4a6f96"/><text x="{room.middle}" y="{y + HEIGHT // 2 + 5}" '
        f'text-anchor="middle" fill="#16324f">{escape(room.name)}</text>'
    )


def line(room: Room, used: Room, top: int) -> str:
    """Return the line from a room down to one that it uses."""
    y1 = (top - room.floor) * (HEIGHT + GAP_Y) + HEIGHT
    y2 = (top - used.floor) * (HEIGHT + GAP_Y)
    bend = (y2 - y1) // 2
    return (
        f'<path d="M{room.middle} {y1} C{room.middle} {y1 + bend} {used.middle} {y2 - bend} '
        f'{used.middle} {y2}" fill="none" stroke="#7a93ad" stroke-width="1.5"/>'
    )
