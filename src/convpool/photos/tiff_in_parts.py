"""Pictures larger than memory: TIFF files that are read, changed and written in parts."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import convpool as package
from convpool import photos
from convpool.out_of_core.array_in_file import ArrayInFile
from convpool.out_of_core.unit_axes import WithUnitAxes
from convpool.photos.magnitude_counts import Magnitudes
from convpool.system.optional_packages import needed
from convpool.system.printable_text import one_line
from convpool.system.whole_files import Unfinished

TIFF = (".tif", ".tiff")
# values of the tag Compression
DEFLATE = (8, 32946)  # can be unpacked up to a limit
UNBOUNDED = (34925, 50000, 34926)  # LZMA, Zstandard: tifffile unpacks them whatever their size
# bytes of pixels from which on a file is a BigTIFF: ordinary ones hold 2**32 bytes in all
BIG = 2**31
PAGE = 4096  # pixels start at a multiple of it, so that the file can be mapped into memory
CHANNELS = {"MINISBLACK": (), "RGB": (3,)}  # photometric interpretation -> axes behind (h, w)

# otherwise what tifffile logs of damaged files would be printed line by line
logging.getLogger("tifffile").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Request:
    """What is done to a picture.

    Attributes
    ----------
    plan : (shape of a picture (h, w, c), its dtype) -> the `Plan` that makes the result
    run : (pixels, output that values are written into, max_memory) -> the output; called once or
        twice
    signed : how values below 0 are shown, one of `photos.SIGNED`
    needs_batch : whether `run` takes pixels and values as (1, h, w, c); otherwise they have the
        axes of the picture, (h, w) or (h, w, 3)
    scale : factor on the values before they become pixels; of sums and the like, so that white
        stays white
    gain, percentile : how values are scaled unless `signed` is "clip", as in `photos.filter_photo`
    """

    plan: Callable[[tuple[int, ...], Any], Any]
    run: Callable[[Any, Any, str], Any]
    signed: str
    needs_batch: bool = False
    scale: float = 1.0
    gain: float = 1.0
    percentile: float = 100.0


def refusal(source: Path, target: Path) -> str | None:
    """Return why a picture cannot be read and written in parts, in words; None if it can.

    Raises ModuleNotFoundError if tifffile or zarr is missing.
    """
    if source.suffix.lower() not in TIFF or target.suffix.lower() not in TIFF:
        return "only TIFF files are read and written in parts"
    tifffile = needed("tifffile", "large")
    needed("zarr", "large")
    try:
        with tifffile.TiffFile(source) as file:
            if len(file.pages) > 1:
                return f"it holds {len(file.pages)} frames"
            return _page_refusal(file.pages[0])
    except Exception as error:  # damaged directories raise nearly anything
        return f"its layout is not known ({one_line(error) or type(error).__name__})"


def _page_refusal(page: Any) -> str | None:
    """Return why a page of a TIFF file cannot be read in parts; None if it can."""
    if page.dtype not in (np.uint8, np.uint16) or page.bitspersample % 8:
        return f"its samples are {page.dtype} of {page.bitspersample} bits"
    if page.shape[2:] != CHANNELS.get(page.photometric.name, ...):
        return f"its samples are {page.photometric.name} of shape {page.shape}"
    if _tag(page, "Orientation", 1) != 1:  # 1: rows from top to bottom, each from left to right
        return "it has to be turned"
    if page.compression in UNBOUNDED and not find_spec("imagecodecs"):
        return f"{page.compression.name} is not unpacked in parts"
    try:
        page.decode  # noqa: B018  # a property that looks for the decoder
    except (ValueError, ImportError) as error:
        return one_line(error)
    return None


def _tag(page: Any, name: str, default: Any = None) -> Any:
    """Return the value of a page's tag by its name; the default if it has none."""
    return getattr(page.tags.get(name), "value", default)


def stream(
    source: Path, target: Path, request: Request, *, max_memory: str, force: bool
) -> photos.Rendering:
    """Filter or pool a TIFF file in parts; the target appears only when it is complete.

    Parameters
    ----------
    source, target
        Files for which `refusal` returns None.
    request
        What is done to the picture.
    max_memory
        How much memory a part may take beside the files, as in `convpool.convolve`: "256MB".
    force
        Whether an existing target is replaced; otherwise it raises FileExistsError.

    Returns
    -------
    how values became pixels: the counts and the scale of the whole picture, without its pixels

    Raises
    ------
    ValueError : the source is damaged, or has more pixels than Pillow's limit
    """
    photos.check_free(target, force=force)
    with _opened(source) as (page, pixels):
        # a whole tile is unpacked at once: a small picture may name huge ones
        for shape in (pixels.shape, page.chunks):
            photos.check_pixels(source, int(np.prod(shape[:2], dtype=object)))
        plan = request.plan((*pixels.shape, 1)[:3], pixels.dtype)  # (h, w) becomes (h, w, 1)
        if request.needs_batch:
            unit_axes = (0,) if pixels.ndim == 3 else (0, 3)
            images, output_shape = WithUnitAxes(pixels, unit_axes), plan.output_shape
        else:
            images, output_shape = pixels, plan.output_shape[1 : 1 + pixels.ndim]
        magnitude = MagnitudeCounter(output_shape, plan.dtype, request.percentile)
        if request.signed != "clip":
            # values are scaled by one magnitude of the whole picture: a first pass finds it
            request.run(images, magnitude, max_memory)
        unfinished = Unfinished(target, force=force, buffering=0)
        try:
            start = _write_header(unfinished.file, plan, page, source)
            pixels_in_file = ArrayInFile(unfinished.file, start, output_shape, page.dtype)
            greatest = magnitude.magnitudes.value / request.gain
            writer = PixelWriter(
                pixels_in_file, plan.dtype, request.signed, greatest, request.scale
            )
            request.run(images, writer, max_memory)
            unfinished.finish()
        finally:
            unfinished.drop()
    return writer.total


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a TIFF file; yield (page, pixels).

    page: tifffile's first page, with tags and layout. pixels: a Zarr array (h, w) or (h, w, 3),
    read from the file as it is indexed.
    """
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
    """Turn errors in the block that a damaged file may cause into a ValueError that names it.

    OSError and MemoryError stay as they are.
    """
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
    """Return a decoder as `decode`, tifffile's, that unpacks at most `tile_bytes` of a tile.

    Otherwise a tile that unpacks to more than its size could fill the memory.
    """

    def decode_tile(data: bytes | None, *args: Any, **options: Any) -> Any:
        if data is not None:  # None is a tile that the file leaves out
            # one byte more: the checksum comes after the last
            pixels = zlib.decompressobj().decompress(data, tile_bytes + 1)
            data = zlib.compress(pixels, 0)  # level 0: not smaller, but what tifffile expects
        return decode(data, *args, **options)

    return decode_tile


def _write_header(file: Any, plan: Any, page: Any, source: Path) -> int:
    """Write a TIFF header into an open file, and return the offset at which its pixels start.

    The plan gives the size; the source's page gives channels, dtype, colour profile and resolution.
    """
    shape = plan.output_shape[1:3] + page.shape[2:]
    with _damage_as_value_error(source):
        options: dict[str, Any] = {"photometric": page.photometric.name.lower(), "metadata": None}
        if profile := _tag(page, "InterColorProfile"):
            options["iccprofile"] = bytes(profile)
        resolution = _tag(page, "XResolution"), _tag(page, "YResolution")
        if None not in resolution:
            options["resolution"] = resolution
            options["resolutionunit"] = _tag(page, "ResolutionUnit", 2)  # 2: inch
        options["bigtiff"] = int(np.prod(shape, dtype=object)) * page.dtype.itemsize >= BIG
        options |= {
            "shape": shape,
            "dtype": page.dtype.newbyteorder("="),  # of this machine
            "align": PAGE,
            "returnoffset": True,
        }
        start, _ = needed("tifffile", "large").imwrite(file, **options)
    return int(start)


class MagnitudeCounter:
    """An output that keeps nothing of the values but their `magnitudes`."""

    remains = "nothing was written"  # the end of the error if the work is broken off

    def __init__(self, shape: tuple[int, ...], dtype: Any, percentile: float) -> None:
        self.shape, self.dtype, self.magnitudes = shape, dtype, Magnitudes(percentile)

    def __setitem__(self, block: Any, values: Any) -> None:
        """Count the values of a block."""
        self.magnitudes.add(values)


class PixelWriter:
    """An output that writes values as pixels into an array in a file.

    Values are multiplied by `scale`, then converted by `photos.to_pixels` with `signed` and
    `greatest`; `total` counts the values so far.
    """

    remains = "no picture was written"  # the end of the error if the work is broken off

    def __init__(
        self, file: ArrayInFile, dtype: Any, signed: str, greatest: float, scale: float
    ) -> None:
        self.shape, self.dtype, self.scale = file.shape, dtype, scale
        self.file, self.signed, self.greatest = file, signed, greatest
        self.total = photos.Rendering(np.empty(0, file.dtype), 0, 0, 0)

    def __setitem__(self, block: Any, values: Any) -> None:
        """Write the values of a block, an index of the output, into the file."""
        if self.scale != 1:
            values = values * self.scale
        rendering = photos.to_pixels(values, self.file.dtype, self.signed, self.greatest)
        if self.scale != 1:
            rendering = replace(rendering, scale=self.scale)
        self.file[block] = rendering.pixels
        self.total = self.total.with_counts_of(rendering)


def filtering(
    kernel: Any,
    signed: str | None,
    gain: float = 1.0,
    percentile: float = 100.0,
    **settings: Any,
) -> Request:
    """Return the request to filter a picture with a kernel (kh, kw).

    `signed` is one of `photos.SIGNED`, None asks `photos.choose_signed`; the others are those of
    `photos.filter_photo`. Raises ValueError for two kernels.
    """
    if isinstance(kernel, tuple):
        raise ValueError(
            "--max-memory goes with one kernel, and this is two: take sobel-x or sobel-y, or leave "
            "--max-memory out"
        )

    def plan(shape: tuple[int, ...], dtype: Any) -> Any:
        # the kernel filters each channel alone: as many groups as channels
        options = {
            **settings,
            "groups": shape[2],
            "images_dtype": dtype,
            "kernels_dtype": kernel.dtype,
        }
        return package.plan_convolution((1, *shape), (*kernel.shape, 1, shape[2]), **options)

    def run(pixels: Any, out: Any, max_memory: str) -> Any:
        return package.filter_image(pixels, kernel, out=out, max_memory=max_memory, **settings)

    signed = signed or photos.choose_signed(kernel)
    return Request(plan, run, signed, gain=gain, percentile=percentile)


def pooling(size: Any, stride: Any, mode: str, **settings: Any) -> Request:
    """Return the request to pool a picture; parameters as in `convpool.pool`."""

    def plan(shape: tuple[int, ...], dtype: Any) -> Any:
        return package.plan_pooling((1, *shape), size, stride, mode, images_dtype=dtype, **settings)

    def run(pixels: Any, out: Any, max_memory: str) -> Any:
        return package.pool(pixels, size, stride, mode, out=out, max_memory=max_memory, **settings)

    return Request(plan, run, "clip", needs_batch=True, scale=photos.pool_scale(mode, size))
