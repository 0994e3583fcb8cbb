"""The explorer page: one HTML file made of the parts in page/, with nothing to fetch."""

from __future__ import annotations

import base64
import json
import os
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.system.optional_packages import needed
from convpool.system.whole_files import check, check_name, whole
from convpool.version import __version__

# in the order in which they build on each other
SCRIPTS = (
    "arithmetic",
    "settings",
    "pictures",
    "model",
    "colours",
    "marks",
    "layout",
    "scene",
    "controls",
    "saying",
    "stage",
    "tables",
    "own",
    "writing",
    "numpy_code",
    "framework_code",
    "code",
    "compare",
    "tour",
    "main",
)
TITLE = "<title>Convolution and pooling, number by number</title>"
START = "globalThis.explorer = explorer;\nexplorer.start();"
SIDE = 32  # pixels of a photograph's longer side, as the page shows at most


def page(photo: NDArray[np.uint8] | None = None) -> str:
    """Return the page; photo (h, w, 3) becomes its first picture."""
    photos: dict[str, dict[str, Any]] = json.loads(_part("photos.json"))
    thanks = "; ".join(one.pop("credit") for one in photos.values())
    if photo is not None:
        photos["given"] = square(photo)
    script = "\n".join(
        [f"const PHOTOS = {json.dumps(photos)};", *(_part(f"{name}.js") for name in SCRIPTS), START]
    )
    fillings = {
        "/*STYLE*/": _part("style.css"),
        "/*VERSION*/": __version__,
        "/*CREDITS*/": escape(thanks),
        "/*SCRIPT*/": script.replace("</", "<\\/"),
    }
    made = _part("page.html")
    for place, filling in fillings.items():
        made = made.replace(place, filling, 1)
    return made


def square(photo: NDArray[np.uint8]) -> dict[str, Any]:
    """Make a photograph (h, w, 3) small, on a square: {size, base64}, as photos.json holds them."""
    image = needed("PIL.Image", "app")
    side = min(photo.shape[:2])
    top, left = ((size - side) // 2 for size in photo.shape[:2])
    cut = image.fromarray(photo[top : top + side, left : left + side])
    small = np.asarray(cut.resize((SIDE, SIDE), image.Resampling.BOX))
    return {"size": SIDE, "base64": base64.b64encode(small.tobytes()).decode()}


def save(
    path: str | os.PathLike[str], photo: NDArray[np.uint8] | None = None, *, force: bool = False
) -> None:
    """Write the page under a temporary name, and rename it; an explorer page that is already there is replaced."""
    target = Path(path)
    check_name(target)
    if target.is_dir():
        raise IsADirectoryError(
            f"{target} is a folder; name a file in it, such as {target / 'explorer.html'}"
        )
    replaced = force or _is_ours(target)
    if os.path.lexists(target) and not replaced:
        raise FileExistsError(
            f"{target} exists and is no explorer page; --force (force=True) replaces it"
        )
    check(target, force=replaced)
    content = page(photo)
    with whole(target, force=replaced) as file:
        file.write(content.encode())


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return TITLE.encode() in file.read(1000)


def _part(name: str) -> str:
    return resources.files("convpool.explorer").joinpath("page", name).read_text(encoding="utf-8")
