"""Picture files out: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from convpool.photos import sixteen_bit_colour
from convpool.photos.photo import Photo
from convpool.system.whole_files import check, whole

if TYPE_CHECKING:
    from PIL.Image import Exif, Image


def write(
    photo: Photo, path: str | os.PathLike[str], *, quality: int | None = None, force: bool = False
) -> None:
    """Write a picture file, whole or not at all.

    Parameters
    ----------
    photo : Photo
        The picture. In WebP gray becomes colour, since that is all it holds.
    path : str or path
        Where to; the ending says the format: .png, .jpg, .jpeg, .tif, .tiff or .webp.
    quality : int, optional
        1 to 100 for JPEG (95 when None) and WebP (lossless when None); PNG and TIFF lose nothing
        and take no notice.
    force : bool
        Replace a file that is already there.

    Raises
    ------
    FileExistsError
        If the file is there and `force` is False.
    ValueError
        If the format cannot hold the picture (transparency or 16 bit in JPEG, 70,000 pixels in a
        row of it), or the ending or quality means nothing.
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
    """Return the function that saves in the format of this ending, or say why none can."""
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise ValueError(f"{path.name}: pictures are written as {', '.join(WRITERS)}")
    if quality is not None and not 1 <= quality <= 100:
        raise ValueError(f"quality goes from 1 (small) to 100 (best): {quality} came in")
    if photo.pixels.dtype == np.uint16 and suffix not in DEEP:
        raise ValueError(
            f"{path.name}: {suffix} holds 8 bits per sample, the picture 16; {', '.join(DEEP)} "
            "hold them"
        )
    if photo.alpha is not None and suffix in OPAQUE:
        raise ValueError(f"{path.name}: JPEG holds no transparency; .png, .tif and .webp do")
    high, wide = photo.pixels.shape[:2]
    if max(high, wide) > SIDES.get(suffix, high + wide):
        most = SIDES[suffix]
        raise ValueError(
            f"{path.name}: {suffix} holds up to {most} pixels a side, and the picture has {high} "
            f"x {wide}, as .png can"
        )
    try:
        import PIL  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'pictures need Pillow: pip install "convpool[app]"', name=error.name
        ) from None
    return WRITERS[suffix]


def _png(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    if _is_deep_colour(photo):
        sixteen_bit_colour.write_png(file, photo.planes(), _settings(photo))
    else:
        _image(photo).save(file, "PNG", **_settings(photo))


def _tiff(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    if _is_deep_colour(photo):
        sixteen_bit_colour.write_tiff(file, photo.planes(), _settings(photo))
    else:
        _image(photo).save(file, "TIFF", **_settings(photo))


def _jpeg(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    _image(photo).save(file, "JPEG", quality=95 if quality is None else quality, **_settings(photo))


def _webp(file: IO[bytes], photo: Photo, quality: int | None) -> None:
    settings = _settings(photo, resolution_in_exif=True)
    if settings.get("icc_profile", b"")[16:20] == b"GRAY":
        del settings["icc_profile"]  # made for one channel; WebP always has three
    how = {"lossless": True, "exact": True} if quality is None else {"quality": quality}
    _image(photo).save(file, "WEBP", **how, **settings)


WRITERS = {
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".tif": _tiff,
    ".tiff": _tiff,
    ".webp": _webp,
}
DEEP = (".png", ".tif", ".tiff")
OPAQUE = (".jpg", ".jpeg")
SIDES = {".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}  # of libjpeg and libwebp


def _is_deep_colour(photo: Photo) -> bool:
    return photo.pixels.dtype == np.uint16 and (photo.pixels.ndim == 3 or photo.alpha is not None)


def _image(photo: Photo) -> Image:
    from PIL import Image

    planes = photo.planes()
    return Image.fromarray(np.ascontiguousarray(planes[..., 0] if planes.shape[2] == 1 else planes))


def _settings(photo: Photo, *, resolution_in_exif: bool = False) -> dict[str, Any]:
    """Return what Pillow's save should write beside the pixels."""
    metadata = photo.metadata
    exif = _exif(photo)
    if resolution_in_exif and metadata.dpi:
        exif[282], exif[283], exif[296] = *metadata.dpi, 2
    settings: dict[str, Any] = {"exif": exif.tobytes()} if len(exif) else {}
    if metadata.icc:
        settings["icc_profile"] = metadata.icc
    if metadata.dpi and not resolution_in_exif:
        settings["dpi"] = metadata.dpi
    return settings


def _exif(photo: Photo) -> Exif:
    """Return the EXIF block with the size that the picture has now, where it states one."""
    from PIL import Image

    exif = Image.Exif()
    exif.load(photo.metadata.exif)
    if 34665 in exif:
        details = exif.get_ifd(34665)
        for tag, size in ((40962, photo.pixels.shape[1]), (40963, photo.pixels.shape[0])):
            if tag in details:
                details[tag] = size
    return exif
