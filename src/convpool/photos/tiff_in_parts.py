"""Pictures larger than memory: TIFF files that are read, changed and written in parts."""

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
from convpool.system.printable_text import one_line
from convpool.system.whole_files import Unfinished

TIFF = (".tif", ".tiff")
DEFLATE = (8, 32946)  # numbers of this compression, of which a bounded part can be unpacked
UNBOUNDED = (34925, 50000, 34926)  # tifffile unpacks any amount of these: LZMA, Zstandard
BIG = 2**31  # bytes of pixels from which on offsets of 32 bits might not do
PAGE = 4096  # pixels start at a multiple of it, so that the file can be mapped into memory
CHANNELS = {"MINISBLACK": (), "RGB": (3,)}  # photometric interpretation -> axes behind (h, w)

# otherwise what tifffile logs of damaged files would be printed line by line
logging.getLogger("tifffile").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Request:
    """What is done to a picture.

    Attributes
    ----------
    plan : from the size of a picture (h, w, c) and its dtype to the plan of the result
    run : from pixels, the output that takes the values, and memory, to the values
    signed : how values below 0 are shown, one of `photos.SIGNED`
    needs_batch : whether pixels and values have the axes of a batch, (1, h, w, c)
    """

    plan: Callable[[tuple[int, ...], Any], Any]
    run: Callable[[Any, Any, str], Any]
    signed: str
    needs_batch: bool = False


def why_not(source: Path, target: Path) -> str | None:
    """Return why a picture cannot be read and written in parts; None if it can."""
    if source.suffix.lower() not in TIFF or target.suffix.lower() not in TIFF:
        return "only TIFF files are read and written in parts"
    tifffile = needed("tifffile", "large")
    needed("zarr", "large")
    try:
        with tifffile.TiffFile(source) as file:
            if len(file.pages) > 1:
                return f"it holds {len(file.pages)} frames"
            return _why_not_page(file.pages[0])
    except Exception as error:  # damaged directories raise nearly anything
        return f"its layout is not known ({one_line(error) or type(error).__name__})"


def _why_not_page(page: Any) -> str | None:
    """Return why only a decoder of whole pictures can read a page of a TIFF file."""
    if page.dtype not in (np.uint8, np.uint16) or page.bitspersample % 8:
        return f"its samples are {page.dtype} of {page.bitspersample} bits"
    if page.shape[2:] != CHANNELS.get(page.photometric.name, ...):
        return f"its samples are {page.photometric.name} of shape {page.shape}"
    if _tag(page, "Orientation", 1) != 1:
        return "it has to be turned"
    if page.compression in UNBOUNDED and not find_spec("imagecodecs"):
        return f"{page.compression.name} is not unpacked in parts"
    try:
        page.decode  # noqa: B018
    except (ValueError, ImportError) as error:
        return one_line(error)
    return None


def _tag(page: Any, name: str, default: Any = None) -> Any:
    """Return the value of a tag of a page."""
    return getattr(page.tags.get(name), "value", default)


def stream(
    source: Path, target: Path, request: Request, max_memory: str, force: bool
) -> photos.Rendering:
    """Change a picture in parts; the target appears only when it is complete.

    Returns
    -------
    the counts and the scale, without pixels
    """
    photos.check_free(target, force=force)
    with _opened(source) as (page, pixels):
        for part in (pixels.shape, page.chunks):
            photos.check_pixels(source, int(np.prod(part[:2], dtype=object)))
        plan = request.plan((*pixels.shape, 1)[:3], pixels.dtype)
        images, shape = pixels, plan.output_shape[1 : 1 + pixels.ndim]
        if request.needs_batch:
            images, shape = (
                WithUnitAxes(pixels, (0,) if pixels.ndim == 3 else (0, 3)),
                plan.output_shape,
            )
        greatest = GreatestMagnitude(shape, plan.dtype)
        if request.signed != "clip":  # the scale is that of the whole picture
            request.run(images, greatest, max_memory)
        unfinished = Unfinished(target, force=force, buffering=0)
        try:
            start = _write_header(unfinished.file, plan, page, source)
            file = ArrayInFile(unfinished.file, start, shape, page.dtype)
            out = PixelWriter(file, plan.dtype, request.signed, greatest.value)
            request.run(images, out, max_memory)
            unfinished.finish()
        finally:
            unfinished.drop()
    return out.total


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a TIFF file: its page, and its pixels as an array of which parts can be read."""
    tifffile, zarr = needed("tifffile", "large"), needed("zarr", "large")
    with ExitStack() as files:
        with _damage_as_value_error(path):
            page = files.enter_context(tifffile.TiffFile(path)).pages[0]
            if page.compression in DEFLATE and not find_spec("imagecodecs"):
                tile_bytes = int(np.prod(page.chunks, dtype=object)) * page.dtype.itemsize
                page.decode = _bounded(page.decode, tile_bytes)
            pixels = zarr.open(files.enter_context(page.aszarr()), mode="r")
        yield page, pixels


@contextmanager
def _damage_as_value_error(path: Path) -> Iterator[None]:
    """Turn what damaged files raise into a ValueError that names the file."""
    try:
        yield
    except (OSError, MemoryError):
        raise
    except Exception as error:  # damaged directories raise nearly anything
        raise ValueError(
            f"{path} is damaged or cut short ({one_line(error) or type(error).__name__}); get a "
            "whole copy of the picture"
        ) from error


def _bounded(decode: Callable[..., Any], tile_bytes: int) -> Callable[..., Any]:
    """Return a decoder of tiles that unpacks no more bytes than a tile has; tifffile's would."""

    def decode_tile(data: bytes | None, *args: Any, **options: Any) -> Any:
        if data is not None:
            # one byte more: the checksum comes after the last
            pixels = zlib.decompressobj().decompress(data, tile_bytes + 1)
            data = zlib.compress(pixels, 0)  # level 0: not smaller, but what tifffile expects
        return decode(data, *args, **options)

    return decode_tile


def _write_header(file: Any, plan: Any, page: Any, source: Path) -> int:
    """Begin a TIFF file with the page's colour profile and resolution; return where pixels start.

    The plan has the size, the page the channels and the dtype.
    """
    shape = plan.output_shape[1:3] + page.shape[2:]
    with _damage_as_value_error(source):
        options: dict[str, Any] = {"photometric": page.photometric.name.lower(), "metadata": None}
        if profile := _tag(page, "InterColorProfile"):
            options["iccprofile"] = bytes(profile)
        resolution = _tag(page, "XResolution"), _tag(page, "YResolution")
        if None not in resolution:
            options["resolution"] = resolution
            options["resolutionunit"] = _tag(page, "ResolutionUnit", 2)
        options["bigtiff"] = int(np.prod(shape, dtype=object)) * page.dtype.itemsize >= BIG
        options |= {
            "shape": shape,
            "dtype": page.dtype.newbyteorder("="),
            "align": PAGE,
            "returnoffset": True,
        }
        start, _ = needed("tifffile", "large").imwrite(file, **options)
    return int(start)


class GreatestMagnitude:
    """An output that keeps nothing but the largest magnitude of the values."""

    remains = "nothing was written"

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape, self.dtype, self.value = shape, dtype, 0.0

    def __setitem__(self, block: Any, values: Any) -> None:
        self.value = max(self.value, photos.largest(values))


class PixelWriter:
    """An output that writes values as pixels into an array in a file, and counts them."""

    remains = "no picture was written"

    def __init__(self, file: ArrayInFile, dtype: Any, signed: str, greatest: float) -> None:
        self.shape, self.dtype = file.shape, dtype
        self.file, self.signed, self.greatest = file, signed, greatest
        self.total = photos.Rendering(np.empty(0, file.dtype), 0, 0, 0)

    def __setitem__(self, block: Any, values: Any) -> None:
        rendering = photos.to_pixels(values, self.file.dtype, self.signed, self.greatest)
        self.file[block] = rendering.pixels
        self.total = self.total.with_counts_of(rendering)


def filtering(kernel: Any, signed: str | None, **settings: Any) -> Request:
    """Return the request to filter a picture with a kernel (kh, kw)."""

    def plan(shape: tuple[int, ...], dtype: Any) -> Any:
        options = {
            **settings,
            "groups": shape[2],
            "images_dtype": dtype,
            "kernels_dtype": kernel.dtype,
        }
        return package.plan_convolution((1, *shape), (*kernel.shape, 1, shape[2]), **options)

    def run(pixels: Any, out: Any, max_memory: str) -> Any:
        return package.filter_image(pixels, kernel, out=out, max_memory=max_memory, **settings)

    return Request(plan, run, signed or photos.choose_signed(kernel))


def pooling(size: Any, stride: Any, mode: str, **settings: Any) -> Request:
    """Return the request to pool a picture."""

    def plan(shape: tuple[int, ...], dtype: Any) -> Any:
        return package.plan_pooling((1, *shape), size, stride, mode, images_dtype=dtype, **settings)

    def run(pixels: Any, out: Any, max_memory: str) -> Any:
        return package.pool(pixels, size, stride, mode, out=out, max_memory=max_memory, **settings)

    return Request(plan, run, "clip", needs_batch=True)
