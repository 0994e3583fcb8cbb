"""Pictures of several frames, films and pages: all of them read, and written into one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from convpool.photos import read_picture_file, sixteen_bit_colour, write_picture_file
from convpool.photos.photo import Photo, from_planes
from convpool.system.whole_files import check, whole

# ending -> Pillow's name of a format that holds several frames
FORMATS = {".gif": "GIF", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
PAGES = "TIFF"  # whose frames are pages: of any sizes, without durations


class Film(NamedTuple):
    """The frames of a picture file.

    Attributes
    ----------
    frames : the pictures
    durations : how long each is shown, in milliseconds; () if the file does not say
    loop : how often the film is shown, 0 for ever; None if the file does not say
    """

    frames: tuple[Photo, ...]
    durations: tuple[int, ...] = ()
    loop: int | None = None


def read_frames(path: str | os.PathLike[str]) -> Film:
    """Return all frames of a picture file: those of a GIF, APNG or WebP, or the pages of a TIFF.

    Raises
    ------
    ValueError, OSError, ModuleNotFoundError : as `photos.read`; ValueError for 16-bit colour, and
        if all frames together have more pixels than Pillow's limit
    """
    source = Path(path)
    read_picture_file.check_source(source)
    frames, durations = [], []
    with read_picture_file.opened(source) as image:
        count, pixels = getattr(image, "n_frames", 1), 0
        limit = read_picture_file.most_pixels()
        for number in range(count):
            image.seek(number)
            pixels += image.width * image.height
            if pixels > limit:
                break  # `check_pixels` below raises the error
            if sixteen_bit_colour.layout(image):
                raise sixteen_bit_colour.UnsupportedPictureError(
                    f"holds 16-bit colour in frame {number + 1} of {count}: leave --all-frames "
                    "out, or save its frames apart"
                )
            image.load()  # a GIF knows only then how long the frame is shown
            durations.append(image.info.get("duration"))
            colours, alpha = from_planes(read_picture_file.planes_of(image))
            frames.append(Photo(np.ascontiguousarray(colours), alpha))
        loop = image.info.get("loop")
    read_picture_file.check_pixels(source, pixels)
    known = tuple(int(duration) for duration in durations if duration is not None)
    return Film(tuple(frames), known if len(known) == len(frames) else (), loop)


def check_film(film: Film, path: Path) -> None:
    """Raise ValueError unless the format that a path's ending names holds the frames of a film."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path.name}: several frames are written as {', '.join(FORMATS)}")
    is_pages = FORMATS[suffix] == PAGES
    sizes = {frame.pixels.shape[:2] for frame in film.frames}
    if len(sizes) > 1 and not is_pages:
        raise ValueError(f"{path.name}: frames have several sizes, which only .tif holds")
    for frame in film.frames:
        is_deep = frame.pixels.dtype == np.uint16
        if is_deep and (not is_pages or frame.pixels.ndim == 3 or frame.alpha is not None):
            raise ValueError(
                f"{path.name}: frames of 16 bits are written as .tif, in grey and opaque"
            )


def write_frames(film: Film, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write a film into one file, which appears when it is complete.

    GIF, PNG (as APNG) and WebP keep durations and loops; TIFF makes a page of each frame. A GIF has
    256 colours a frame.

    Raises
    ------
    FileExistsError : the file exists and `force` is False
    ValueError : the format that the ending names does not hold these frames
    """
    target = Path(path)
    check_film(film, target)
    check(target, force=force)
    first, *others = (write_picture_file.image_of(frame) for frame in film.frames)
    options: dict[str, Any] = {"save_all": True, "append_images": others}
    name = FORMATS[target.suffix.lower()]
    if name != PAGES:
        if film.durations:
            options["duration"] = list(film.durations)
        if film.loop is not None:
            options["loop"] = film.loop
    if name == "GIF":  # transparent pixels show what is behind the film, not the last frame
        options["disposal"] = 2
    if name == "WEBP":
        options["lossless"] = True
    with whole(target, force=force) as file:
        first.save(file, name, **options)
