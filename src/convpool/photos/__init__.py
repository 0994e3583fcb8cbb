"""Picture files in and out: pixels, transparency, and what the camera wrote beside them.

May import the calls, filters, and what is below them.
"""

from convpool.photos.paths import Source, destinations, sources
from convpool.photos.photo import Metadata, Photo
from convpool.photos.pixels import SIGNED, Shown, choose_signed, largest, to_pixels
from convpool.photos.reading import check_pixels, read
from convpool.photos.results import filtered, pooled
from convpool.photos.thumbnails import sample_picture, thumbnail_sheet
from convpool.photos.writing import write
from convpool.system.whole_files import check as check_free

__all__ = [
    "SIGNED",
    "Metadata",
    "Photo",
    "Shown",
    "Source",
    "check_free",
    "check_pixels",
    "choose_signed",
    "destinations",
    "filtered",
    "largest",
    "pooled",
    "read",
    "sample_picture",
    "sources",
    "thumbnail_sheet",
    "to_pixels",
    "write",
]
