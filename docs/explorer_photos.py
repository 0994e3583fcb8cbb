"""The photographs of the explorer page, made from scikit-image's (it says whose they are).

python docs/explorer_photos.py            writes photos.json
python docs/explorer_photos.py --check    writes nothing; exit status 1 if it is stale
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

FILE = Path(__file__).parents[1] / "src" / "convpool" / "explorer" / "page" / "photos.json"
SIZE = 32
LARGE = 256
# name: the square cut out (top, left, side), whose it is
PHOTOS = {
    "chelsea": ("cat", (0, 70, 300), "the cat Chelsea by Stéfan van der Walt (CC0)"),
    "astronaut": ("astronaut", (0, 80, 290), "Eileen Collins by NASA (public domain)"),
    "coffee": ("coffee", (10, 130, 380), "a cup of coffee by Rachel Michetti (CC0)"),
}


def small(name: str, square: tuple[int, int, int]) -> np.ndarray:
    """Cut out the square and make it SIZE x SIZE x 3, 8 bits."""
    from skimage import data

    top, left, side = square
    image = Image.fromarray(getattr(data, name)()[top : top + side, left : left + side])
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BOX))


def large(name: str, square: tuple[int, int, int]) -> bytes:
    """Cut out the square and make it at most LARGE x LARGE, as a JPEG file."""
    from skimage import data

    top, left, side = square
    image = Image.fromarray(getattr(data, name)()[top : top + side, left : left + side])
    file = io.BytesIO()
    image.resize((LARGE, LARGE), Image.Resampling.LANCZOS).save(file, "JPEG", quality=80)
    return file.getvalue()


def written() -> str:
    """Return what photos.json should hold."""
    photos = {
        word: {
            "size": SIZE,
            "base64": base64.b64encode(small(name, square).tobytes()).decode(),
            "large": base64.b64encode(large(name, square)).decode(),
            "credit": credit,
        }
        for name, (word, square, credit) in PHOTOS.items()
    }
    return json.dumps(photos, indent=0) + "\n"


def main() -> int:
    """Write photos.json, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if it is stale"
    )
    if not parser.parse_args().check:
        FILE.write_text(written(), encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == written():
        return 0
    print(f"stale: {FILE}; run python docs/explorer_photos.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
