"""Picture files in and out, by round trips on files made here."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from convpool.photos import Metadata, Photo, kernel_thumbnails, read, read_picture_file, write
from support import children

rng = np.random.default_rng(3)
H, W = 5, 7
SHAPES = {"gray": (H, W), "colour": (H, W, 3)}
HOLDS = {  # what each ending holds without loss
    ".png": [("gray", 8), ("colour", 8), ("gray", 16)],
    ".tif": [("gray", 8), ("colour", 8), ("gray", 16), ("colour", 16)],
    ".tiff": [("colour", 8)],
    ".webp": [("colour", 8)],
}
KEPT = [
    (suffix, kind, bits, alpha)
    for suffix, kinds in HOLDS.items()
    for kind, bits in kinds
    for alpha in (False, True)
    # Pillow writes no such PNG, and reads no such TIFF
    if (kind, bits, alpha) != ("gray", 16, True)
]


def some_photo(kind="colour", bits=8, alpha=False, **keywords):
    dtype = {8: np.uint8, 16: np.uint16}[bits]
    pixels = rng.integers(0, 2**bits, SHAPES[kind], dtype=dtype)
    opacity = rng.integers(0, 2**bits, (H, W), dtype=dtype)
    opacity[0] = 0  # colours that nobody sees are kept too
    return Photo(pixels, opacity if alpha else None, **keywords)


def assert_same(actual, expected):
    assert actual.pixels.dtype == expected.pixels.dtype
    np.testing.assert_array_equal(actual.pixels, expected.pixels)
    assert (actual.alpha is None) == (expected.alpha is None)
    if expected.alpha is not None:
        np.testing.assert_array_equal(actual.alpha, expected.alpha)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def write_png(path, samples, colour_type, extra=b"", size=None):
    """Write a 16-bit PNG by hand, without the code under test."""
    h, w = samples.shape[:2]
    header = struct.pack(">IIBBBBB", *(size or (w, h)), 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("suffix", "kind", "bits", "alpha"), KEPT)
def test_what_is_written_is_read_back_bit_for_bit(tmp_path, suffix, kind, bits, alpha):
    photo = some_photo(kind, bits, alpha)
    before = photo.planes().copy()
    write(photo, tmp_path / f"p{suffix}")
    assert_same(read(tmp_path / f"p{suffix}"), photo)
    np.testing.assert_array_equal(photo.planes(), before)


@pytest.mark.parametrize(
    ("bits", "alpha", "expected"), [(8, False, "L"), (8, True, "LA"), (16, False, "I;16")]
)
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_gray_stays_gray_in_the_file(tmp_path, suffix, bits, alpha, expected):
    write(some_photo("gray", bits, alpha), tmp_path / f"p{suffix}")
    with Image.open(tmp_path / f"p{suffix}") as image:
        assert image.mode == expected


@pytest.mark.parametrize("kind", SHAPES)
def test_jpeg_loses_little_and_less_at_higher_quality(tmp_path, kind):
    ramp = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    photo = Photo(ramp if kind == "gray" else np.dstack([ramp, ramp.T, ramp]))
    sizes = {}
    for quality in (10, None, 100):
        write(photo, tmp_path / "p.jpg", quality=quality, force=True)
        sizes[quality] = (tmp_path / "p.jpg").stat().st_size
    assert sizes[10] < sizes[None] < sizes[100]
    back = read(tmp_path / "p.jpg")
    assert back.pixels.shape == photo.pixels.shape
    assert np.abs(back.pixels.astype(int) - photo.pixels).mean() < 3


def test_webp_loses_only_when_a_quality_is_asked_for(tmp_path):
    photo = some_photo(alpha=True)
    write(photo, tmp_path / "p.webp", quality=30)
    assert not np.array_equal(read(tmp_path / "p.webp").pixels, photo.pixels)


def test_webp_turns_gray_into_colour_and_drops_a_profile_for_gray(tmp_path):
    gray_profile = b"\0" * 16 + b"GRAY" + b"\0" * 108
    photo = some_photo("gray", metadata=Metadata(icc=gray_profile))
    write(photo, tmp_path / "p.webp")
    back = read(tmp_path / "p.webp")
    np.testing.assert_array_equal(back.pixels, np.dstack([photo.pixels] * 3))
    assert back.metadata.icc is None


# modes that other programs write
MODES = {  # mode in the file -> ending, expected samples from the pixel (r, g, b) = (204, 102, 51)
    "1": (".png", (H, W), None),
    "P": (".png", (H, W, 3), None),
    "PA": (".tif", (H, W, 3), "alpha"),
    "L": (".tif", (H, W), None),
    "LA": (".png", (H, W), "alpha"),
    "RGB": (".bmp", (H, W, 3), None),
    "RGBA": (".webp", (H, W, 3), "alpha"),
    "CMYK": (".jpg", (H, W, 3), None),
    "YCbCr": (".tif", (H, W, 3), None),
}


@pytest.mark.parametrize("mode", MODES)
def test_modes_become_gray_or_colour(tmp_path, mode):
    suffix, shape, alpha = MODES[mode]
    source = Image.new("RGB", (W, H), (204, 102, 51)).convert(mode)
    if alpha:
        source.putalpha(90)
    source.save(tmp_path / f"p{suffix}", **({"compression": "jpeg"} if mode == "YCbCr" else {}))
    photo = read(tmp_path / f"p{suffix}")
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape == shape
    assert (photo.alpha is not None) == (alpha is not None)
    assert photo.alpha is None or (photo.alpha == 90).all()
    if len(shape) == 3:
        assert np.abs(photo.pixels.astype(int) - (204, 102, 51)).max() <= 3


def test_one_bit_becomes_black_and_white(tmp_path):
    Image.fromarray(np.eye(H, W, dtype=bool)).save(tmp_path / "p.png")
    np.testing.assert_array_equal(read(tmp_path / "p.png").pixels, np.eye(H, W) * 255)


def test_cmyk_is_noted_and_its_profile_dropped(tmp_path):
    Image.new("CMYK", (W, H), (0, 255, 255, 0)).save(
        tmp_path / "p.tif", icc_profile=b"\0" * 16 + b"CMYK"
    )
    photo = read(tmp_path / "p.tif")
    assert (photo.pixels == (255, 0, 0)).all()
    assert photo.metadata.icc is None
    assert photo.notes == ("CMYK inks turned into RGB without their profile",)


def test_a_transparent_colour_of_a_palette_becomes_alpha(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "p.png", transparency=1)
    photo = read(tmp_path / "p.png")
    assert photo.pixels.tolist() == [[[10, 20, 30], [40, 50, 60]]]
    assert photo.alpha.tolist() == [[255, 0]]


TRANSPARENT = [(0, 1, [300], 65535), (2, 3, [1, 300, 70], 65535)]


@pytest.mark.parametrize(("colour_type", "channels", "colour", "opaque"), TRANSPARENT)
def test_a_transparent_colour_of_16_bits_becomes_alpha(
    tmp_path, colour_type, channels, colour, opaque
):
    samples = np.full(
        (2, 3, channels), 300 + 256, dtype=np.uint16
    )  # the same low bytes: all 16 bits must count
    samples[1, 2] = colour
    write_png(
        tmp_path / "p.png",
        samples,
        colour_type,
        extra=chunk(b"tRNS", struct.pack(f">{channels}H", *colour)),
    )
    photo = read(tmp_path / "p.png")
    assert photo.alpha.tolist() == [[opaque] * 3, [opaque, opaque, 0]]
    np.testing.assert_array_equal(photo.planes()[..., :-1], samples)


def test_a_transparent_colour_of_8_bits_becomes_alpha(tmp_path):
    pixels = np.array([[[1, 2, 3], [1, 2, 4]]], dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png", transparency=(1, 2, 3))
    assert_same(read(tmp_path / "p.png"), Photo(pixels, np.array([[0, 255]], dtype=np.uint8)))


# 16 bit
@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_png_of_16_bits_keeps_every_bit(tmp_path, colour_type, channels):
    samples = rng.integers(0, 65536, (H, W, channels), dtype=np.uint16)
    write_png(tmp_path / "p.png", samples, colour_type)
    photo = read(tmp_path / "p.png")
    assert photo.pixels.dtype == np.uint16
    np.testing.assert_array_equal(photo.planes(), samples)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_tiff_of_16_bits_keeps_every_bit(tmp_path, channels, compression, order):
    tifffile = pytest.importorskip("tifffile")
    samples = rng.integers(0, 65536, (H, W, channels), dtype=np.uint16)
    extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    tifffile.imwrite(
        tmp_path / "p.tif",
        samples[..., 0] if channels == 1 else samples,
        byteorder=order,
        **extra,
        compression=compression,
        photometric="minisblack" if channels == 1 else "rgb",
    )
    photo = read(tmp_path / "p.tif")
    assert photo.pixels.dtype == np.uint16
    assert photo.pixels.dtype.isnative
    np.testing.assert_array_equal(photo.planes(), samples)


@pytest.mark.parametrize(("kind", "alpha"), [("gray", True), ("colour", False), ("colour", True)])
def test_other_programs_read_our_tiff_of_16_bits(tmp_path, kind, alpha):
    tifffile = pytest.importorskip("tifffile")
    photo = some_photo(kind, 16, alpha)
    write(photo, tmp_path / "p.tif")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "p.tif"), photo.planes())
    with tifffile.TiffFile(tmp_path / "p.tif") as file:
        assert [int(extra) for extra in file.pages[0].extrasamples] == (
            [2] if alpha else []
        )  # 2: not premultiplied


LOSSY = [
    ({"photometric": "rgb", "planarconfig": "separate"}, (3, H, W)),
    (
        {"photometric": "rgb", "planarconfig": "separate", "compression": "zlib"},
        (3, H, W),
    ),  # once read wrongly
    ({"photometric": "rgb", "extrasamples": ["assocalpha"]}, (H, W, 4)),
    ({"photometric": "separated"}, (H, W, 4)),
]


@pytest.mark.parametrize(("layout", "shape"), LOSSY, ids=str)
def test_layouts_that_would_lose_bits_are_refused(tmp_path, layout, shape):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "p.tif", np.zeros(shape, dtype=np.uint16), **layout)
    with pytest.raises(
        ValueError, match=r"p.tif holds 16 bits per sample in a layout .* of which 8 would be lost"
    ):
        read(tmp_path / "p.tif")


VALUES = [
    (np.float32, 0, "holds floating-point samples; 8 or 16 whole bits per sample would do"),
    (np.int32, -3, "holds values from -3 to 31; 16 bits hold 0 to 65535"),
    (np.int32, 65536, "holds values from 65536 to 65570"),
    (np.int8, -3, "holds samples of 8 bits with a sign"),
    (np.int16, -3, "holds values from -3 to 31; 16 bits hold 0 to 65535"),
    (
        np.uint32,
        4_000_000_000,
        "holds values from 4000000000 to 4000000034; 16 bits hold 0 to 65535",
    ),
    (
        np.uint64,
        0,
        r"p.tif holds 1 channel of 64 whole bits; 8 or 16 whole bits per sample would do "
        r"\(without a sign, 1,",
    ),
    (np.float64, 0, "p.tif holds 1 channel of 64 bits, floating-point; 8 or 16 whole bits"),
    (np.float16, 0, "p.tif holds 1 channel of 16 bits, floating-point; 8 or 16 whole bits"),
    (np.complex64, 0, "p.tif holds 1 channel of 64 bits, complex; 8 or 16 whole bits"),
]


@pytest.mark.parametrize(("dtype", "first", "words"), VALUES, ids=str)
def test_values_that_no_picture_holds_are_refused(tmp_path, dtype, first, words):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "p.tif", np.arange(first, first + H * W, dtype=dtype).reshape(H, W))
    with pytest.raises(ValueError, match=words):
        read(tmp_path / "p.tif")


@pytest.mark.parametrize(
    ("dtype", "words"),
    [
        ("int16", "16 bits with a sign"),
        ("uint32", "32 whole bits"),
        ("float32", "32 bits, floating-p"),
    ],
)
@pytest.mark.parametrize(("order", "bigtiff"), [("<", False), (">", False), ("<", True)])
def test_kinds_of_colour_that_no_picture_holds_are_named(tmp_path, dtype, words, order, bigtiff):
    tifffile = pytest.importorskip("tifffile")
    pixels = np.ones((H, W, 3), dtype)
    tifffile.imwrite(
        tmp_path / "p.tif", pixels, photometric="rgb", byteorder=order, bigtiff=bigtiff
    )
    with pytest.raises(
        ValueError,
        match=f"p.tif holds 3 channels of {words}.*; 8 or 16 whole bits per sample would do",
    ):
        read(tmp_path / "p.tif")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (34887, r"LERC \(number 34887 of the tag Compression\)"),
        (99, "number 99 of the tag Compression"),
    ],
)
def test_compressions_that_are_not_read_are_named(tmp_path, number, words):
    path = tmp_path / "p.tif"
    Image.new("RGB", (W, H)).save(path)
    data = bytearray(path.read_bytes())
    entry = struct.pack("<HHI", 259, 3, 1)  # of the tag Compression: one short
    struct.pack_into("<H", data, data.index(entry) + len(entry), number)
    path.write_bytes(data)
    match = f"p.tif is compressed by {words}, which Pillow does not read; .* LZW or Deflate"
    with pytest.raises(ValueError, match=match):
        read(path)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_planes_one_after_the_other_are_read_or_named(tmp_path, compression):
    tifffile = pytest.importorskip("tifffile")
    planes = rng.integers(0, 256, (3, H, W), dtype=np.uint8)
    layout = {"photometric": "rgb", "planarconfig": "separate", "compression": compression}
    tifffile.imwrite(tmp_path / "p.tif", planes, **layout)
    np.testing.assert_array_equal(read(tmp_path / "p.tif").pixels, np.moveaxis(planes, 0, -1))
    tifffile.imwrite(tmp_path / "deep.tif", planes.astype(np.uint16) << 8, **layout)
    with pytest.raises(
        ValueError,
        match=r"\(separate planes\) of which 8 .* save it as plain 16-bit RGB or RGBA, pixel by",
    ):
        read(tmp_path / "deep.tif")


def test_what_only_looks_like_tiff_is_no_picture(tmp_path):
    for content in (
        b"II*\0",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08\xff\xff" + bytes(99),
        b"IIII" * 9,
    ):
        (tmp_path / "p.tif").write_bytes(content)
        with pytest.raises(
            ValueError, match=r"p.tif (is not a picture that can be read|is damaged|holds)"
        ):
            read(tmp_path / "p.tif")


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32])
def test_whole_numbers_that_fit_16_bits_are_kept(tmp_path, dtype):
    tifffile = pytest.importorskip("tifffile")
    pixels = rng.integers(0, 2**15, (H, W)).astype(dtype)
    tifffile.imwrite(tmp_path / "p.tif", pixels)
    assert_same(read(tmp_path / "p.tif"), Photo(pixels.astype(np.uint16)))


def test_wide_integers_that_fit_are_kept(tmp_path):
    Image.fromarray(np.array([[0, 65535]], dtype=np.int32)).save(tmp_path / "p.tif")
    assert_same(read(tmp_path / "p.tif"), Photo(np.array([[0, 65535]], dtype=np.uint16)))


# what is written beside the pixels
def camera_exif(orientation=1, **resolution):
    exif = Image.Exif()
    exif[271], exif[274] = "Camera", orientation
    exif[34665] = {33434: 0.01, 40962: W, 40963: H}
    exif[34853] = {1: "N"}
    for tag, value in resolution.items():
        exif[int(tag[1:])] = value
    return exif


def told(photo):
    exif = Image.Exif()
    exif.load(photo.metadata.exif)
    return exif


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
def test_orientation_is_applied_and_taken_out(tmp_path, suffix, orientation):
    stored = Image.fromarray(rng.integers(0, 256, (H * 8, W * 8, 3), dtype=np.uint8))
    settings = {"lossless": True} if suffix == ".webp" else {}
    stored.save(
        tmp_path / f"p{suffix}", exif=camera_exif(orientation).tobytes(), dpi=(100, 200), **settings
    )
    photo = read(tmp_path / f"p{suffix}")
    with Image.open(tmp_path / f"p{suffix}") as image:
        expected = np.array(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(photo.pixels, expected)
    assert photo.pixels.shape == ((H * 8, W * 8, 3) if orientation < 5 else (W * 8, H * 8, 3))
    assert told(photo).get(274, 1) == 1
    assert told(photo)[271] == "Camera"
    if suffix != ".webp":
        assert photo.metadata.dpi == pytest.approx(
            (100, 200) if orientation < 5 else (200, 100), rel=1e-3
        )
    write(photo, tmp_path / "again.png")
    assert_same(read(tmp_path / "again.png"), photo)


TURNED = {  # EXIF 2.32, 4.6.4: where the stored picture [[1, 2, 3], [4, 5, 6]] goes
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[4, 1], [5, 2], [6, 3]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[3, 6], [2, 5], [1, 4]],
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", SHAPES)
def test_orientation_turns_as_the_standard_says(tmp_path, kind, bits, orientation):
    gray = np.array(TURNED[1], dtype={8: np.uint8, 16: np.uint16}[bits])
    pixels = gray if kind == "gray" else np.dstack([gray, gray + 10, gray + 20])
    exif = camera_exif(orientation).tobytes()
    if bits == 16 and kind == "colour":
        write_png(
            tmp_path / "p.png", pixels, 2, extra=chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
        )
    else:
        write(Photo(pixels, metadata=Metadata(exif=exif)), tmp_path / "p.png")
    photo = read(tmp_path / "p.png")
    assert (photo.pixels if kind == "gray" else photo.pixels[..., 0]).tolist() == TURNED[
        orientation
    ]
    assert photo.pixels.dtype == pixels.dtype


@pytest.mark.parametrize(
    ("suffix", "bits"),
    [(".png", 8), (".png", 16), (".jpg", 8), (".tif", 8), (".tif", 16), (".webp", 8)],
)
def test_exif_profile_and_resolution_are_kept(tmp_path, suffix, bits):
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stored = Image.fromarray(rng.integers(0, 256, (H, W, 3), dtype=np.uint8))
    stored.save(tmp_path / "camera.jpg", exif=camera_exif(), icc_profile=icc, dpi=(300, 150))
    metadata = read(tmp_path / "camera.jpg").metadata
    kind = "gray" if (suffix, bits) == (".png", 16) else "colour"
    write(some_photo(kind, bits, metadata=metadata), tmp_path / f"p{suffix}")
    photo = read(tmp_path / f"p{suffix}")
    exif = told(photo)
    assert exif[271] == "Camera"
    assert exif.get_ifd(34665)[33434] == pytest.approx(0.01)
    assert exif.get_ifd(34853)[1] == "N"
    assert photo.metadata.icc == icc
    assert photo.metadata.dpi == pytest.approx((300, 150), rel=1e-3)
    assert photo.notes == ()


def test_structure_of_a_tiff_is_not_taken_for_exif(tmp_path):
    Image.new("RGB", (W, H)).save(
        tmp_path / "p.tif", tiffinfo={270: "a title"}, compression="tiff_lzw"
    )
    assert dict(told(read(tmp_path / "p.tif"))) == {270: "a title"}


def test_exif_states_the_size_that_the_picture_has(tmp_path):
    photo = Photo(np.zeros((2, 3), dtype=np.uint8), metadata=Metadata(exif=camera_exif().tobytes()))
    write(photo, tmp_path / "p.jpg")
    details = told(read(tmp_path / "p.jpg")).get_ifd(34665)
    assert (details[40962], details[40963]) == (3, 2)


@pytest.mark.parametrize(("unit", "expected"), [(2, (240, 120)), (3, (609.6, 304.8)), (1, None)])
def test_resolution_comes_from_exif_where_jpeg_says_nothing(tmp_path, unit, expected):
    Image.new("L", (W, H)).save(tmp_path / "p.jpg", exif=camera_exif(t282=240, t283=120, t296=unit))
    dpi = read(tmp_path / "p.jpg").metadata.dpi
    assert dpi == (None if expected is None else pytest.approx(expected))


def test_no_resolution_is_made_up(tmp_path):
    for suffix in (".jpg", ".png", ".tif", ".webp"):
        write(some_photo(), tmp_path / f"p{suffix}")
        assert read(tmp_path / f"p{suffix}").metadata == Metadata()


def test_broken_exif_is_left_out_and_noted(tmp_path):
    pixels = rng.integers(0, 256, (H, W), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png", exif=b"Exif\0\0XX*\0nonsense")
    photo = read(tmp_path / "p.png")
    np.testing.assert_array_equal(photo.pixels, pixels)
    assert photo.notes == ("its EXIF block is damaged and left out",)
    assert photo.metadata.exif == b""


def test_exif_that_cannot_be_written_again_is_left_out_and_noted(tmp_path, monkeypatch):
    write(some_photo(metadata=Metadata(exif=camera_exif().tobytes())), tmp_path / "p.png")

    def fail(exif, offset=8):
        raise struct.error("a value out of range")

    monkeypatch.setattr(Image.Exif, "tobytes", fail)
    assert read(tmp_path / "p.png").notes == ("its EXIF block is damaged and left out",)


# files that are no pictures
def test_files_that_cannot_be_read_get_one_clear_line(tmp_path):
    picture = tmp_path / "whole.png"
    write(Photo(rng.integers(0, 256, (60, 60, 3), dtype=np.uint8)), picture)
    (tmp_path / "cut.png").write_bytes(picture.read_bytes()[:4000])
    (tmp_path / "text.png").write_text("I am a letter.\n")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "page.eps").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    )
    cases = [
        ("cut.png", ValueError, r"is damaged or cut short \(.*\); get a whole copy of the picture"),
        (
            "text.png",
            ValueError,
            "is not a picture that can be read; a common PNG, JPEG, TIFF, WebP, GIF or BMP",
        ),
        ("page.eps", ValueError, "is not a picture that can be read"),
        ("empty.png", ValueError, r"is empty \(0 bytes\)"),
        ("folder.png", IsADirectoryError, "is a folder, not a picture; name the pictures in it"),
        ("none.png", FileNotFoundError, "there is no file .*none.png; is the name spelt right"),
    ]
    for name, error, words in cases:
        with pytest.raises(error, match=words) as raised:
            read(tmp_path / name)
        assert name in str(raised.value)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_cutting_a_file_anywhere_never_gives_another_error(tmp_path, suffix):
    write(some_photo(metadata=Metadata(exif=camera_exif().tobytes())), tmp_path / f"p{suffix}")
    whole = (tmp_path / f"p{suffix}").read_bytes()
    for length in range(1, len(whole) - 1, 7):
        (tmp_path / "cut").write_bytes(whole[:length])
        try:
            read(tmp_path / "cut")  # the last bytes may be missing without harm
        except ValueError as error:
            assert str(error).startswith(str(tmp_path / "cut"))  # noqa: PT017


@pytest.mark.parametrize(
    "side", [9_500, 60_000]
)  # beyond Pillow's limit, and beyond twice the limit
def test_bombs_are_refused_with_their_size(tmp_path, side):
    write_png(tmp_path / "bomb.png", np.zeros((1, 1, 1)), 0, size=(side, side))
    words = (
        rf"bomb.png has {side * side:,} pixels; the limit of [\d,]+ protects .*: if you "
        rf"trust this one, raise --max"
    )
    with pytest.raises(ValueError, match=words):
        read(tmp_path / "bomb.png")


def test_the_limit_can_be_raised(tmp_path, monkeypatch):
    write(some_photo(), tmp_path / "p.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", H * W - 1)
    with pytest.raises(ValueError, match="has 35 pixels; the limit of 34"):
        read(tmp_path / "p.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", H * W)
    read(tmp_path / "p.png")


@pytest.mark.parametrize("suffix", [".gif", ".tif", ".webp", ".png"])
def test_of_several_frames_the_first_is_taken_and_said(tmp_path, suffix):
    frames = [Image.new("RGB", (W, H), (60 * n, 0, 0)) for n in range(3)]
    frames[0].save(tmp_path / f"p{suffix}", save_all=True, append_images=frames[1:])
    photo = read(tmp_path / f"p{suffix}")
    assert photo.notes == ("first of 3 frames",)
    assert (photo.pixels < 5).all()


# writing
def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_nothing_is_replaced_without_force(tmp_path):
    (tmp_path / "p.png").write_bytes(b"precious")
    with pytest.raises(
        FileExistsError,
        match=r"p.png exists and stays as it is; --force \(force=True\) replaces it",
    ):
        write(some_photo(), tmp_path / "p.png")
    assert (tmp_path / "p.png").read_bytes() == b"precious"
    assert names(tmp_path) == ["p.png"]
    photo = some_photo()
    write(photo, tmp_path / "p.png", force=True)
    assert_same(read(tmp_path / "p.png"), photo)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_nothing_half_written_is_left(tmp_path, monkeypatch, error):
    def fail(image, file, *arguments, **keywords):
        file.write(b"half")
        raise error

    (tmp_path / "p.png").write_bytes(b"precious")
    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(type(error)):
        write(some_photo(), tmp_path / "p.png", force=True)
    assert names(tmp_path) == ["p.png"]
    assert (tmp_path / "p.png").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("suffix", "most"), [(".jpg", 65_500), (".jpeg", 65_500), (".webp", 16_383)]
)
@pytest.mark.parametrize("axis", [0, 1])
def test_more_pixels_a_side_than_a_format_holds_are_refused(suffix, most, axis, tmp_path, capfd):
    whole, more = (
        Photo(np.zeros((n, 1) if axis == 0 else (1, n), np.uint8)) for n in (most, most + 1)
    )
    write(whole, tmp_path / f"whole{suffix}")
    with pytest.raises(
        ValueError, match=f"p{suffix}: {suffix} holds up to {most} pixels a side, .*, as .png can"
    ):
        write(more, tmp_path / f"p{suffix}")
    write(more, tmp_path / "p.png")
    assert names(tmp_path) == ["p.png", f"whole{suffix}"]
    assert capfd.readouterr().err == ""


MISUSES = [
    (
        {},
        "p.gif",
        {},
        ValueError,
        "p.gif: pictures are written as .png, .jpg, .jpeg, .tif, .tiff, .webp",
    ),
    ({}, "p", {}, ValueError, "pictures are written as"),
    (
        {"bits": 16},
        "p.jpg",
        {},
        ValueError,
        "p.jpg: .jpg holds 8 bits per sample, the picture 16; .png, .tif, .tiff",
    ),
    ({"bits": 16}, "p.webp", {}, ValueError, ".webp holds 8 bits"),
    (
        {"bits": 16},
        "p.png",
        {},
        ValueError,
        "p.png: the picture has 16 bits per sample and colour .* as TIFF only: name p.tif",
    ),
    ({"kind": "gray", "bits": 16, "alpha": True}, "p.png", {}, ValueError, "name p.tif"),
    (
        {"alpha": True},
        "p.JPG",
        {},
        ValueError,
        "p.JPG: JPEG holds no transparency; .png, .tif and .webp do",
    ),
    (
        {},
        "p.jpg",
        {"quality": 0},
        ValueError,
        "quality goes from 1 .small. to 100 .best.: 0 came in",
    ),
    ({}, "p.jpg", {"quality": 101}, ValueError, "101 came in"),
    (
        {},
        "none/p.png",
        {},
        FileNotFoundError,
        "there is no folder .*none to write p.png into; make it first",
    ),
]


@pytest.mark.parametrize(("keywords", "name", "settings", "error", "words"), MISUSES, ids=str)
def test_misuse_of_write_is_explained(tmp_path, keywords, name, settings, error, words):
    with pytest.raises(error, match=words):
        write(some_photo(**keywords), tmp_path / name, **settings)
    assert names(tmp_path) == []


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "p.png").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder; name a file in it"):
        write(some_photo(), tmp_path / "p.png", force=True)


BAD_PHOTOS = [
    ((np.zeros((2, 2)),), TypeError, "pixels must be uint8 or uint16, not float64"),
    ((np.zeros((2, 2, 4), np.uint8),), ValueError, r"not \(2, 2, 4\)"),
    (
        (np.zeros(4, np.uint8),),
        ValueError,
        r"grey \(h, w\) or colour \(h, w, 3\), at least 1 x 1, not \(4,\)",
    ),
    ((np.zeros((0, 2), np.uint8),), ValueError, r"not \(0, 2\)"),
    (
        (np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8)),
        ValueError,
        r"alpha \(2, 3\) uint8 does not match",
    ),
    (
        (np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint16)),
        ValueError,
        r"alpha \(2, 2\) uint16 does not match",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "error", "words"), BAD_PHOTOS, ids=lambda value: str(value)[:12]
)
def test_photos_are_checked(arguments, error, words):
    with pytest.raises(error, match=words):
        Photo(*arguments)


@pytest.mark.parametrize(
    "call",
    [
        lambda path: read(path),
        lambda path: write(some_photo(), path, force=True),
        lambda path: kernel_thumbnails.thumbnail_sheet(None),
    ],
)
def test_without_pillow_the_pip_line_is_named(tmp_path, monkeypatch, call):
    write(some_photo(), tmp_path / "p.png")
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(
        ModuleNotFoundError, match=r'^Pillow is missing; pip install "convpool\[app\]" brings it'
    ):
        call(tmp_path / "p.png")


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I", "I;16", "F"])
def test_an_image_becomes_an_array_band_by_band(mode):
    dtype, channels = {"I": ("i4", 1), "I;16": ("u2", 1), "F": ("f4", 1)}.get(
        mode, ("u1", len(mode))
    )
    height = 2 * (read_picture_file.BAND_BYTES // (4 * 301)) + 3  # two bands and a rest
    pixels = rng.integers(0, 255, (height, 301, channels)).astype(dtype)
    pixels = pixels[..., 0] if channels == 1 else pixels
    image = Image.frombytes(mode, (301, height), pixels.tobytes())
    array = read_picture_file.array_of(image)
    assert array.dtype == dtype
    assert array.flags.writeable
    np.testing.assert_array_equal(array, pixels)


@pytest.mark.parametrize("suffix", sum(read_picture_file.FORMATS.values(), ()))
def test_reading_a_picture_imports_its_format_alone(tmp_path, suffix):
    name = next(name for name, suffixes in read_picture_file.FORMATS.items() if suffix in suffixes)
    path = tmp_path / f"p{suffix}"
    Image.fromarray(rng.integers(0, 255, (4, 4), dtype=np.uint8)).save(path, name)
    code = (
        "import sys; from convpool import photos; photos.read(sys.argv[1])\n"
        "print('PIL.PsdImagePlugin' in sys.modules)"
    )
    assert children.output(code, path) == "False\n"
