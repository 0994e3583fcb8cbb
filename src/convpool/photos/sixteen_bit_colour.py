"""Colour of 16 bits per sample, which Pillow cuts to 8 without a word: read exactly, and TIFF.

Reading: the decoder that keeps the high byte of one byte order keeps the low byte of the other, so
two passes over the same file give both. Writing: Pillow writes the directory of a TIFF file; no
library that is small and maintained writes such a PNG with its metadata.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
COLOURS = ("RGB", "RGBA")
PIECE = 2**24  # bytes that are written at a time


class UnsupportedPictureError(ValueError):
    """A picture that cannot be read without loss; its text follows the file's name."""


@dataclass(frozen=True)
class Layout:
    """How 16-bit samples are read.

    Attributes
    ----------
    rawmodes : of Pillow's decoders, one for each pass over the file
    transparent : the colour that is transparent, if the file names one
    """

    rawmodes: tuple[str, ...]
    transparent: tuple[int, ...] | None = None

    def join(self, passes: list[NDArray[Any]]) -> NDArray[np.uint16]:
        """Return the samples (h, w, n) from the bytes (h, w, n) of each pass."""
        if len(passes) == 1:  # gray and alpha: their four bytes came as four channels
            return np.ascontiguousarray(passes[0]).view(">u2").astype(np.uint16)
        samples = passes[0].astype(np.uint16)
        samples <<= 8
        samples |= passes[1]
        return samples


def layout(image: Image) -> Layout | None:
    """Return how to read a 16-bit colour picture; None if Pillow reads this one exactly.

    The picture is open, but not loaded.
    """
    from PIL.ExifTags import Base

    bits = max(tiff_tag(image, Base.BitsPerSample), default=1)
    # 2 is signed; Pillow takes such bytes for unsigned ones
    if 2 in tiff_tag(image, Base.SampleFormat) and bits <= 8:
        raise UnsupportedPictureError(
            "holds samples of 8 bits with a sign; 8 or 16 bits without would do"
        )
    rawmodes = {_rawmode(tile) for tile in getattr(image, "tile", [])}
    is_deep = any(";16" in rawmode for rawmode in rawmodes) or bits > 8
    if not is_deep or image.mode.startswith(("I", "F")):
        return None
    if rawmodes == {"LA;16B"}:
        return Layout(("RGBA",))
    colour, _, order = "".join(rawmodes).partition(";16")
    # 2 is one plane after the other: Pillow interleaves only the bytes that it keeps
    is_planar = 2 in tiff_tag(image, Base.PlanarConfiguration)
    if is_planar or colour not in COLOURS or order not in OTHER_ORDER:
        raise UnsupportedPictureError(
            "holds 16 bits per sample in a layout "
            f"({'separate planes' if is_planar else ', '.join(sorted(rawmodes))}) of which 8 would "
            "be lost; save it as plain 16-bit RGB or RGBA, pixel by pixel, or as 8 bit, first"
        )
    transparent = image.info.get("transparency") if colour == "RGB" else None
    return Layout((f"{colour};16{order}", f"{colour};16{OTHER_ORDER[order]}"), transparent)


def set_rawmode(image: Any, rawmode: str) -> None:
    """Make an image that is open but not loaded decode its samples in a raw mode."""
    image.tile = [
        tile._replace(args=rawmode if isinstance(tile.args, str) else (rawmode, *tile.args[1:]))
        for tile in image.tile
    ]


def _rawmode(tile: Any) -> str:
    """Return the raw mode in which a tile is decoded; empty if it has none."""
    return str(tile.args if isinstance(tile.args, str) else tile.args[0] if tile.args else "")


def tiff_tag(image: Any, tag: int) -> tuple[int, ...]:
    """Return the numbers under a tag of a TIFF file; none for other formats."""
    numbers = image.tag_v2.get(tag, ()) if image.format == "TIFF" else ()
    return numbers if isinstance(numbers, tuple) else (numbers,)


def with_alpha(planes: NDArray[Any], transparent: Any) -> NDArray[Any]:
    """Add an alpha plane to samples (h, w, n): 0 where a pixel has the transparent colour."""
    opaque = (planes != np.asarray(transparent)).any(axis=2)
    alpha = np.where(opaque, np.iinfo(planes.dtype).max, 0).astype(planes.dtype)
    return np.concatenate([planes, alpha[..., None]], axis=2)


def write_tiff(file: IO[bytes], planes: NDArray[Any], settings: dict[str, Any]) -> None:
    """Write samples (h, w, n), uint16, n from 2 to 4, in one uncompressed strip.

    The settings are those of Pillow's save for TIFF. Pillow writes the directory, EXIF included.
    """
    from PIL import TiffImagePlugin, TiffTags
    from PIL.ExifTags import Base

    h, w, n = planes.shape
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    tags = _metadata_tags(settings) | {
        Base.ImageWidth: w,
        Base.ImageLength: h,
        Base.BitsPerSample: (16,) * n,
        Base.Compression: 1,  # none
        Base.PhotometricInterpretation: 2 if n > 2 else 1,  # RGB, or black is zero
        Base.StripOffsets: (0,),  # Pillow adds the directory's length
        Base.SamplesPerPixel: n,
        Base.RowsPerStrip: h,
        Base.StripByteCounts: (planes.nbytes,),
        Base.PlanarConfiguration: 1,  # pixel by pixel
    }
    if n % 2 == 0:
        tags[Base.ExtraSamples] = 2  # opacity that the colours are not multiplied by
    directory.tagtype[Base.StripByteCounts] = TiffTags.LONG
    for tag, value in tags.items():
        directory[tag] = value
    directory.save(file)
    count = max(1, PIECE // planes[0].nbytes)
    for start in range(0, h, count):
        file.write(planes[start : start + count].astype("<u2").tobytes())


def _metadata_tags(settings: dict[str, Any]) -> dict[int, Any]:
    """Return the tags of Pillow's settings: EXIF with its directories, ICC profile, resolution."""
    from PIL import Image
    from PIL.ExifTags import IFD, Base

    exif = Image.Exif()
    exif.load(settings.get("exif", b""))
    directories = (IFD.Exif, IFD.GPSInfo)
    tags = {tag: exif.get_ifd(tag) if tag in directories else exif[tag] for tag in exif}
    if "icc_profile" in settings:
        tags[Base.InterColorProfile] = settings["icc_profile"]
    if "dpi" in settings:
        x, y = settings["dpi"]
        tags |= {Base.ResolutionUnit: 2, Base.XResolution: x, Base.YResolution: y}  # 2: inch
    return tags
