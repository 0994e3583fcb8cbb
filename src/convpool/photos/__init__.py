"""Picture files: read, filtered, pooled and written, with transparency and metadata.

May import the calls, filters, and what is below them.
"""

from convpool.photos.filter_and_pool import filter_photo, pool_photo, pool_scale
from convpool.photos.paths import PictureFile, destinations, find_pictures
from convpool.photos.photo import Metadata, Photo, in_grey
from convpool.photos.read_picture_file import check_pixels, read
from convpool.photos.rendering import SIGNED, Rendering, choose_signed, to_pixels
from convpool.photos.write_picture_file import write
from convpool.system.whole_files import check as check_free

__all__ = [
    "SIGNED",
    "Metadata",
    "Photo",
    "PictureFile",
    "Rendering",
    "check_free",
    "check_pixels",
    "choose_signed",
    "destinations",
    "filter_photo",
    "find_pictures",
    "in_grey",
    "pool_photo",
    "pool_scale",
    "read",
    "to_pixels",
    "write",
]
