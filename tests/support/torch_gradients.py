"""Random calls whose gradients PyTorch computes too, and how it does.

    python tests/support/torch_gradients.py tests/data/torch_gradients.json

with PyTorch installed writes some of them with its gradients, which the tests compare with ours
where it is not installed.
"""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PAD_MODES = {"zeros": None, "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
POOL_MODES = ("max", "avg", "lp")
STORED = 12  # calls of each kind


class Case(NamedTuple):
    """A call and its operands: images (m, c, *spatial), kernels (nc, c // groups, *window).

    `shapes` are those of images and kernels, or of images and result; `words` are ours.
    """

    kind: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    words: dict[str, Any]
    seed: int


def operand(shape: tuple[int, ...], seed: int) -> NDArray[np.float64]:
    """Return small whole numbers, so that sums are exact; no two of up to 101 are equal."""
    random = np.random.default_rng(seed)
    return (random.permutation(int(np.prod(shape))).reshape(shape) % 101 - 50).astype(float)


def images(case: Case) -> NDArray[np.float64]:
    """Return the images of a call; none is 0 for lp, of which 0 has no derivative."""
    return operand(case.shapes[0], case.seed) + 0.5 * (case.words.get("mode") == "lp")


def _per_axis(random: Random, rank: int, least: int, most: int) -> tuple[int, ...]:
    """Return a random number for each axis."""
    return tuple(random.randint(least, most) for _ in range(rank))


def _fits(sizes: Any, window: Any, words: dict[str, Any]) -> bool:
    """Return whether at least one window fits on each axis, with this padding and dilation."""
    spans = [d * (k - 1) + 1 for k, d in zip(window, words["dilation"], strict=True)]
    axes = zip(sizes, spans, words["padding"], strict=True)
    return all(size + 2 * padding >= span for size, span, padding in axes)


def convolution(random: Random, kind: str = "convolve") -> Case:
    """Return a random convolution, or with the kind "transpose" a transposed one."""
    while True:
        rank, groups = random.randint(1, 3), random.randint(1, 3)
        sizes = _per_axis(random, rank, 1, 9 if rank < 3 else 5)
        window = _per_axis(random, rank, 1, 4 if rank < 3 else 3)
        depth, nc = random.randint(1, 2), groups * random.randint(1, 2)
        pad_mode = random.choice(list(PAD_MODES)) if kind == "convolve" else "zeros"
        # where PyTorch repeats pixels, it does so once
        most = min(3, *(size - 1 for size in sizes)) if pad_mode != "zeros" else 3
        words: dict[str, Any] = {
            "stride": _per_axis(random, rank, 1, 3),
            "dilation": _per_axis(random, rank, 1, 2),
            "padding": _per_axis(random, rank, 0, most) if most > 0 else (0,) * rank,
            "groups": groups,
        }
        kernels = (nc, depth, *window)
        shape = (random.randint(1, 3), groups * depth, *sizes)
        if kind == "transpose":
            shape = (shape[0], nc, *sizes)
            words["output_padding"] = tuple(
                random.randrange(max(pair))
                for pair in zip(words["stride"], words["dilation"], strict=True)
            )
            if min(_transposed_sizes(sizes, window, words)) > 0:
                return Case(kind, (shape, kernels), words, random.randrange(2**31))
        elif _fits(sizes, window, words):
            words["pad_mode"] = pad_mode
            return Case(kind, (shape, kernels), words, random.randrange(2**31))


def _transposed_sizes(sizes: Any, window: Any, words: dict[str, Any]) -> list[int]:
    """Return the spatial sizes of the result of a transposed convolution."""
    names = ("stride", "dilation", "padding", "output_padding")
    axes = zip(sizes, window, *(words[name] for name in names), strict=True)
    return [(o - 1) * s + d * (k - 1) + 1 - 2 * p + extra for o, k, s, d, p, extra in axes]


def pooling(random: Random) -> Case:
    """Return a random pooling. PyTorch pads at most half of a window, and lp not at all."""
    while True:
        rank, mode = random.randint(1, 3), random.choice(POOL_MODES)
        sizes = _per_axis(random, rank, 1, 9 if rank < 3 else 5)
        window = _per_axis(random, rank, 1, 3)
        words: dict[str, Any] = {
            "kernel_shape": window,
            "mode": mode,
            "stride": _per_axis(random, rank, 1, 3),
            "dilation": _per_axis(random, rank, 1, 2 if mode == "max" else 1),
            "padding": tuple(random.randint(0, k // 2) * (mode != "lp") for k in window),
            "ceil": random.random() < 0.5 and mode != "lp",
            "count_padding": random.random() < 0.5,
            "p": random.choice([2, 4]),  # PyTorch takes powers of negative numbers as they are
        }
        shape = (random.randint(1, 3), random.randint(1, 3), *sizes)
        # PyTorch takes no window that is larger than the images, whatever the padding
        is_wide = all(size >= k for size, k in zip(sizes, window, strict=True))
        if is_wide and _fits(sizes, window, words):
            return Case("pool", (shape, shape), words, random.randrange(2**31))


KINDS = {
    "convolve": convolution,
    "transpose": lambda random: convolution(random, "transpose"),
    "pool": pooling,
}


def cases(kind: str, count: int, seed: int) -> list[Case]:
    """Return random calls of a kind."""
    random = Random(f"{kind} {seed}")
    return [KINDS[kind](random) for _ in range(count)]


def forward(case: Case, images: Any, kernels: Any, bias: Any) -> Any:
    """Return the result of a call, of tensors."""
    import torch.nn.functional as functions

    rank, words = images.ndim - 2, case.words
    geometry = {name: words[name] for name in ("stride", "padding")}
    if case.kind == "pool":
        if words["mode"] == "lp":
            steps = [words["kernel_shape"], words["stride"]]
            if rank == 1:
                steps = [number for (number,) in steps]
            return getattr(functions, f"lp_pool{rank}d")(images, float(words["p"]), *steps)
        geometry |= {"ceil_mode": words["ceil"]}
        if words["mode"] == "max":
            geometry |= {"dilation": words["dilation"]}
        else:
            geometry |= {"count_include_pad": words["count_padding"]}
        pool = getattr(functions, f"{words['mode']}_pool{rank}d")
        return pool(images, words["kernel_shape"], **geometry)
    geometry |= {"dilation": words["dilation"], "groups": words["groups"]}
    if case.kind == "transpose":
        call = getattr(functions, f"conv_transpose{rank}d")
        return call(images, kernels, bias, output_padding=words["output_padding"], **geometry)
    if mode := PAD_MODES[words["pad_mode"]]:
        pairs = [side for padding in reversed(words["padding"]) for side in (padding, padding)]
        images, geometry["padding"] = functions.pad(images, pairs, mode=mode), 0
    return getattr(functions, f"conv{rank}d")(images, kernels, bias, **geometry)


def gradients(case: Case) -> dict[str, NDArray[np.float64]]:
    """Return what PyTorch gives: name -> array, in its order of axes.

    "output_gradient" is that of the result, with which the others are computed.
    """
    import torch

    tensors = {"images": torch.tensor(images(case))}
    if case.kind != "pool":
        tensors["kernels"] = torch.tensor(operand(case.shapes[1], case.seed + 1))
        channels = case.shapes[1][0]
        if case.kind == "transpose":
            channels = case.shapes[1][1] * case.words["groups"]
        tensors["bias"] = torch.tensor(operand((channels,), case.seed + 2))
    for tensor in tensors.values():
        tensor.requires_grad_()
    result = forward(case, *(tensors.get(name) for name in ("images", "kernels", "bias")))
    output_gradient = operand(tuple(result.shape), case.seed + 3)
    result.backward(torch.tensor(output_gradient))
    arrays = {name: tensor.grad.numpy() for name, tensor in tensors.items()}
    return arrays | {"output_gradient": output_gradient, "result": result.detach().numpy()}


def _short(number: float) -> float:
    """Return a number rounded to nine places, a whole one as an int."""
    return int(number) if number == int(number) else round(float(number), 9)


def main() -> None:
    """Write calls and PyTorch's gradients to the file that the command names."""
    import torch

    stored = []
    for kind in KINDS:
        for case in cases(kind, STORED, seed=0):
            arrays = {
                name: {"shape": array.shape, "numbers": [_short(number) for number in array.flat]}
                for name, array in gradients(case).items()
                if name != "output_gradient"
            }
            stored.append([*case, arrays])
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"torch": torch.__version__, "calls": stored}, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
