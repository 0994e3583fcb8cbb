"""Colour of 16 bits per sample, which Pillow cuts to 8 without a word: read whole and written here.

Reading: the decoder that keeps the high byte of one byte order keeps the low byte of the other, so
two passes over the same file give both. Writing: Pillow writes everything but the pixels, which are
a few lines in PNG and in TIFF.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
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
    """A picture that cannot be read without loss; the words follow the file's name."""


@dataclass(frozen=True)
class Layout:
    """How 16-bit samples are fetched: one pass per raw mode of Pillow's decoders; and the colour that is clear."""

    rawmodes: tuple[str, ...]
    transparent: tuple[int, ...] | None = None

    def join(self, passes: list[NDArray[Any]]) -> NDArray[np.uint16]:
        """Return the samples (h, w, n) that the passes, each uint8, add up to."""
        if len(passes) == 1:  # gray and alpha: their four bytes came as four channels
            return np.ascontiguousarray(passes[0]).view(">u2").astype(np.uint16)
        samples = passes[0].astype(np.uint16)
        samples <<= 8
        samples |= passes[1]
        return samples


def layout(image: Image) -> Layout | None:
    """Return how to fetch a 16-bit colour picture that is open but not loaded; None if nothing would be lost."""
    bits = max(stated(image, 258), default=1)
    if 2 in stated(image, 339) and bits <= 8:  # Pillow takes them for bytes without a sign
        raise UnsupportedPictureError(
            "holds samples of 8 bits with a sign; 8 or 16 bits without would do"
        )
    rawmodes = {_rawmode(tile) for tile in getattr(image, "tile", [])}
    deep = any(";16" in rawmode for rawmode in rawmodes) or bits > 8
    if not deep or image.mode.startswith(("I", "F")):
        return None
    if rawmodes == {"LA;16B"}:
        return Layout(("RGBA",))
    colour, _, order = "".join(rawmodes).partition(";16")
    planar = 2 in stated(
        image, 284
    )  # one plane after the other: Pillow interleaves only the bytes that it keeps
    if planar or colour not in COLOURS or order not in OTHER_ORDER:
        raise UnsupportedPictureError(
            "holds 16 bits per sample in a layout "
            f"({'separate planes' if planar else ', '.join(sorted(rawmodes))}) of which 8 would "
            "be lost; save it as plain 16-bit RGB or RGBA, pixel by pixel, or as 8 bit, first"
        )
    transparent = image.info.get("transparency") if colour == "RGB" else None
    return Layout((f"{colour};16{order}", f"{colour};16{OTHER_ORDER[order]}"), transparent)


def set_rawmode(image: Any, rawmode: str) -> None:
    """Have an image that is open but not loaded decode its samples in this way."""
    image.tile = [
        tile._replace(args=rawmode if isinstance(tile.args, str) else (rawmode, *tile.args[1:]))
        for tile in image.tile
    ]


def _rawmode(tile: Any) -> str:
    return str(tile.args if isinstance(tile.args, str) else tile.args[0] if tile.args else "")


def stated(image: Any, tag: int) -> tuple[int, ...]:
    """Return the numbers that a TIFF file states under a tag; none for other formats."""
    stated = image.tag_v2.get(tag, ()) if image.format == "TIFF" else ()
    return stated if isinstance(stated, tuple) else (stated,)


def with_alpha(planes: NDArray[Any], transparent: Any) -> NDArray[Any]:
    """Return samples (h, w, n) with an alpha plane added: 0 where a pixel is the one transparent colour."""
    opaque = (planes != np.asarray(transparent)).any(axis=2)
    alpha = np.where(opaque, np.iinfo(planes.dtype).max, 0).astype(planes.dtype)
    return np.concatenate([planes, alpha[..., None]], axis=2)


def write_png(file: IO[bytes], planes: NDArray[Any], settings: dict[str, Any]) -> None:
    """Write samples (h, w, n), uint16, n from 2 to 4; the settings are Pillow's for PNG."""
    h, w, n = planes.shape
    header = struct.pack(">IIBBBBB", w, h, 16, {2: 4, 3: 2, 4: 6}[n], 0, 0, 0)
    file.write(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _png_metadata(settings))
    packer, count = zlib.compressobj(), max(1, PIECE // planes[0].nbytes)
    for start in range(0, h, count):
        file.write(_chunk(b"IDAT", packer.compress(_png_rows(planes, start, start + count))))
    file.write(_chunk(b"IDAT", packer.flush()) + _chunk(b"IEND", b""))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png_rows(planes: NDArray[Any], start: int, stop: int) -> bytes:
    """Return the bytes of some rows, each as its difference to the one above (filter 2), which packs far better."""
    above = max(start - 1, 0)
    rows = planes[above:stop].astype(">u2").view(np.uint8).reshape(len(planes[above:stop]), -1)
    rows[1:] -= rows[:-1].copy()
    return np.insert(rows[start - above :], 0, 2, axis=1).tobytes()


def _png_metadata(settings: dict[str, Any]) -> bytes:
    """Return the chunks that Pillow writes between header and pixels, and after the pixels."""
    from PIL import Image

    example = io.BytesIO()
    Image.new("RGB", (1, 1)).save(example, "PNG", **settings)
    data, at, kept = example.getvalue(), 8, b""
    while at < len(data):
        end = at + 12 + int(struct.unpack_from(">I", data, at)[0])
        kept += data[at:end] if data[at + 4 : at + 8] not in (b"IHDR", b"IDAT", b"IEND") else b""
        at = end
    return kept


def write_tiff(file: IO[bytes], planes: NDArray[Any], settings: dict[str, Any]) -> None:
    """Write samples (h, w, n), uint16, n from 2 to 4, in one uncompressed strip; the settings are Pillow's for TIFF."""
    from PIL import TiffImagePlugin

    h, w, n = planes.shape
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    for tag, value in _tiff_metadata(settings).items():
        directory[tag] = value
    directory.tagtype[279] = 4
    for tag, value in {
        256: w,
        257: h,
        258: (16,) * n,
        259: 1,
        262: 2 if n > 2 else 1,
        273: (0,),
        277: n,
        278: h,
        279: (planes.nbytes,),
        284: 1,
    }.items():
        directory[tag] = value
    if n % 2 == 0:
        directory[338] = 2
    directory.save(file)
    count = max(1, PIECE // planes[0].nbytes)
    for start in range(0, h, count):
        file.write(planes[start : start + count].astype("<u2").tobytes())


def _tiff_metadata(settings: dict[str, Any]) -> dict[int, Any]:
    """Return the tags of Pillow's settings: EXIF with its directories, ICC profile, resolution."""
    from PIL import Image

    exif = Image.Exif()
    exif.load(settings.get("exif", b""))
    tags = {tag: exif.get_ifd(tag) if tag in (34665, 34853) else exif[tag] for tag in exif}
    if "icc_profile" in settings:
        tags[34675] = settings["icc_profile"]
    if "dpi" in settings:
        tags |= {296: 2, 282: settings["dpi"][0], 283: settings["dpi"][1]}
    return tags
