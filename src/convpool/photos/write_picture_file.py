"""Picture files written: PNG, JPEG, TIFF and WebP, with their metadata."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from convpool.photos import sixteen_bit_colour
from convpool.photos.photo import Photo
from convpool.system.optional_packages import needed
from convpool.system.whole_files import check, whole

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

JPEG_QUALITY = 95  # of 100, if none is asked for


def write(
    photo: Photo, path: str | os.PathLike[str], *, quality: int | None = None, force: bool = False
) -> None:
    """Write a picture file; it appears only when it is complete.

    Parameters
    ----------
    photo : Photo
        The picture. In WebP grey becomes colour, since that is all it holds.
    path : str or path
        The file; its ending says the format: .png, .jpg, .jpeg, .tif, .tiff or .webp.
    quality : int, optional
        1 to 100 for JPEG (JPEG_QUALITY when None) and WebP (lossless when None); PNG and TIFF are
        lossless and ignore it.
    force : bool
        Replace an existing file.

    Raises
    ------
    FileExistsError
        If the file exists and `force` is False.
    ValueError
        If the format cannot hold the picture (transparency in JPEG, 16-bit colour in all but TIFF,
        70,000 pixels in a row of JPEG), the ending is no other, or the quality is not 1 to 100.
    OSError
        If the folder is not there or may not be written.
    ModuleNotFoundError
        If Pillow is not installed.
    """
    target = Path(path)
    save = _writer(photo, target, quality)
    check(target, force=force)
    with whole(target, force=force) as file:
        save(file, photo, quality)


def _writer(
    photo: Photo, path: Path, quality: int | None
) -> Callable[[IO[bytes], Photo, int | None], None]:
    """Return the function of WRITERS for a path's ending.

    Raises ValueError if there is none, or the format cannot hold this picture.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise ValueError(f"{path.name}: pictures are written as {', '.join(WRITERS)}")
    if quality is not None and not 1 <= quality <= 100:
        raise ValueError(f"quality goes from 1 (small) to 100 (best): {quality} came in")
    if photo.pixels.dtype == np.uint16 and suffix not in SIXTEEN_BITS:
        raise ValueError(
            f"{path.name}: {suffix} holds 8 bits per sample, the picture 16; "
            f"{', '.join(SIXTEEN_BITS)} hold them"
        )
    if _is_sixteen_bit_colour(photo) and suffix == ".png":
        raise ValueError(
            f"{path.name}: the picture has 16 bits per sample and colour or transparency, which is "
            f"written as TIFF only: name {path.with_suffix('.tif').name}"
        )
    if photo.alpha is not None and suffix in OPAQUE:
        raise ValueError(f"{path.name}: JPEG holds no transparency; .png, .tif and .webp do")
    h, w = photo.pixels.shape[:2]
    max_side = MAX_SIDES.get(suffix)
    if max_side is not None and max(h, w) > max_side:
        raise ValueError(
            f"{path.name}: {suffix} holds up to {max_side} pixels a side, and the picture has {h} "
            f"x {w}, as .png can"
        )
    needed("PIL", "app")
    return WRITERS[suffix]


def _png(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    """Save a photo as PNG into an open file; `quality` is not used, as in `_tiff`."""
    image_of(photo).save(file, "PNG", **_settings(photo))


def _tiff(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    """Save a photo as TIFF into an open file."""
    if _is_sixteen_bit_colour(photo):
        sixteen_bit_colour.write_tiff(file, photo.planes(), _settings(photo))
    else:
        image_of(photo).save(file, "TIFF", **_settings(photo))


def _jpeg(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    """Save a photo as JPEG into an open file; without a quality, JPEG_QUALITY."""
    image_of(photo).save(
        file, "JPEG", quality=JPEG_QUALITY if quality is None else quality, **_settings(photo)
    )


def _webp(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    """Save a photo as WebP into an open file; without a quality, without loss."""
    settings = _settings(photo, resolution_in_exif=True)
    # bytes 16 to 20 of a profile say for which colours it is; WebP always has three channels
    if settings.get("icc_profile", b"")[16:20] == b"GRAY":
        del settings["icc_profile"]
    compression = {"lossless": True, "exact": True} if quality is None else {"quality": quality}
    image_of(photo).save(file, "WEBP", **compression, **settings)


# ending -> the function that saves a photo, from (open file, photo, quality or None)
WRITERS: dict[str, Callable[[IO[bytes], Photo, int | None], None]] = {
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".tif": _tiff,
    ".tiff": _tiff,
    ".webp": _webp,
}
SIXTEEN_BITS = (".png", ".tif", ".tiff")  # endings of formats that hold them
OPAQUE = (".jpg", ".jpeg")  # endings of formats without transparency
# ending -> the most pixels on a side
MAX_SIDES = {".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}  # of libjpeg and libwebp


def _is_sixteen_bit_colour(photo: Photo) -> bool:
    """Return whether a photo has 16 bits and several planes, which Pillow cannot write."""
    return photo.pixels.dtype == np.uint16 and (photo.pixels.ndim == 3 or photo.alpha is not None)


def image_of(photo: Photo) -> Image:
    """Return a photo as a PIL image."""
    from PIL import Image

    planes = photo.planes()
    return Image.fromarray(np.ascontiguousarray(planes[..., 0] if planes.shape[2] == 1 else planes))


def _settings(photo: Photo, *, resolution_in_exif: bool = False) -> dict[str, Any]:
    """Return the metadata as arguments of Pillow's save: exif, icc_profile, dpi, if there are any.

    With `resolution_in_exif`, dots per inch are written into the EXIF block instead of `dpi`.
    """
    from PIL.ExifTags import Base

    metadata = photo.metadata
    exif = _exif(photo)
    if resolution_in_exif and metadata.dpi:
        exif[Base.XResolution], exif[Base.YResolution] = metadata.dpi
        exif[Base.ResolutionUnit] = 2  # inch
    settings: dict[str, Any] = {"exif": exif.tobytes()} if len(exif) else {}
    if metadata.icc:
        settings["icc_profile"] = metadata.icc
    if metadata.dpi and not resolution_in_exif:
        settings["dpi"] = metadata.dpi
    return settings


def _exif(photo: Photo) -> Exif:
    """Return the EXIF block; a picture's size in it is replaced by the present one."""
    from PIL import Image
    from PIL.ExifTags import IFD, Base

    exif = Image.Exif()
    exif.load(photo.metadata.exif)
    if IFD.Exif in exif:
        details = exif.get_ifd(IFD.Exif)
        h, w = photo.pixels.shape[:2]
        for tag, size in ((Base.ExifImageWidth, w), (Base.ExifImageHeight, h)):
            if tag in details:
                details[tag] = size
    return exif
