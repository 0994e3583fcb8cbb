"""The explorer page: one HTML file made of the parts in page/, with nothing to fetch."""

from __future__ import annotations

import base64
import json
import os
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.colours import COLORS
from convpool.system.optional_packages import needed
from convpool.system.whole_files import check, check_name, whole
from convpool.version import __version__

_PAGE = resources.files("convpool.explorer").joinpath("page")
# files in page/, without .js, in the order in which they stand in the page: each uses earlier ones
SCRIPTS = (
    "preferences",
    # of each language, words_xx and what is added to it
    *sorted(part.name[:-3] for part in _PAGE.iterdir() if part.name.startswith("words_")),
    "words",
    "written_numbers",
    "window_axes",
    "arithmetic",
    "named_kernels",
    "settings",
    "operands",
    "kept_numbers",
    "own_choices",
    "address",
    "model",
    "colours",
    "number_looks",
    "marks",
    "layout",
    "picture_blocks",
    "picture_frames",
    "cell_numbers",
    "scene",
    "controls",
    "sum_grid",
    "sentences",
    "sizes_in_words",
    "legend",
    "presentation",
    "picture_canvas",
    "interactive_picture",
    "tables",
    "photo_spot",
    "photo_view",
    "layer_counts",
    "calculator",
    "figures",
    "groups_picture",
    "own_weights",
    "own_numbers",
    "camera",
    "python_parts",
    "numpy_code",
    "framework_code",
    "scientific_code",
    "code_tabs",
    "read_arrays",
    "causes",
    "differences",
    "compare",
    "number_grid",
    "sum_views",
    "bars_view",
    "formats_view",
    "backward",
    "backward_view",
    "more_pooling",
    "pooling_view",
    "views",
    "glossary",
    "network",
    "network_links",
    "drawing_pad",
    "feature_maps",
    "worksheet",
    "gif_encoder",
    "animated_gif",
    "save_and_share",
    "examples",
    "shortcuts",
    "python_call",
    "arrays_of_calls",
    "opencv_kernels",
    "known_calls",
    "paste",
    "tour_stops",
    "question",
    "own_questions",
    "tour_loops",
    "told_picture",
    "tour",
    "main",
)
# text by which an explorer page is recognised
TITLE = "<title>Convolution and pooling, number by number</title>"
# the last lines of the script
START = "globalThis.explorer = explorer;\nexplorer.start();"
SIDE = 32  # pixels of a photograph's side in the page, which shows no more


def page(photo: NDArray[np.uint8] | None = None, *, fragment: str = "") -> str:
    """Return the page as HTML.

    Parameters
    ----------
    photo
        (h, w, 3), whose middle square becomes the picture that the page opens with.
    fragment
        The state in which the page opens, as `link_fragment.fragment_of` writes it; empty opens the
        page at its beginning.
    """
    photos: dict[str, dict[str, Any]] = json.loads(_part("photos.json"))
    for entry in photos.values():  # the page says it in its language
        del entry["credit"]
    if photo is not None:
        photos["photo"] = square(photo)
    constants = [
        f"const PHOTOS = {json.dumps(photos)};",
        f"const OPENING = {json.dumps(fragment)};",
        f"const PALETTE = {json.dumps(palette())};",
        f"const NETWORK = {_network()};",
    ]
    script = "\n".join([*constants, *(_script(name) for name in SCRIPTS), START])
    # mark in page.html -> what takes its place
    content = {
        "/*STYLE*/": _style(),
        "/*VERSION*/": __version__,
        # "</script>" in a string of the script would end it; "<\/" means the same there
        "/*SCRIPT*/": script.replace("</", "<\\/"),
    }
    html = _unindented(_part("page.html"))
    for mark, text in content.items():
        html = html.replace(mark, text, 1)
    return html


def palette() -> dict[str, dict[str, str]]:
    """Return the colours that all pictures share: scheme -> name -> "#rrggbb"."""
    return {
        scheme: {name: colors[index] for name, colors in COLORS.items()}
        for index, scheme in enumerate(("light", "dark"))
    }


def square(photo: NDArray[np.uint8]) -> dict[str, Any]:
    """Return the middle square of a photograph (h, w, 3), scaled to SIDE x SIDE.

    It is in the form of photos.json: {"size": SIDE, "base64": its bytes (SIDE, SIDE, 3)}.
    """
    pillow = needed("PIL.Image", "app")
    side = min(photo.shape[:2])
    top, left = ((size - side) // 2 for size in photo.shape[:2])
    middle = pillow.fromarray(photo[top : top + side, left : left + side])
    small = np.asarray(middle.resize((SIDE, SIDE), pillow.Resampling.BOX))
    return {"size": SIDE, "base64": base64.b64encode(small.tobytes()).decode()}


def save(
    path: str | os.PathLike[str],
    photo: NDArray[np.uint8] | None = None,
    *,
    fragment: str = "",
    force: bool = False,
) -> None:
    """Write the page that `page` returns to a file, which appears only when it is complete.

    An existing explorer page is replaced, another file only with `force`; otherwise
    FileExistsError, and IsADirectoryError for a folder.
    """
    target = Path(path)
    check_name(target)
    if target.is_dir():
        raise IsADirectoryError(
            f"{target} is a folder; name a file in it, such as {target / 'explorer.html'}"
        )
    may_replace = force or _is_explorer_page(target)
    if os.path.lexists(target) and not may_replace:
        raise FileExistsError(
            f"{target} exists and is no explorer page; --force (force=True) replaces it"
        )
    check(target, force=may_replace)
    content = page(photo, fragment=fragment)
    with whole(target, force=may_replace) as file:
        file.write(content.encode())


def _is_explorer_page(path: Path) -> bool:
    """Return whether a file is a page that `save` wrote."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return TITLE.encode() in file.read(1000)  # the title stands in the first lines


def _network() -> str:
    """Return the weights of the small network that reads digits, as JSON."""
    file = resources.files("convpool.explorer").joinpath("network.json")
    return file.read_text(encoding="utf-8").strip()


def _script(name: str) -> str:
    """Return a file of SCRIPTS without comments, empty lines and indentation.

    Strings in parts, "a" + a new line + "b", become one, "ab".
    """
    code = re.sub(r"^(?: *(?://|/\*\*| \*).*)?\n", "", _part(f"{name}.js"), flags=re.MULTILINE)
    # a comment behind code follows a sign that ends a line; "//" in strings does not
    code = re.sub(r"(?<=[;,{(\[]) // .*$", "", code, flags=re.MULTILINE)
    return _unindented(re.sub(r'(?<!\\)" \+\n *"', "", code))


def _style() -> str:
    """Return the style sheet without comments and indentation."""
    style = re.sub(r" */\*.*?\*/\n?", "", _part("style.css"), flags=re.DOTALL)
    return _unindented(style)


def _unindented(text: str) -> str:
    """Return a text whose lines begin with no space, where spaces mean nothing."""
    return re.sub(r"^ +", "", text, flags=re.MULTILINE)


def _part(name: str) -> str:
    """Return the text of a file in the folder page."""
    return _PAGE.joinpath(name).read_text(encoding="utf-8")
