"""Colour of 16 bits per sample, which Pillow cuts to 8 bits: read exactly, and written as TIFF.

Reading: Pillow's decoder keeps the high byte of each sample. Told the wrong byte order, it keeps
the low byte, so two passes over the same file give both. A raw mode is Pillow's name for how a file
stores samples: "RGB;16B" is colour of 16 bits, high byte first. Writing: Pillow writes the
directory of a TIFF file, with the metadata, and the pixels are written behind it. PNG is not
written: no small and maintained library does so with the metadata.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

# byte order in Pillow's raw modes (big, little, this machine's) -> the opposite one
OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
COLOURS = ("RGB", "RGBA")
PIECE = 2**24  # bytes that are written at a time


class UnsupportedPictureError(ValueError):
    """A picture that cannot be read without loss.

    Its text goes on after the file's name, as "holds 32 bits ...".
    """


@dataclass(frozen=True)
class Layout:
    """How a picture of 16-bit samples is read with decoders of 8 bits.

    Attributes
    ----------
    rawmodes : Pillow's names of the decoders, one for each pass over the file: for the high bytes,
        then for the low ones; or one for both as separate channels
    transparent : the colour that is transparent, if the file names one
    """

    rawmodes: tuple[str, ...]
    transparent: tuple[int, ...] | None = None

    def join(self, passes: list[NDArray[Any]]) -> NDArray[np.uint16]:
        """Return the samples (h, w, n) from the bytes of each pass.

        These are (h, w, n) uint8; of a single pass (h, w, 2 n).
        """
        if len(passes) == 1:  # grey and alpha: their four bytes came as four channels
            return np.ascontiguousarray(passes[0]).view(">u2").astype(np.uint16)
        samples = passes[0].astype(np.uint16)
        samples <<= 8
        samples |= passes[1]
        return samples


def layout(image: Image) -> Layout | None:
    """Return how to read a 16-bit colour picture; None if Pillow reads this picture exactly.

    The picture is open, but not loaded. Raises UnsupportedPictureError if neither is possible.
    """
    from PIL.ExifTags import Base

    bits = max(tiff_tag(image, Base.BitsPerSample), default=1)
    # 2 is for samples with a sign; Pillow takes such bytes for unsigned ones
    if 2 in tiff_tag(image, Base.SampleFormat) and bits <= 8:
        raise UnsupportedPictureError(
            "holds samples of 8 bits with a sign; 8 or 16 bits without would do"
        )
    rawmodes = {_rawmode(tile) for tile in getattr(image, "tile", [])}
    has_over_eight_bits = any(";16" in rawmode for rawmode in rawmodes) or bits > 8
    # Pillow reads modes I (grey, integers) and F (grey, floats) with all their bits
    if not has_over_eight_bits or image.mode.startswith(("I", "F")):
        return None
    if rawmodes == {"LA;16B"}:  # grey and alpha, as in PNG
        return Layout(("RGBA",))
    # such as "RGB;16B": the colours and the byte order
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
    """Set the decoder of an image that is open but not loaded, in place, by its raw mode."""
    image.tile = [
        tile._replace(args=rawmode if isinstance(tile.args, str) else (rawmode, *tile.args[1:]))
        for tile in image.tile
    ]


def _rawmode(tile: Any) -> str:
    """Return the raw mode in which Pillow decodes a tile; empty if it has none."""
    return str(tile.args if isinstance(tile.args, str) else tile.args[0] if tile.args else "")


def tiff_tag(image: Any, tag: int) -> tuple[int, ...]:
    """Return the numbers that a TIFF file has for a tag; () without it and for other formats."""
    numbers = image.tag_v2.get(tag, ()) if image.format == "TIFF" else ()
    return numbers if isinstance(numbers, tuple) else (numbers,)


def with_alpha(planes: NDArray[Any], transparent: Any) -> NDArray[Any]:
    """Return samples (h, w, n) with an alpha plane added, (h, w, n + 1).

    Alpha is 0 where a pixel has the colour `transparent`, which is n numbers (or one, if n is 1),
    and the dtype's largest value elsewhere.
    """
    opaque = (planes != np.asarray(transparent)).any(axis=2)
    alpha = np.where(opaque, np.iinfo(planes.dtype).max, 0).astype(planes.dtype)
    return np.concatenate([planes, alpha[..., None]], axis=2)


def write_tiff(file: IO[bytes], planes: NDArray[Any], settings: dict[str, Any]) -> None:
    """Write samples (h, w, n), uint16, into an open file as TIFF, uncompressed.

    n is 2 (grey, alpha), 3 (colour) or 4 (colour, alpha). The settings are exif, icc_profile and
    dpi, as Pillow's save takes them.
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
    rows_at_a_time = max(1, PIECE // planes[0].nbytes)
    for start in range(0, h, rows_at_a_time):
        file.write(planes[start : start + rows_at_a_time].astype("<u2").tobytes())


def _metadata_tags(settings: dict[str, Any]) -> dict[int, Any]:
    """Return the settings of `write_tiff` as tags, number -> value.

    A tag whose value is a directory of its own, as of EXIF and GPS, has a dict.
    """
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
