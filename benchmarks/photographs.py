"""The command on a photograph of 12 megapixels, whole processes, beside Pillow's own filters.

    python benchmarks/photographs.py --runs 5
    python benchmarks/photographs.py --small --runs 1    # see whether all run: 300 x 400 pixels

Prints for each filter the median seconds that pass and that the processor works, with the peak
memory, of `convpool apply` or `pool` and of a program that does the same with Pillow alone. Both
read and write a JPEG of quality 90, one after the other in turn. Pillow rounds in other places, so
pixels are not compared.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

import reports

COMMAND = ("-c", "from convpool.__main__ import main; main()")
PILLOW = """
import sys
from PIL import Image, ImageFilter
image = Image.open(sys.argv[1])
({}).save(sys.argv[2], quality=90)
"""
# what is done -> arguments of the command, and the expression that does it with Pillow
FILTERS = {
    "sharpen": ("apply --kernel sharpen", "image.filter(ImageFilter.SHARPEN)"),
    "gaussian": ("apply --kernel gaussian --sigma 1", "image.filter(ImageFilter.GaussianBlur(1))"),
    "mean of 2x2": ("pool --mode avg", "image.reduce(2)"),
    "largest of 2x2": ("pool --mode max", "image.reduce(2)"),  # which takes the mean
}


def write_photograph(path: Path, h: int, w: int) -> None:
    """Write a JPEG of h x w pixels: waves of colour with noise."""
    from PIL import Image

    y, x = np.mgrid[:h, :w].astype(np.float32)
    waves = np.stack([np.sin(x / 97 + y / 61), np.cos(x / 53), np.sin(y / 41 + x / 300)], axis=-1)
    pixels = 127 + 95 * waves + np.random.default_rng(0).normal(0, 8, waves.shape)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)


def run(*words: str | Path) -> tuple[float, float, float]:
    """Run a Python program; return seconds passed, of the processor, and peak memory in MB."""
    start = perf_counter()
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    if status:
        raise RuntimeError(f"exit status {status} of {words}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure(name: str, runs: int, folder: Path) -> tuple[list[float], list[float]]:
    """Return the medians that `run` returns, of the command and of Pillow, run in turn."""
    photograph, result = folder / "photograph.jpg", folder / "result.jpg"
    words, expression = FILTERS[name]
    call, *options = words.split()
    ours = *COMMAND, call, photograph, *options, "--quality", "90", "-o", result, "--force"
    pillow = "-c", PILLOW.format(expression), photograph, result
    taken = [(run(*ours), run(*pillow)) for _ in range(runs)]
    return tuple(
        [statistics.median(values) for values in zip(*side, strict=True)]
        for side in zip(*taken, strict=True)
    )


def main() -> int:
    """Print the table; return 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="turns of each filter")
    parser.add_argument("--small", action="store_true", help="a photograph of 300 x 400 pixels")
    options = parser.parse_args()
    runs, (h, w) = options.runs, (300, 400) if options.small else (3000, 4000)
    reports.print_title(f"a photograph of {h} x {w} pixels, whole processes")
    print("| filter | ours, s | Pillow, s | Pillow / ours | of the processor | ours, Pillow, MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # in a process of its own: children begin with the peak memory of this one
        path = folder / "photograph.jpg"
        spawn = multiprocessing.get_context("spawn")
        writer = spawn.Process(target=write_photograph, args=(path, h, w))
        writer.start()
        writer.join()
        for filter_name in FILTERS:
            ours, pillow = measure(filter_name, runs, folder)
            ratios = [theirs / mine for mine, theirs in zip(ours, pillow, strict=True)]
            cells = [filter_name, f"{ours[0]:.3f}", f"{pillow[0]:.3f}"]
            cells += [f"{ratio:.2f}" for ratio in ratios[:2]]
            print(f"| {' | '.join(cells)} | {ours[2]:.0f}, {pillow[2]:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
