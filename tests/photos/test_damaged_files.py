"""Damaged files of every kind: each command ends in a result or one clear line, within a limit
of memory and time.
"""

from __future__ import annotations

import os
import zlib

import pytest

from support import children, sampling

pytest.importorskip("PIL")
pytest.importorskip("click")
pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="memory and time are limited as POSIX has it"
)

MEMORY = 2 * 2**30  # bytes that a process has taken at most, when it has read them all
ALL, PIECE = 10_000, 1000

CHILD = """
import dataclasses, random, resource, signal, sys
from pathlib import Path
import numpy as np
from click.testing import CliRunner
from convpool.commands.main import convpool
from convpool.datasets import files as data
from support import mutations

folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for name, shape in (("MNIST", (6, 28, 28)), ("animals", (5, 32, 32, 3))):
    data.DATASETS[name] = dataclasses.replace(data.DATASETS[name], shape=shape)
whole = folder / "whole.png"
whole.write_bytes(next(content for ending, content in mutations.WHOLE if ending == "png"))
PARTS = ("--max-memory", "300kB")

def picture(file, draw):
    words = draw.choice([("apply", "--kernel", "sharpen"), ("apply", "--kernel", "sobel-x"),
                         ("pool", "--size", "3")])
    more = PARTS if file.suffix == ".tif" and draw.random() < 0.7 else ()
    ending = draw.choice([".png", ".tif", ".jpg", ".webp"])
    if more and draw.random() < 0.9:
        (folder / "out").mkdir(exist_ok=True)  # a folder keeps the ending
        return [*words, file, whole, "-o", folder / "out", *more]
    if draw.random() < 0.1:
        shown = [("explain", "--image", file, "--kernel", "sharpen"), ("explore", "--image", file)]
        return [*draw.choice(shown), "-o", folder / "out.html"]
    if draw.random() < 0.6:
        return [*words, file, whole, "-o", folder / "out"]
    return [*words, file, "-o", folder / f"out{ending}"]

def kernel(file, draw):
    return ["apply", whole, "--kernel", file, "-o", folder / "out.png"]

def archive(file, draw):
    return ["data", "--from", file, "--to", folder / "out"]

COMMANDS = {"npy": kernel, "npz": archive}

def late(*_):
    raise RuntimeError("took more than a minute")

def left():
    for entry in [*folder.rglob("*")]:
        if entry != whole and entry.is_file():
            yield entry

signal.signal(signal.SIGALRM, late)
outcomes = {0: 0, 2: 0}
for seed in range(first, last):
    ending, content = mutations.damaged_file(seed)
    file = folder / f"damaged.{ending}"
    file.write_bytes(content)
    words = [str(word) for word in COMMANDS.get(ending, picture)(file, random.Random(seed))]
    signal.alarm(60)
    limit = () if words[0] == "data" else ("--max-pixels", "4000000")  # so that none takes long
    done = CliRunner().invoke(convpool, [*words, "--force", *limit], prog_name="convpool")
    signal.alarm(0)
    lines = done.stderr.splitlines()
    is_batch = COMMANDS.get(ending, picture) is picture and str(whole) in words
    starts = ("convpool", str(file), str(whole))
    refusals = sum(line.startswith("convpool") for line in lines)
    wrong = [
        done.exit_code not in (0, 2) and f"exit {done.exit_code}",
        done.exception and not isinstance(done.exception, SystemExit) and repr(done.exception),
        done.exit_code == 2 and refusals != 1 and "not one line",
        len(lines) > 4 and "many lines",
        any(not line.startswith(starts) for line in lines) and "other lines",
        is_batch and not (folder / "out" / "whole.png").is_file() and "the batch did not go on",
        any(entry.name.endswith(".part") for entry in left()) and "left unfinished files",
    ]
    if any(wrong):
        import traceback
        if done.exc_info and not isinstance(done.exception, SystemExit):
            traceback.print_exception(*done.exc_info)
        wrong = [word for word in wrong if word]
        sys.exit(f"seed {seed} ({ending}): {wrong}: {words}: {done.stderr}")
    outcomes[done.exit_code] += 1
    for entry in left():
        entry.unlink()
print(outcomes[0], outcomes[2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def check(folder, first, last):
    said = children.run(CHILD, folder, first, last, timeout=3000)
    assert (said.returncode, said.stderr) == (0, ""), said.stderr[-3000:]
    done, refused, memory = map(int, said.stdout.split())
    assert done + refused == last - first
    assert min(done, refused) > (last - first) / 20, (
        "nearly all end in one way: the changes are too small or too large"
    )
    assert memory * 1024 < MEMORY, f"{memory / 1e6:.1f} GB"


def test_a_sample_of_damaged_files(tmp_path):
    first = zlib.crc32(sampling.SEED.encode()) * ALL  # others each day
    check(tmp_path, first, first + 150)


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, ALL, PIECE))
def test_damaged_files(tmp_path, first):
    check(tmp_path, first, first + PIECE)


def test_damage_is_drawn_from_its_seed_alone():
    from support import mutations

    some = [mutations.damaged_file(seed) for seed in range(300)]
    assert some == [mutations.damaged_file(seed) for seed in range(300)]
    assert {ending for ending, _ in some} == {ending for ending, _ in mutations.WHOLE}
    assert len(set(some)) > 280
