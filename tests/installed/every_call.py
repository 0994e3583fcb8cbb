"""Use everything that an installed wheel has; run by environments.py in an environment of its own.

    python -I every_call.py EXTRA ...

It needs nothing but the wheel and what the extras bring, and ends at the first failure.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from importlib import resources
from importlib.metadata import metadata, version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import convpool
from convpool import course, filters

IMAGE = np.arange(16).reshape(1, 4, 4, 1)
ONES = np.ones((2, 2, 1, 1), dtype=int)
SHAPES, DTYPES = ((1, 4, 4, 1), (2, 2, 1, 1)), {"images_dtype": int, "kernels_dtype": int}
PLAN = convpool.plan_convolution(*SHAPES, "valid", **DTYPES)


def gradients_sum() -> float:
    """Return the sum of all gradients of a convolution."""
    ones = np.ones((1, 3, 3, 1), dtype=int)
    return sum(part.sum() for part in convpool.convolve_gradients(IMAGE, ONES, ones, "valid"))


def explained() -> int:
    """Return how many windows an explanation has."""
    return len(convpool.explain(IMAGE, ONES, "valid"))


def values_and_places() -> list[int]:
    """Return the maxima of 2 x 2 windows, where they are, and the sum of the image made of them."""
    values, places = convpool.max_pool_indices(IMAGE, 2)
    image = convpool.max_unpool(values, places, (4, 4))
    return [*values.ravel().tolist(), *places.ravel().tolist(), int(image.sum())]


def with_threads() -> bool:
    """Return whether a call gives the same in one thread."""
    with convpool.threads(1):
        return bool((convpool.pool(IMAGE, 2) == convpool.pool(IMAGE, 2)).all())


# public name -> (what uses it, what it gives)
CALLS = {
    "Gradients": (lambda: convpool.Gradients._fields, ("images", "kernels", "bias")),
    "Plan": (lambda: isinstance(PLAN, convpool.Plan), True),
    "__version__": (lambda: convpool.__version__, version("convpool")),
    "adaptive_max_pool_indices": (
        lambda: convpool.adaptive_max_pool_indices(IMAGE, 1)[1].item(),
        15,
    ),
    "adaptive_pool": (lambda: convpool.adaptive_pool(IMAGE, 1, "max").item(), 15),
    "convolve": (lambda: convpool.convolve(IMAGE, ONES, "valid").sum(), 9 * 30),
    "convolve_gradients": (gradients_sum, 36 + 270 + 9),
    "convolve_transpose": (lambda: convpool.convolve_transpose(IMAGE, ONES).sum(), 4 * 120),
    "explain": (explained, 9),
    "filter_image": (lambda: convpool.filter_image(IMAGE[0, ..., 0], [[0, 1, 0]]).sum(), 120),
    "fold": (lambda: convpool.fold(convpool.window_view(IMAGE, 2), (4, 4)).sum(), 9 * 30),
    "global_pool": (lambda: convpool.global_pool(IMAGE, "max").item(), 15),
    "halo": (lambda: len(convpool.halo((4, 4), 2, (slice(0, 1), slice(0, 1)))), 2),
    "max_pool_indices": (values_and_places, [5, 7, 13, 15, 5, 7, 13, 15, 40]),
    "max_unpool": (values_and_places, [5, 7, 13, 15, 5, 7, 13, 15, 40]),
    "part": (lambda: convpool.part(PLAN, [slice(0, 1)] * 4).read(IMAGE).size, 4),
    "plan_convolution": (lambda: PLAN.run(IMAGE, ONES).sum(), 9 * 30),
    "plan_pooling": (
        lambda: convpool.plan_pooling(SHAPES[0], 2, images_dtype=int).run(IMAGE).sum(),
        40,
    ),
    "plan_transposed": (
        lambda: convpool.plan_transposed(*SHAPES, **DTYPES).run(IMAGE, ONES).sum(),
        4 * 120,
    ),
    "pool": (lambda: convpool.pool(IMAGE, 2).sum(), 40),
    "pool_gradient": (
        lambda: convpool.pool_gradient(IMAGE, np.ones((1, 2, 2, 1)), 2).sum(),
        4,
    ),
    "pool_image": (lambda: convpool.pool_image(IMAGE[0, ..., 0], 2).sum(), 40),
    "set_num_threads": (lambda: convpool.set_num_threads(None), None),
    "show_config": (lambda: convpool.show_config(), None),
    "threads": (with_threads, True),
    "window_view": (lambda: convpool.window_view(IMAGE, 2).shape, (1, 3, 3, 1, 2, 2)),
}
MODULES = {
    "course.pool": (lambda: course.pool(IMAGE, (2, 2), (2, 2)).sum(), 40),
    "filters.NAMES": (lambda: "gaussian" in filters.NAMES, True),
}


def check_calls() -> None:
    """Make every public call once."""
    assert [name for name in convpool.__all__ if name not in CALLS] == [], "no call for these names"
    for name in [*convpool.__all__, *MODULES]:
        use, expected = (CALLS | MODULES)[name]
        assert use() == expected, name


def check_files() -> None:
    """The page, the seven files and what else is read when it is needed are in the wheel."""
    package = resources.files("convpool")
    page = [entry.name for entry in (package / "explorer/page").iterdir()]
    assert {"page.html", "style.css", "main.js", "photos.json"} <= set(page), page
    names = [entry.name for entry in (package / "check/baseline").iterdir()]
    assert sorted(name[0] for name in names if name.endswith(".py")) == list("0123456"), names
    assert (package / "py.typed").is_file()


def check_build() -> None:
    """The wheel is not the checkout, and has compiled loops where it is one of a platform."""
    place = Path(convpool.__file__).resolve()
    assert place.is_relative_to(Path(sysconfig.get_path("purelib")).resolve()), place
    assert metadata("convpool")["Description-Content-Type"] == "text/markdown"


def command(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m convpool` with these words."""
    line = [sys.executable, "-I", "-m", "convpool", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)


def check_command(extras: list[str], folder: Path) -> None:
    """The command helps where it has click, and names what brings it where it has not."""
    done = command("--help", folder=folder)
    if not {"app", "check", "demo"} & set(extras):
        assert (done.returncode, 'pip install "convpool[app]"' in done.stderr) == (2, True), done
        return
    assert done.returncode == 0, done
    assert "Usage: " in done.stdout, done
    assert command("explore", "-o", "page.html", folder=folder).returncode == 0
    assert "</html>" in (folder / "page.html").read_text(encoding="utf-8")[-200:]
    from PIL import Image

    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(folder / "grey.png")
    done = command("apply", "grey.png", "--kernel", "sharpen", "-o", "sharp.png", folder=folder)
    assert done.returncode == 0, done
    assert (np.asarray(Image.open(folder / "sharp.png")) == 90).all()


def check_extras(extras: list[str], folder: Path) -> None:
    """What each extra is for works."""
    if "dask" in extras:
        import dask.array as da

        lazy = convpool.convolve(da.from_array(IMAGE, chunks=2), ONES, "valid")
        assert lazy.compute(scheduler="synchronous").sum() == 9 * 30
    if "large" in extras:
        result = convpool.pool(IMAGE, 2, out=folder / "pooled.zarr")
        assert np.asarray(result[:]).sum() == 40
    if "check" in extras:
        done = command("check", "--list", folder=folder)
        assert done.returncode == 0, done
        assert "pycodestyle" in done.stdout
    if "demo" in extras:
        done = command("data", "--to", "data", folder=folder)
        assert done.returncode == 0, done
        assert sorted(path.name for path in (folder / "data").rglob("*.npz")) == [
            "MNIST.npz",
            "animals_1.npz",
        ]


def main(extras: list[str]) -> None:
    """Check all of it in a temporary folder."""
    check_build()
    check_files()
    check_calls()
    with TemporaryDirectory() as name:
        check_command(extras, Path(name))
        check_extras(extras, Path(name))
    print("every call works:", f"Python {sys.version.split()[0]}, NumPy {np.__version__}", *extras)


if __name__ == "__main__":
    main(sys.argv[1:])
