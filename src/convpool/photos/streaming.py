"""Pictures larger than memory: TIFF files that are read, filtered or pooled, and written in parts."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import convpool as package
from convpool import photos
from convpool.out_of_core.outputs import ArrayInFile
from convpool.out_of_core.unit_axes import WithUnitAxes
from convpool.system.optional_packages import needed
from convpool.system.whole_files import Unfinished

TIFF = (".tif", ".tiff")
DEFLATE, OTHERS = (
    (8, 32946),
    (34925, 50000, 34926),
)  # of these others tifffile unpacks any amount: LZMA, Zstandard
BIG = 2**31  # bytes of pixels from which on offsets of 32 bits might not do
PAGE = 4096  # pixels start at a multiple of it, so that others can map the file
PLAIN = {"MINISBLACK": (), "RGB": (3,)}  # how samples are meant -> their axis
Call = Callable[[Any, Any, Any], Any]

logging.getLogger("tifffile").addHandler(
    logging.NullHandler()
)  # what is odd in a file would be told line by line


@dataclass(frozen=True)
class Request:
    """What is asked for one picture.

    Attributes
    ----------
    plan : from the size of a picture (h, w, c) and its dtype to the plan of the result
    make : from pixels, what takes the values, and memory, to the values
    signed : how values below 0 are shown
    lifted : whether pixels and values have the axes of a batch, (1, h, w, c)
    """

    plan: Callable[[tuple[int, ...], Any], Any]
    make: Call
    signed: str
    lifted: bool = False


def why_not(source: Path, target: Path) -> str | None:
    """Say why a picture cannot be read and written in parts; None if it can."""
    if source.suffix.lower() not in TIFF or target.suffix.lower() not in TIFF:
        return "only TIFF files are read and written in parts"
    tifffile = needed("tifffile", "large")
    needed("zarr", "large")
    try:
        with tifffile.TiffFile(source) as file:
            return (
                _unusual(file.pages[0])
                if len(file.pages) == 1
                else f"it holds {len(file.pages)} frames"
            )
    except Exception as error:  # damaged directories raise nearly anything
        return f"its layout is not known ({' '.join(str(error).split()) or type(error).__name__})"


def _unusual(page: Any) -> str | None:
    """Say what of this TIFF only a decoder of whole pictures takes care of."""
    if page.dtype not in (np.uint8, np.uint16) or page.bitspersample % 8:
        return f"its samples are {page.dtype} of {page.bitspersample} bits"
    if page.shape[2:] != PLAIN.get(page.photometric.name, ...):
        return f"its samples are {page.photometric.name} of shape {page.shape}"
    if getattr(page.tags.get(274), "value", 1) != 1:
        return "it has to be turned"
    if page.compression in OTHERS and not find_spec("imagecodecs"):
        return f"{page.compression.name} is not unpacked in parts"
    try:
        page.decode  # noqa: B018
    except (ValueError, ImportError) as error:
        return " ".join(str(error).split())
    return None


def streamed(
    source: Path, target: Path, asked: Request, max_memory: str, force: bool
) -> photos.Shown:
    """Make a picture in parts; a file under its final name is complete."""
    photos.check_free(target, force=force)
    with _opened(source) as (page, pixels):
        for part in (pixels.shape, page.chunks):
            photos.check_pixels(source, int(np.prod(part[:2], dtype=object)))
        plan = asked.plan((*pixels.shape, 1)[:3], pixels.dtype)
        shape = plan.output_shape if asked.lifted else plan.output_shape[1 : 1 + pixels.ndim]
        given = (
            WithUnitAxes(pixels, (0,) if pixels.ndim == 3 else (0, 3)) if asked.lifted else pixels
        )
        largest = Largest(shape, plan.dtype)
        if asked.signed != "clip":  # the scale is that of the whole picture
            asked.make(given, largest, max_memory)
        unfinished = Unfinished(target, force=force, buffering=0)
        try:
            file = ArrayInFile(
                unfinished.file, _start(unfinished.file, plan, page, source), shape, page.dtype
            )
            out = Levels(shape, plan.dtype, file, asked.signed, largest.value)
            asked.make(given, out, max_memory)
            unfinished.finish()
        finally:
            unfinished.drop()
    return photos.Shown(np.empty(0, page.dtype), out.count, out.rounded, out.saturated, out.scale)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    tifffile, zarr = needed("tifffile", "large"), needed("zarr", "large")
    with ExitStack() as opened:
        with _damage_named(path):
            page = opened.enter_context(tifffile.TiffFile(path)).pages[0]
            if page.compression in DEFLATE and not find_spec("imagecodecs"):
                page.decode = _bounded(
                    page.decode, int(np.prod(page.chunks, dtype=object)) * page.dtype.itemsize
                )
            pixels = zarr.open(opened.enter_context(page.aszarr()), mode="r")
        yield page, pixels


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, MemoryError):
        raise
    except Exception as error:  # damaged directories raise nearly anything
        said = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{path} is damaged or cut short ({said}); get a whole copy of the picture"
        ) from error


def _bounded(decode: Callable[..., Any], most: int) -> Callable[..., Any]:
    """Return what decodes a tile, where tifffile would unpack any amount: here only the bytes that a tile has."""

    def bounded(data: bytes | None, *words: Any, **more: Any) -> Any:
        if data is not None:
            pixels = zlib.decompressobj().decompress(
                data, most + 1
            )  # one more: the checksum comes after the last
            data = zlib.compress(pixels, 0)  # packed by name only
        return decode(data, *words, **more)

    return bounded


def _start(file: Any, plan: Any, page: Any, source: Path) -> int:
    """Begin a TIFF file with the colour profile and resolution of the page, and return where its pixels start."""
    shape = plan.output_shape[1:3] + page.shape[2:]
    with _damage_named(source):
        words: dict[str, Any] = {"photometric": page.photometric.name.lower(), "metadata": None}
        if 34675 in page.tags:
            words["iccprofile"] = bytes(page.tags[34675].value)
        if 282 in page.tags and 283 in page.tags:
            words["resolution"] = page.tags[282].value, page.tags[283].value
            words["resolutionunit"] = getattr(page.tags.get(296), "value", 2)
        words["bigtiff"] = int(np.prod(shape, dtype=object)) * page.dtype.itemsize >= BIG
        words |= {
            "shape": shape,
            "dtype": page.dtype.newbyteorder("="),
            "align": PAGE,
            "returnoffset": True,
        }
        start, _ = needed("tifffile", "large").imwrite(file, **words)
    return int(start)


class Largest:
    """Takes values and keeps the largest magnitude."""

    remains = "nothing was written"

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape, self.dtype, self.value = shape, dtype, 0.0

    def __setitem__(self, block: Any, values: Any) -> None:
        self.value = max(self.value, photos.largest(values))


class Levels:
    """Takes values and writes them as pixels."""

    remains = "no picture was written"

    def __init__(
        self, shape: tuple[int, ...], dtype: Any, file: Any, signed: str, largest: float
    ) -> None:
        self.shape, self.dtype, self.file, self.signed, self.largest = (
            shape,
            dtype,
            file,
            signed,
            largest,
        )
        self.count = self.rounded = self.saturated = 0
        self.scale = 1.0

    def __setitem__(self, block: Any, values: Any) -> None:
        shown = photos.to_pixels(values, self.file.dtype, self.signed, self.largest)
        self.file[block] = shown.pixels
        self.count += shown.count
        self.rounded += shown.rounded
        self.saturated += shown.saturated
        self.scale = shown.scale


def filtering(kernel: Any, signed: str | None, **settings: Any) -> Request:
    """Ask for a filtered picture."""

    def plan(shape: tuple[int, ...], dtype: Any) -> Any:
        words = {
            **settings,
            "groups": shape[2],
            "images_dtype": dtype,
            "kernels_dtype": kernel.dtype,
        }
        return package.plan_convolution((1, *shape), (*kernel.shape, 1, shape[2]), **words)

    def make(pixels: Any, out: Any, max_memory: str) -> Any:
        return package.filter_image(pixels, kernel, out=out, max_memory=max_memory, **settings)

    return Request(plan, make, signed or photos.choose_signed(kernel))


def pooling(size: Any, stride: Any, mode: str, **settings: Any) -> Request:
    """Ask for a pooled picture."""

    def plan(shape: tuple[int, ...], dtype: Any) -> Any:
        return package.plan_pooling((1, *shape), size, stride, mode, images_dtype=dtype, **settings)

    def make(pixels: Any, out: Any, max_memory: str) -> Any:
        return package.pool(pixels, size, stride, mode, out=out, max_memory=max_memory, **settings)

    return Request(plan, make, "clip", lifted=True)
