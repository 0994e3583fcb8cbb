"""Picture files read: pixels, transparency and metadata, or an error that says what would do."""

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

from convpool.photos import sample_formats, sixteen_bit_colour
from convpool.photos.photo import Metadata, Photo, from_planes
from convpool.system.printable_text import one_line
from convpool.system.whole_files import check_regular

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

# otherwise what Pillow logs of damaged files would be printed line by line
logging.getLogger("PIL").addHandler(logging.NullHandler())

# others that Pillow knows (EPS, PDF, ...) start programs or hold no pixels
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP")

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
    pixels, alpha = from_planes(_sixteen_bit_planes(source, layout) if layout else planes)
    return Photo(pixels, alpha, metadata, notes)


def _check_source(path: Path) -> None:
    """Raise unless this is a file with bytes in it."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, not a picture; name the pictures in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}; is the name spelt right?")
    check_regular(path)
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); get a whole copy of the picture")


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """Open a picture; errors in opening or in the block become one line that names the file."""
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
        number = re.search(r"\d+", str(error))
        raise ValueError(
            _too_large(path, int(number[0]) if number else None, Image.MAX_IMAGE_PIXELS)
        ) from error
    except UnidentifiedImageError as error:
        if samples := sample_formats.describe(path):
            raise ValueError(f"{path} holds {samples}; {sample_formats.SUPPORTED}") from error
        raise ValueError(
            f"{path} is not a picture that can be read; a common PNG, JPEG, TIFF, WebP, GIF or "
            "BMP would do"
        ) from error
    except Exception as error:  # decoders raise nearly anything at damaged bytes
        raise ValueError(
            f"{path} is damaged or cut short ({one_line(error)}); get a whole copy of the picture"
        ) from error


def check_pixels(path: Path, pixels: int) -> None:
    """Raise ValueError if a picture has more pixels than Pillow's limit, for other readers."""
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and pixels > limit:
        raise ValueError(_too_large(path, pixels, limit))


def _too_large(path: Path, pixels: int | None, limit: int | None) -> str:
    """Return the error text for a picture of more pixels than the limit."""
    size = "more pixels than fit" if pixels is None else f"{pixels:,} pixels"
    return (
        f"{path} has {size}; the limit of {limit:,} protects from files made to fill the memory: "
        "if you trust this one, raise --max-pixels (PIL.Image.MAX_IMAGE_PIXELS)"
    )


def _exif(image: Image) -> tuple[Exif, tuple[str, ...]]:
    """Return the EXIF block, and a note if it is damaged and empty therefore."""
    from PIL import Image as Pillow

    try:
        exif = image.getexif()
        exif.tobytes()
    except Exception:  # a picture is still a picture when its EXIF block is broken
        image.load()
        return Pillow.Exif(), ("its EXIF block is damaged and left out",)
    return exif, ()


def _notes(image: Image) -> tuple[str, ...]:
    """Return what gets lost: further frames, and the four inks of CMYK."""
    # the further pictures in a camera's MPO are previews
    frames = getattr(image, "n_frames", 1)
    notes = (f"first of {frames} frames",) if frames > 1 and image.format != "MPO" else ()
    if image.mode == "CMYK":
        return (*notes, "CMYK inks turned into RGB without their profile")
    return notes


def _structure_tags() -> set[int]:
    """Return the tags of a file's directory that say how it stores its pixels, or are no EXIF."""
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
    """Return the metadata that hold for the upright picture too."""
    from PIL import Image as Pillow

    camera = Pillow.Exif()
    if len(exif):
        camera.load(exif.tobytes())
    for tag in _structure_tags() & set(camera):
        del camera[tag]
    icc = None if image.mode == "CMYK" else image.info.get("icc_profile")
    return Metadata(camera.tobytes() if len(camera) else b"", icc or None, _dpi(image, exif))


def _dpi(image: Image, exif: Exif) -> tuple[float, float] | None:
    """Return dots per inch (x, y) of the upright picture: the file's own, or EXIF's."""
    from PIL.ExifTags import Base

    # 2 is per inch, 3 is per centimetre
    inches = {2: 1.0, 3: 2.54}.get(exif.get(Base.ResolutionUnit, 2), 0.0)
    # where these formats have no resolution, Pillow returns 1 or 72
    is_default = image.format == "TIFF" or (
        image.format in ("JPEG", "MPO") and not image.info.get("jfif_unit")
    )
    own = None if is_default else image.info.get("dpi")
    try:
        if own:
            x, y = float(own[0]), float(own[1])
        else:
            x, y = (float(exif[tag]) * inches for tag in (Base.XResolution, Base.YResolution))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (0 < x < 1e6 and 0 < y < 1e6):
        return None
    return (y, x) if exif.get(Base.Orientation, 1) in (5, 6, 7, 8) else (x, y)


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
            f"holds {_samples(upright.mode)}; {sample_formats.SUPPORTED}"
        )
    if transparent is None or planes.shape[2] % 2 == 0:
        return planes
    return sixteen_bit_colour.with_alpha(planes, transparent)


def _sixteen_bit_planes(path: Path, layout: sixteen_bit_colour.Layout) -> NDArray[Any]:
    """Return the samples (h, w, n) of a 16-bit colour picture, upright: Pillow reads it twice."""
    from PIL import ImageOps

    passes = []
    for rawmode in layout.rawmodes:
        with _opened(path) as image:
            sixteen_bit_colour.set_rawmode(image, rawmode)
            image.load()
            passes.append(np.array(ImageOps.exif_transpose(image)))
    planes = layout.join(passes)
    if layout.transparent is None:
        return planes
    return sixteen_bit_colour.with_alpha(planes, layout.transparent)


def _three_axes(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.ndim == 3 else array[..., None]


def _samples(mode: str) -> str:
    return "floating-point samples" if mode == "F" else f"samples of Pillow's mode {mode}"


def _unsigned(array: NDArray[Any], image: Image) -> NDArray[Any]:
    """Return gray values without a sign, where Pillow takes the first of 32 bits for one."""
    from PIL.ExifTags import Base

    is_unsigned = (
        image.format == "TIFF"
        and array.dtype == np.int32
        and sixteen_bit_colour.tiff_tag(image, Base.SampleFormat) in ((), (1,))
    )
    return array.view(np.uint32) if is_unsigned else array


def _sixteen_bits(array: NDArray[Any]) -> NDArray[np.uint16]:
    """Return gray values of any byte order and width as uint16."""
    if array.min() < 0 or array.max() > 65535:
        raise sixteen_bit_colour.UnsupportedPictureError(
            f"holds values from {array.min()} to {array.max()}; 16 bits hold 0 to 65535"
        )
    return array.astype(np.uint16)
