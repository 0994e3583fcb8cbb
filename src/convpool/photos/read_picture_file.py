"""Picture files read: pixels, transparency and metadata, or an error that says what is wrong."""

from __future__ import annotations

import logging
import math
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from convpool.photos import sixteen_bit_colour, unsupported_tiffs
from convpool.photos.photo import Metadata, Photo, from_planes
from convpool.system.optional_packages import needed
from convpool.system.printable_text import one_line
from convpool.system.whole_files import check_regular

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

# otherwise what Pillow logs of damaged files would be printed line by line
logging.getLogger("PIL").addHandler(logging.NullHandler())

# the formats that are read, and their usual endings; others that Pillow knows (EPS, PDF, ...) start
# programs or hold no pixels
FORMATS = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
}
BAND_BYTES = 2**16  # of an image that becomes an array: small blocks of memory are used again

# Pillow's modes of 8 bits -> the mode that each is converted to
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


def read(path: str | os.PathLike[str]) -> Photo:
    """Read a picture file.

    Parameters
    ----------
    path : str or path
        A PNG, JPEG, TIFF, WebP, GIF or BMP file: grey, colour, transparent, palette, 1-bit or CMYK,
        8 or 16 bit.

    Returns
    -------
    Photo
        Palettes become colour, 1-bit becomes 0 and 255, CMYK becomes RGB (noted); of several frames
        the first (noted). 16-bit grey and 16-bit colour keep every bit. The EXIF orientation is
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
    check_source(source)
    with opened(source) as image:
        layout = sixteen_bit_colour.layout(image)
        exif, notes = _exif(image)
        notes += _notes(image)
        metadata = _metadata(image, exif)
        planes = np.empty(0) if layout else planes_of(image)
    pixels, alpha = from_planes(_sixteen_bit_planes(source, layout) if layout else planes)
    return Photo(pixels, alpha, metadata, notes)


def check_source(path: Path) -> None:
    """Raise OSError or ValueError unless this is a regular file with bytes in it."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, not a picture; name the pictures in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}; is the name spelt right?")
    check_regular(path)
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); get a whole copy of the picture")


@contextmanager
def opened(path: Path) -> Iterator[Image]:
    """Yield a picture as an open PIL image.

    Errors in opening it or in the block become a ValueError that names the file in one line;
    PermissionError and MemoryError stay as they are.
    """
    needed("PIL", "app")
    from PIL import Image, UnidentifiedImageError

    # Pillow tries formats in order, and imports them all where it has not yet the first one
    formats = sorted(FORMATS, key=lambda name: path.suffix.lower() not in FORMATS[name])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=formats) as image:
                yield image
    except (PermissionError, MemoryError):
        raise
    except sixteen_bit_colour.UnsupportedPictureError as error:
        raise ValueError(f"{path} {error}") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        number = re.search(r"\d+", str(error))  # Pillow's text has the pixels first
        raise ValueError(
            _too_large(path, int(number[0]) if number else None, Image.MAX_IMAGE_PIXELS)
        ) from error
    except UnidentifiedImageError as error:
        if reason := unsupported_tiffs.describe(path):
            raise ValueError(f"{path} {reason}") from error
        raise ValueError(
            f"{path} is not a picture that can be read; a common PNG, JPEG, TIFF, WebP, GIF or "
            "BMP would do"
        ) from error
    except Exception as error:  # decoders raise nearly anything at damaged bytes
        raise ValueError(
            f"{path} is damaged or cut short ({one_line(error)}); get a whole copy of the picture"
        ) from error


def check_pixels(path: Path, pixels: int) -> None:
    """Raise ValueError if a number of pixels is above Pillow's limit.

    For files that Pillow does not read; `read` checks it anyway. The path is for the error.
    """
    if pixels > (limit := most_pixels()):
        raise ValueError(_too_large(path, pixels, int(limit)))


def most_pixels() -> float:
    """Return Pillow's limit of pixels; infinity if there is none."""
    from PIL import Image

    return math.inf if Image.MAX_IMAGE_PIXELS is None else Image.MAX_IMAGE_PIXELS


def _too_large(path: Path, pixels: int | None, limit: int | None) -> str:
    """Return the text of the error for a picture with more pixels than the limit.

    `pixels` is None if their number is not known.
    """
    size = "more pixels than fit" if pixels is None else f"{pixels:,} pixels"
    return (
        f"{path} has {size}; the limit of {limit:,} protects from files made to fill the memory: "
        "if you trust this one, raise --max-pixels (PIL.Image.MAX_IMAGE_PIXELS)"
    )


def _exif(image: Image) -> tuple[Exif, tuple[str, ...]]:
    """Return (exif, notes): the EXIF block and (); if it is damaged, an empty one and a note."""
    from PIL import Image as Pillow

    try:
        exif = image.getexif()
        exif.tobytes()
    except Exception:  # a picture is still a picture when its EXIF block is broken
        image.load()  # raises if the pixels are damaged too
        return Pillow.Exif(), ("its EXIF block is damaged and left out",)
    return exif, ()


def _notes(image: Image) -> tuple[str, ...]:
    """Return notes about what is lost: further frames, and the four inks of CMYK."""
    # the further pictures in a camera's MPO are previews
    frames = getattr(image, "n_frames", 1)
    notes = (f"first of {frames} frames",) if frames > 1 and image.format != "MPO" else ()
    if image.mode == "CMYK":
        return (*notes, "CMYK inks turned into RGB without their profile")
    return notes


def _structure_tags() -> set[int]:
    """Return the tags that are not copied from a file's EXIF block to that of its result.

    They say how this file stores its pixels, or hold blocks that are no EXIF.
    """
    from PIL.ExifTags import Base

    blocks = {Base.XMLPacket, Base.IPTCNAA, Base.ImageResources, Base.InterColorProfile}
    photoshop_layers = 37724  # has no name in Pillow
    return blocks | {
        photoshop_layers,
        *range(Base.NewSubfileType, Base.Compression + 1),
        Base.PhotometricInterpretation,
        Base.FillOrder,
        Base.StripOffsets,
        Base.Orientation,
        *range(Base.SamplesPerPixel, Base.StripByteCounts + 1),
        *range(Base.XResolution, Base.PlanarConfiguration + 1),
        Base.ResolutionUnit,
        Base.TransferFunction,
        *range(Base.Predictor, Base.TileByteCounts + 1),
        Base.SubIFDs,
        Base.ExtraSamples,
        Base.SampleFormat,
        Base.JPEGTables,
        *range(Base.JPEGProc, Base.JpegACTables + 1),
        *range(Base.YCbCrCoefficients, Base.ReferenceBlackWhite + 1),
    }


def _metadata(image: Image, exif: Exif) -> Metadata:
    """Return a picture's metadata, without what turning it upright or storing it anew changes."""
    from PIL import Image as Pillow

    kept = Pillow.Exif()
    if len(exif):
        kept.load(exif.tobytes())
    for tag in _structure_tags() & set(kept):
        del kept[tag]
    icc = None if image.mode == "CMYK" else image.info.get("icc_profile")
    return Metadata(kept.tobytes() if len(kept) else b"", icc or None, _dpi(image, exif))


def _dpi(image: Image, exif: Exif) -> tuple[float, float] | None:
    """Return dots per inch (x, y) of the upright picture: the file's own, or EXIF's.

    None if neither states any that makes sense.
    """
    from PIL.ExifTags import Base

    # unit -> how many of it are in an inch: 2 is the inch, 3 the centimetre, 1 none
    units_per_inch = {2: 1.0, 3: 2.54}.get(exif.get(Base.ResolutionUnit, 2), 0.0)
    # for these formats Pillow returns 1 or 72 where the file has no resolution
    may_be_default = image.format == "TIFF" or (
        image.format in ("JPEG", "MPO") and not image.info.get("jfif_unit")
    )
    dpi_of_file = None if may_be_default else image.info.get("dpi")
    try:
        if dpi_of_file:
            x, y = float(dpi_of_file[0]), float(dpi_of_file[1])
        else:
            x, y = (
                float(exif[tag]) * units_per_inch for tag in (Base.XResolution, Base.YResolution)
            )
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (0 < x < 1e6 and 0 < y < 1e6):
        return None
    # these orientations exchange width and height
    is_turned_sideways = exif.get(Base.Orientation, 1) in (5, 6, 7, 8)
    return (y, x) if is_turned_sideways else (x, y)


def planes_of(image: Image) -> NDArray[Any]:
    """Return the samples (h, w, n) of an 8-bit or grey picture, upright; n as in `from_planes`.

    Raises UnsupportedPictureError for samples that uint8 and uint16 do not hold.
    """
    upright = _upright(image)
    transparent = upright.info.get("transparency")
    if upright.mode == "P":
        return _three_axes(array_of(upright.convert("RGB" if transparent is None else "RGBA")))
    if upright.mode.startswith("I"):
        planes = _three_axes(_sixteen_bits(_unsigned(array_of(upright), image)))
    elif upright.mode in MODES:
        mode = MODES[upright.mode]
        planes = _three_axes(array_of(upright if upright.mode == mode else upright.convert(mode)))
    else:
        raise sixteen_bit_colour.UnsupportedPictureError(
            f"holds {_samples_text(upright.mode)}; {unsupported_tiffs.SUPPORTED}"
        )
    has_alpha = planes.shape[2] % 2 == 0
    if transparent is None or has_alpha:
        return planes
    return sixteen_bit_colour.with_alpha(planes, transparent)


def array_of(image: Image) -> NDArray[Any]:
    """Return an image as an array, as NumPy does, but band by band: Pillow copies each twice."""
    width, height = image.size
    step = max(1, BAND_BYTES // max(1, 4 * width))  # rows; Pillow's pixels have 4 bytes at most
    first = np.asarray(image.crop((0, 0, width, min(step, height))))
    array = np.empty((height, *first.shape[1:]), first.dtype)
    for top in range(0, height, step):
        bottom = min(top + step, height)
        array[top:bottom] = image.crop((0, top, width, bottom))
    return array


def _upright(image: Image) -> Image:
    """Return a picture turned as its EXIF block says; the same one if that is not needed."""
    from PIL import ImageOps
    from PIL.ExifTags import Base

    try:
        is_upright = image.getexif().get(Base.Orientation, 1) == 1
    except Exception:  # a damaged block, for which reading the picture has a note
        is_upright = False
    return image if is_upright else ImageOps.exif_transpose(image)


def _sixteen_bit_planes(path: Path, layout: sixteen_bit_colour.Layout) -> NDArray[Any]:
    """Return the samples (h, w, n) of a 16-bit colour picture, upright.

    The file is decoded once for each raw mode of the layout, which joins the results.
    """
    passes = []
    for rawmode in layout.rawmodes:
        with opened(path) as image:
            sixteen_bit_colour.set_rawmode(image, rawmode)
            image.load()
            passes.append(array_of(_upright(image)))
    planes = layout.join(passes)
    if layout.transparent is None:
        return planes
    return sixteen_bit_colour.with_alpha(planes, layout.transparent)


def _three_axes(array: NDArray[Any]) -> NDArray[Any]:
    """Return samples (h, w) or (h, w, n) as (h, w, n)."""
    return array if array.ndim == 3 else array[..., None]


def _samples_text(mode: str) -> str:
    """Return a name for the samples of a picture in one of Pillow's modes, for errors."""
    return "floating-point samples" if mode == "F" else f"samples of Pillow's mode {mode}"


def _unsigned(array: NDArray[Any], image: Image) -> NDArray[Any]:
    """Return grey values as uint32 where a TIFF file says that they have no sign.

    Pillow reads 32 bits as int32 in any case.
    """
    from PIL.ExifTags import Base

    # SampleFormat is 1 for unsigned integers, which are the default too
    is_unsigned = (
        image.format == "TIFF"
        and array.dtype == np.int32
        and sixteen_bit_colour.tiff_tag(image, Base.SampleFormat) in ((), (1,))
    )
    return array.view(np.uint32) if is_unsigned else array


def _sixteen_bits(array: NDArray[Any]) -> NDArray[np.uint16]:
    """Return grey values of any byte order and width as uint16.

    Raises UnsupportedPictureError if one does not fit into 16 bits.
    """
    if array.min() < 0 or array.max() > 65535:
        raise sixteen_bit_colour.UnsupportedPictureError(
            f"holds values from {array.min()} to {array.max()}; 16 bits hold 0 to 65535"
        )
    return array.astype(np.uint16)
