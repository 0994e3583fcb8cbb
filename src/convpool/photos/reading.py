"""Picture files in."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from convpool.photos import sixteen_bit_colour, tiff_samples
from convpool.photos.photo import Metadata, Photo, from_planes
from convpool.system.whole_files import check_regular

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

logging.getLogger("PIL").addHandler(
    logging.NullHandler()
)  # what it logs of damaged files would be told line by line

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP")
"""What is opened; others that Pillow knows (EPS, PDF, ...) start programs or hold no pixels."""

MODES = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "PA": "RGBA",
    "RGB": "RGB",
    "RGBA": "RGBA",
    "CMYK": "RGB",
    "YCbCr": "RGB",
}
"""Pillow's modes of 8 bits, and the mode in which each is taken."""

STRUCTURE = frozenset(
    [
        *range(254, 260),
        262,
        266,
        273,
        274,
        277,
        278,
        279,
        282,
        283,
        284,
        296,
        301,
        *range(317, 326),
        330,
        338,
        339,
        347,
        *range(512, 522),
        *range(529, 533),
        700,
        33723,
        34377,
        34675,
        37724,
    ]
)
"""Tags of the first directory that describe how a file stores its pixels, or blocks that are not EXIF."""


def read(path: str | os.PathLike[str]) -> Photo:
    """Read a picture file.

    Parameters
    ----------
    path : str or path
        A PNG, JPEG, TIFF, WebP, GIF or BMP file: gray, colour, transparent, palette, 1-bit or CMYK,
        8 or 16 bit.

    Returns
    -------
    Photo
        Palettes become colour, 1-bit becomes 0 and 255, CMYK becomes RGB (noted); of several frames
        the first (noted). 16-bit gray and 16-bit colour keep every bit. The EXIF orientation is
        applied to the pixels and taken out.

    Raises
    ------
    ValueError
        If the file is a pipe, empty, damaged, no picture, larger than Pillow's
        `Image.MAX_IMAGE_PIXELS`, or holds values that 8 or 16 whole bits cannot.
    OSError
        If there is no such file, it is a folder, or it may not be read.
    ModuleNotFoundError
        If Pillow is not installed.
    """
    source = Path(path)
    _check_source(source)
    with _opened(source) as image:
        layout = sixteen_bit_colour.layout(image)
        exif, notes = _exif(image)
        notes += _notes(image)
        metadata = _metadata(image, exif)
        planes = np.empty(0) if layout else _planes(image)
    pixels, alpha = from_planes(_deep_planes(source, layout) if layout else planes)
    return Photo(pixels, alpha, metadata, notes)


def _check_source(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, not a picture; name the pictures in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}; is the name spelt right?")
    check_regular(path)
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); get a whole copy of the picture")


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """Open a picture; what goes wrong in opening or in the block becomes one line."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'pictures need Pillow: pip install "convpool[app]"', name=error.name
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                yield image
    except (PermissionError, MemoryError):
        raise
    except sixteen_bit_colour.UnsupportedPictureError as error:
        raise ValueError(f"{path} {error}") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        found = re.search(r"\d+", str(error))
        raise ValueError(
            _too_large(path, int(found[0]) if found else None, Image.MAX_IMAGE_PIXELS)
        ) from error
    except UnidentifiedImageError as error:
        if samples := tiff_samples.describe(path):
            raise ValueError(f"{path} holds {samples}; {tiff_samples.WOULD_DO}") from error
        raise ValueError(
            f"{path} is not a picture that can be read; a common PNG, JPEG, TIFF, WebP, GIF or "
            "BMP would do"
        ) from error
    except Exception as error:  # decoders raise nearly anything at damaged bytes
        raise ValueError(
            f"{path} is damaged or cut short ({' '.join(str(error).split())}); get a whole copy "
            "of the picture"
        ) from error


def check_pixels(path: Path, pixels: int) -> None:
    """Raise if a picture has more pixels than Pillow would open, where something else opens it."""
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and pixels > limit:
        raise ValueError(_too_large(path, pixels, limit))


def _too_large(path: Path, pixels: int | None, limit: int | None) -> str:
    size = "more pixels than fit" if pixels is None else f"{pixels:,} pixels"
    return (
        f"{path} has {size}; the limit of {limit:,} protects from files made to fill the memory: "
        "if you trust this one, raise --max-pixels (PIL.Image.MAX_IMAGE_PIXELS)"
    )


def _exif(image: Image) -> tuple[Exif, tuple[str, ...]]:
    from PIL import Image as Pillow

    try:
        exif = image.getexif()
        exif.tobytes()
    except Exception:  # a picture is still a picture when its EXIF block is broken
        image.load()
        return Pillow.Exif(), ("its EXIF block is damaged and left out",)
    return exif, ()


def _notes(image: Image) -> tuple[str, ...]:
    """Say what gets lost: further frames (the previews in a camera's MPO are none), the four inks."""
    frames = getattr(image, "n_frames", 1)
    notes = (f"first of {frames} frames",) if frames > 1 and image.format != "MPO" else ()
    return (
        (*notes, "CMYK inks turned into RGB without their profile")
        if image.mode == "CMYK"
        else notes
    )


def _metadata(image: Image, exif: Exif) -> Metadata:
    """Return what stays true for the upright picture."""
    from PIL import Image as Pillow

    kept = Pillow.Exif()
    if len(exif):
        kept.load(exif.tobytes())
    for tag in STRUCTURE & set(kept):
        del kept[tag]
    icc = None if image.mode == "CMYK" else image.info.get("icc_profile")
    return Metadata(kept.tobytes() if len(kept) else b"", icc or None, _dpi(image, exif))


def _dpi(image: Image, exif: Exif) -> tuple[float, float] | None:
    """Return dots per inch of the upright picture: the file's own, or EXIF's (2: per inch, 3: per centimetre)."""
    per_unit = {2: 1.0, 3: 2.54}.get(exif.get(296, 2), 0.0)
    made_up = image.format == "TIFF" or (
        image.format in ("JPEG", "MPO") and not image.info.get("jfif_unit")
    )
    said = (
        None if made_up else image.info.get("dpi")
    )  # where the file says nothing, Pillow says 1 or 72
    try:
        x, y = said if said else (float(exif[tag]) * per_unit for tag in (282, 283))
        x, y = float(x), float(y)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (0 < x < 1e6 and 0 < y < 1e6):
        return None
    return (y, x) if exif.get(274, 1) in (5, 6, 7, 8) else (x, y)


def _planes(image: Image) -> NDArray[Any]:
    """Return the samples (h, w, n) of an 8-bit or gray picture, upright."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    transparent = upright.info.get("transparency")
    if upright.mode == "P":
        return _three_axes(np.array(upright.convert("RGB" if transparent is None else "RGBA")))
    if upright.mode.startswith("I"):
        planes = _three_axes(_sixteen_bits(_unsigned(np.array(upright), image)))
    elif upright.mode in MODES:
        planes = _three_axes(np.array(upright.convert(MODES[upright.mode])))
    else:
        raise sixteen_bit_colour.UnsupportedPictureError(
            f"holds {_kind(upright.mode)}; {tiff_samples.WOULD_DO}"
        )
    return (
        planes
        if transparent is None or planes.shape[2] % 2 == 0
        else sixteen_bit_colour.with_alpha(planes, transparent)
    )


def _deep_planes(path: Path, layout: sixteen_bit_colour.Layout) -> NDArray[Any]:
    """Return the samples (h, w, n) of a 16-bit colour picture, upright: Pillow keeps one byte, so it reads twice."""
    from PIL import ImageOps

    passes = []
    for rawmode in layout.rawmodes:
        with _opened(path) as image:
            sixteen_bit_colour.set_rawmode(image, rawmode)
            image.load()
            passes.append(np.array(ImageOps.exif_transpose(image)))
    planes = layout.join(passes)
    return (
        planes
        if layout.transparent is None
        else sixteen_bit_colour.with_alpha(planes, layout.transparent)
    )


def _three_axes(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.ndim == 3 else array[..., None]


def _kind(mode: str) -> str:
    return "floating-point samples" if mode == "F" else f"samples of Pillow's mode {mode}"


def _unsigned(array: NDArray[Any], image: Image) -> NDArray[Any]:
    """Return gray values as they were meant: of 32 bits, Pillow takes the first for a sign."""
    unsigned = (
        image.format == "TIFF"
        and array.dtype == np.int32
        and sixteen_bit_colour.stated(image, 339) in ((), (1,))
    )
    return array.view(np.uint32) if unsigned else array


def _sixteen_bits(array: NDArray[Any]) -> NDArray[np.uint16]:
    """Return gray values as uint16, whatever the byte order or width that they came in."""
    if array.min() < 0 or array.max() > 65535:
        raise sixteen_bit_colour.UnsupportedPictureError(
            f"holds values from {array.min()} to {array.max()}; 16 bits hold 0 to 65535"
        )
    return array.astype(np.uint16)
