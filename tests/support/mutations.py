"""Damaged files of every kind that the commands read: whole ones, and changes to them drawn from
a seed.
"""

import io
import random
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXTREMES = [
    0,
    1,
    2**7,
    2**8 - 1,
    2**15 - 1,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**62,
    2**63,
    2**64 - 1,
]
NUMBERS = [
    b"0",
    b"-1",
    b"1e9",
    b"99999",
    b"4294967296",
    b"9223372036854775808",
    b"1" * 50,
    b"None",
    b"True",
    b"()",
    b"'",
    b"\\\n",
]


def whole_files() -> list[tuple[str, bytes]]:
    """Return (ending, content) of undamaged files."""
    return [*_pictures(), *_tiffs(), *_arrays(), *_archives()]


def _pictures() -> Iterator[tuple[str, bytes]]:
    """Yield (ending, content) of pictures that Pillow writes, and of a 16-bit PNG."""
    from PIL import Image

    draw = np.random.default_rng(0)
    colours = draw.integers(0, 256, (23, 31, 4)).astype(np.uint8)
    exif = Image.Exif()
    exif[0x010F], exif[274], exif[282] = "maker", 6, 72.0
    exif.get_ifd(34665)[40962] = 31
    forms: list[tuple[str, str, dict[str, Any]]] = [
        ("png", "RGB", {"exif": exif, "icc_profile": b"\0" * 200, "dpi": (300, 300)}),
        ("png", "RGBA", {}),
        ("png", "L", {"transparency": 3}),
        ("png", "P", {"transparency": b"\0\1\2"}),
        ("png", "1", {}),
        ("png", "I;16", {}),
        ("jpg", "RGB", {"exif": exif, "dpi": (300, 300)}),
        ("jpg", "L", {"progressive": True}),
        ("jpg", "CMYK", {}),
        ("gif", "P", {"save_all": True, "append_images": [Image.new("P", (31, 23), 3)]}),
        ("webp", "RGB", {"exif": exif}),
        ("webp", "RGBA", {"lossless": True}),
        ("bmp", "RGB", {}),
        ("bmp", "P", {}),
        ("tif", "RGB", {"exif": exif, "compression": "tiff_lzw"}),
        ("tif", "1", {"compression": "group4"}),
        ("tif", "CMYK", {"compression": "jpeg"}),
    ]
    for ending, mode, words in forms:
        image = Image.fromarray(colours).convert("L" if mode == "I;16" else mode)
        if mode == "I;16":
            image = Image.fromarray(colours[..., 0].astype(np.uint16) * 257)
        file = io.BytesIO()
        image.save(file, {"jpg": "JPEG", "tif": "TIFF"}.get(ending, ending), **words)
        yield ending, file.getvalue()
    yield "png", _sixteen_bit_png(colours.astype(np.uint16) * 257)


def _sixteen_bit_png(samples: NDArray[np.uint16]) -> bytes:
    """Return a PNG file of RGBA samples (h, w, 4), which Pillow cannot write."""
    h, w, _ = samples.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", w, h, 16, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _tiffs() -> Iterator[tuple[str, bytes]]:
    """Yield (ending, content) of TIFF files that tifffile writes; none where it is missing."""
    try:
        import tifffile
    except ModuleNotFoundError:
        return
    draw = np.random.default_rng(1)
    forms: list[tuple[tuple[int, ...], str, dict[str, Any]]] = [
        (
            (40, 60, 3),
            "uint8",
            {"photometric": "rgb", "tile": (16, 16), "compression": "zlib", "resolution": (3, 4)},
        ),
        ((40, 60), "uint8", {"tile": (16, 32), "compression": "zlib", "predictor": True}),
        ((40, 60), "uint16", {"rowsperstrip": 7}),
        ((40, 60), "uint16", {"byteorder": ">", "iccprofile": b"\0" * 200}),
        ((40, 60, 3), "uint16", {"photometric": "rgb", "bigtiff": True}),
        ((3, 40, 60), "uint8", {"photometric": "rgb", "planarconfig": "separate"}),
        ((40, 60), "float32", {}),
        ((2, 40, 60), "uint8", {"photometric": "minisblack"}),
    ]
    for shape, dtype, words in forms:
        file = io.BytesIO()
        tifffile.imwrite(file, draw.integers(0, 256, shape).astype(dtype), metadata=None, **words)
        yield "tif", file.getvalue()


def _arrays() -> Iterator[tuple[str, bytes]]:
    """Yield (ending, content) of .npy files in each version of their format."""
    for array in (
        np.array([[1, 0, -1], [2, 0, -2]]),
        np.full((5, 5), 0.04),
        np.asfortranarray(np.arange(12, dtype=">f4").reshape(3, 4)),
        np.array([[True, False]]),
        np.ones((3, 3, 1, 1), np.float16),
    ):
        for version in ((1, 0), (2, 0), (3, 0)):
            file = io.BytesIO()
            np.lib.format.write_array(file, array, version)
            yield "npy", file.getvalue()


def _archives() -> Iterator[tuple[str, bytes]]:
    """Yield (ending, content) of .npz files, with each kind of compression."""
    draw = np.random.default_rng(2)
    for key, shape in (
        ("X_train", (6, 28, 28)),
        ("data", (5, 32, 32, 3)),
        ("x_train", (8, 28, 28)),
        ("else", (2,)),
    ):
        values = draw.integers(0, 256, shape).astype(np.uint8)
        arrays: dict[str, Any] = {
            key: values / 255 if key == "X_train" else values,
            "y": np.arange(3),
        }
        for save in (np.savez, np.savez_compressed):
            file = io.BytesIO()
            save(file, **arrays)
            yield "npz", file.getvalue()
    import zipfile

    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            array = io.BytesIO()
            np.save(array, draw.integers(0, 256, (5, 32, 32, 3)).astype(np.uint8))
            archive.writestr("data.npy", array.getvalue())
        yield "npz", file.getvalue()


def mutate(content: bytes, draw: random.Random) -> bytes:
    """Return the content with one to four changes; checksums of PNG chunks are made right again
    half of the time.
    """
    for _ in range(draw.choice([1, 1, 2, 4])):
        content = draw.choice(CHANGES)(content, draw) if content else content
    if content[:4] == b"\x89PNG" and draw.random() < 0.5:
        content = _restore_checksums(content)
    return content


def _flip(content: bytes, draw: random.Random) -> bytes:
    """Return the content with one to twenty bits flipped."""
    changed = bytearray(content)
    for _ in range(draw.choice([1, 1, 3, 20])):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _cut(content: bytes, draw: random.Random) -> bytes:
    """Return the content up to some place."""
    return content[: draw.randrange(len(content))]


def _place(content: bytes, draw: random.Random) -> int:
    """Return a place in the file, near an end more often than not: that is where headers and
    directories are.
    """
    near = min(len(content), 300)
    return draw.choice(
        [
            draw.randrange(near),
            len(content) - 1 - draw.randrange(near),
            draw.randrange(len(content)),
        ]
    )


def _splice(content: bytes, draw: random.Random) -> bytes:
    """Return the content with a piece copied, dropped or repeated."""
    start, length, to = (
        _place(content, draw),
        draw.choice([1, 4, 12, 100, 1000]),
        _place(content, draw),
    )
    piece = content[start : start + length]
    return draw.choice(
        [
            content[:start] + content[start + length :],
            content[:to] + piece + content[to:],
            content[:to] + piece + content[to + length :],
            content[:start] + piece * 50 + content[start:],
        ]
    )


def _overwrite(content: bytes, draw: random.Random) -> bytes:
    """Return the content with an extreme number over some bytes."""
    start, kind, order = _place(content, draw), draw.choice("BHIQ"), draw.choice("<>")
    value = draw.choice(EXTREMES) % 2 ** (8 * struct.calcsize(kind))
    number = struct.pack(order + kind, value)
    return (content[:start] + number + content[start + len(number) :])[: max(len(content), 1)]


def _replace_number(content: bytes, draw: random.Random) -> bytes:
    """Return the content with another number in the place of one that stands there in digits."""
    found = list(re.finditer(rb"\d+|True|False", content[:400]))
    if not found:
        return _overwrite(content, draw)
    place, number = draw.choice(found), draw.choice(NUMBERS)
    changed = content[: place.start()] + number + content[place.end() :]
    length = len(number) - len(place[0])  # keep the header's length where there are spaces to take
    return changed.replace(b" " * length, b"", 1) if length > 0 else changed


def _enlarge(content: bytes, draw: random.Random) -> bytes:
    """Return a picture that states a size that its data do not have."""
    width, height = draw.choice(
        [(10**4, 8000), (2**16, 1000), (9000, 9000), (2**31 - 1, 2**31 - 1), (0, 5), (1, 2**20)]
    )
    if content[:4] == b"\x89PNG":
        return _restore_checksums(content[:16] + struct.pack(">II", width, height) + content[24:])
    if content[:3] == b"GIF":
        return content[:6] + struct.pack("<HH", width % 2**16, height % 2**16) + content[10:]
    if content[:2] == b"BM":
        return content[:18] + struct.pack("<II", width, height) + content[26:]
    if content[:2] == b"\xff\xd8" and (
        found := re.search(rb"\xff[\xc0\xc2]..\x08", content, re.DOTALL)
    ):
        return (
            content[: found.end()]
            + struct.pack(">HH", height % 2**16, width % 2**16)
            + content[found.end() + 4 :]
        )
    return _overwrite(content, draw)


def _restore_checksums(content: bytes) -> bytes:
    """Return a PNG file whose chunks have the checksums of what they hold."""
    made, at = content[:8], 8
    while at + 12 <= len(content):
        end = at + 8 + int.from_bytes(content[at : at + 4], "big")
        made += content[at:end] + struct.pack(">I", zlib.crc32(content[at + 4 : end]))
        at = end + 4
    return made + content[at:]


CHANGES = [_flip, _cut, _splice, _overwrite, _overwrite, _replace_number, _enlarge]


def damaged_file(seed: int) -> tuple[str, bytes]:
    """Return (ending, content) of the damaged file of a seed."""
    draw = random.Random(seed)
    ending, content = draw.choice(WHOLE)
    return ending, mutate(content, draw)


WHOLE = whole_files()
