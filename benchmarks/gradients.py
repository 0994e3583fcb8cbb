"""Gradients of layers, and a step of training, against PyTorch's backward and courses' loops.

    python benchmarks/gradients.py                            # everything, on one thread
    python benchmarks/gradients.py --threads 2 --only ResNet

PyTorch computes gradients of convolutions in channels-last memory with the same number of threads,
in turn with ours, each in a process of its own whose idle threads sleep; every result is compared.
With one thread, figures are processor time, which other programs on a busy machine change little;
with more, they are time on the clock. Each is the median over the turns of the fastest call of a
turn. The loops are those that a course's students write, window by window. Exit 1 if a result
differs.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable, NamedTuple

import numpy as np

import harness
import peers
import reports

ROOT = Path(__file__).parents[1]
WANTS = {"images": ["images"], "kernels": ["kernels"], "all": ["images", "kernels", "bias"]}
TURN = 0.03  # seconds for which a call is repeated in a turn, to find the fastest
TOLERANCE = 2e-3  # relative to the greatest number of a gradient


class Layer(NamedTuple):
    """A convolution: padding is a number of zeros on every side."""

    name: str
    images: tuple[int, ...]
    kernels: tuple[int, ...]
    padding: int
    stride: int = 1


LAYERS = [
    Layer(f"{name}, batch {m}", (m, *shape), kernels, *rest)
    for m in (8, 256)
    for name, shape, kernels, *rest in [
        ("LeNet 1", (28, 28, 1), (5, 5, 1, 6), 2),
        ("LeNet 2", (14, 14, 6), (5, 5, 6, 16), 0),
        ("ResNet 7", (7, 7, 512), (3, 3, 512, 512), 1),
        ("ResNet 14", (14, 14, 256), (3, 3, 256, 256), 1),
        ("ResNet 28", (28, 28, 128), (3, 3, 128, 128), 1),
        ("ResNet 28 narrow", (28, 28, 128), (1, 1, 128, 512), 0),
        ("ResNet 56", (56, 56, 64), (3, 3, 64, 64), 1),
        ("ResNet 56 halved", (56, 56, 64), (3, 3, 64, 128), 1, 2),
    ]
    if m == 8 or name.startswith("LeNet")
]


def prepare_ours(layer: Layer) -> Callable[[list[str]], list[Any]]:
    """Return a function of names of gradients that computes those of a layer."""
    import convpool

    x, w, g = operands(layer)
    words = {"padding": layer.padding, "stride": layer.stride}
    return lambda want: list(convpool.convolve_gradients(x, w, g, want=want, **words))


def prepare_torch(layer: Layer) -> Callable[[list[str]], list[Any]]:
    """Return what `prepare_ours` does, with PyTorch."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    x, w, g = operands(layer)
    images, kernels, gradient = (
        torch.tensor(array).permute(order).contiguous(memory_format=torch.channels_last)
        for array, order in ((x, (0, 3, 1, 2)), (w, (3, 2, 0, 1)), (g, (0, 3, 1, 2)))
    )

    def compute(want: list[str]) -> list[Any]:
        mask = [name in want for name in ("images", "kernels", "bias")]
        steps = [[layer.stride] * 2, [layer.padding] * 2, [1, 1], False, [0, 0], 1, mask]
        results = torch.ops.aten.convolution_backward(
            gradient, images, kernels, [w.shape[-1]], *steps
        )
        orders = [(0, 2, 3, 1), (2, 3, 1, 0), (0,)]
        return [
            None if result is None else result.permute(order)
            for result, order in zip(results, orders)
        ]

    return compute


def operands(layer: Layer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return images, kernels and the gradient of the result."""
    import convpool

    random = np.random.default_rng(0)
    x, w = (random.random(shape, np.float32) for shape in (layer.images, layer.kernels))
    words = {"padding": layer.padding, "stride": layer.stride}
    shape = convpool.plan_convolution(x.shape, w.shape, **words).output_shape
    return x, w, random.random(shape, np.float32)


class Station:
    """Answers questions about the gradients of layers, in a process of its own."""

    def __init__(self, prepare: Callable[[Layer], Callable[[list[str]], list[Any]]]) -> None:
        self.prepare, self.layer, self.call = prepare, None, None

    def __call__(self, question: str, layer: Layer, want: list[str]) -> Any:
        """Answer "results" by the gradients, "seconds" by the time of a call."""
        if layer != self.layer:
            self.layer, self.call = layer, self.prepare(layer)
        if question == "seconds":
            return least_seconds(lambda: self.call(want))
        return [None if one is None else np.asarray(one) for one in self.call(want)]


def least_seconds(call: Callable[[], Any]) -> float:
    """Return the seconds of the fastest of some calls: of the processor, or with threads in all."""
    is_single = os.environ["OMP_NUM_THREADS"] == "1"
    clock = time.process_time if is_single else time.perf_counter
    end, seconds = time.perf_counter() + TURN, []
    while not seconds or time.perf_counter() < end:
        start = clock()
        call()
        seconds.append(clock() - start)
    return min(seconds)


def are_equal(ours: Any, theirs: Any) -> bool:
    """Return whether two lists of gradients are the same but for rounding."""
    return all(
        (one is None) == (other is None)
        and (one is None or np.abs(one - other).max() <= TOLERANCE * np.abs(one).max())
        for one, other in zip(ours, theirs)
    )


def print_layers(only: str, runs: int) -> bool:
    """Print a row for each layer; return whether all results were right."""
    reports.print_title("Gradients of a convolution: ours / PyTorch in ms, PyTorch / ours")
    table = reports.Table({"layer": str, **dict.fromkeys(WANTS, str)})
    ratios: dict[str, list[float]] = {name: [] for name in WANTS}
    all_right = True
    both = [harness.Contender(Station, prepare) for prepare in (prepare_ours, prepare_torch)]
    for layer in (layer for layer in LAYERS if only in layer.name):
        cells = [layer.name]
        for name, want in WANTS.items():
            all_right &= are_equal(*(one.ask("results", layer, want) for one in both))
            turns = [[one.ask("seconds", layer, want) for one in both] for _ in range(runs)]
            mine, torch = map(statistics.median, zip(*turns))
            ratios[name].append(torch / mine)
            cells.append(f"{mine * 1e3:.3g} / {torch * 1e3:.3g} = {torch / mine:.2f}")
        table.print_cells(cells)
    for one in both:
        one.stop()
    for name, values in ratios.items():
        if values:
            mean = statistics.geometric_mean(values)
            print(f"{name}: geometric mean {mean:.2f}, worst {min(values):.2f}")
    return all_right


# ---- a step of training ----


def seconds_in_turn(calls: list[Callable[[], Any]], runs: int) -> list[float]:
    """Return the seconds of each call, taken in turn, as `least_seconds` has them."""
    turns = [[least_seconds(call) for call in calls] for _ in range(runs)]
    return [statistics.median(seconds) for seconds in zip(*turns)]


def load_example() -> Any:
    """Return examples/digits.py as a module."""
    spec = importlib.util.spec_from_file_location("digits", ROOT / "examples" / "digits.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def torch_step(weights: dict[str, np.ndarray], images: np.ndarray, labels: np.ndarray) -> Callable:
    """Return a call that computes the same gradients as `digits.backward` in PyTorch."""
    import torch
    from torch.nn import functional

    tensors = {name: torch.tensor(array) for name, array in weights.items()}
    for name in ("K1", "K2"):
        tensors[name] = tensors[name].permute(3, 2, 0, 1).contiguous()
    for tensor in tensors.values():
        tensor.requires_grad_()
    x, y = torch.tensor(images).permute(0, 3, 1, 2), torch.tensor(labels)

    def step() -> None:
        layer = functional.conv2d(x, tensors["K1"], tensors["bK1"], padding=2)
        layer = functional.max_pool2d(functional.relu(layer), 2)
        layer = functional.conv2d(layer, tensors["K2"], tensors["bK2"])
        layer = functional.max_pool2d(functional.relu(layer), 2).permute(0, 2, 3, 1).flatten(1)
        for name in ("W3", "W4", "W5"):
            layer = layer @ tensors[name] + tensors["b" + name]
            layer = layer if name == "W5" else functional.relu(layer)
        functional.cross_entropy(layer, y).backward()

    return step


def loop_backward(gradient: np.ndarray, images: np.ndarray, kernels: np.ndarray) -> tuple:
    """Return the gradients of images and kernels of a valid convolution, window by window."""
    kh, kw = kernels.shape[:2]
    of_images, of_kernels = np.zeros(images.shape), np.zeros(kernels.shape)
    for m, i, j, n in np.ndindex(*gradient.shape):
        window = (m, slice(i, i + kh), slice(j, j + kw))
        of_images[window] += kernels[..., n] * gradient[m, i, j, n]
        of_kernels[..., n] += images[window] * gradient[m, i, j, n]
    return of_images, of_kernels


def print_step(runs: int) -> None:
    """Print how long a step of training takes: ours, PyTorch's, and the loops for one layer."""
    from convpool import convolve_gradients

    digits, random = load_example(), np.random.default_rng(0)
    weights = digits.initial_weights(random, digits.SIZES)
    images = random.random((digits.BATCH, 28, 28, 1), np.float32)
    labels = random.integers(0, 10, digits.BATCH)

    def step() -> None:
        scores, layers = digits.forward(weights, images)
        digits.backward(weights, layers, digits.cross_entropy(scores, labels)[1])

    reports.print_title(f"A step of LeNet-5, {digits.BATCH} images, forward and backward")
    mine, torch = seconds_in_turn([step, torch_step(weights, images, labels)], runs)
    print(
        f"ours {mine * 1e3:.3g} ms, PyTorch {torch * 1e3:.3g} ms: PyTorch / ours {torch / mine:.2f}"
    )
    x, g = random.random((2, 14, 14, 6)), random.random((2, 10, 10, 16))
    w = random.random((5, 5, 6, 16))
    calls = [lambda: convolve_gradients(x, w, g, "valid"), lambda: loop_backward(g, x, w)]
    mine, loops = seconds_in_turn(calls, min(3, runs))
    print(
        f"gradients of LeNet 2, 2 images: ours {mine * 1e3:.3g} ms, loops {loops * 1e3:.3g} ms: "
        f"loops / ours {loops / mine:.0f}"
    )


def main() -> int:
    """Print the tables."""
    parser = reports.make_parser(__doc__)
    parser.add_argument("--threads", type=reports.parse_count, default=1)
    parser.add_argument("--only", default="", help="layers with these letters in their names")
    options = parser.parse_args()
    variables = peers.thread_variables(options.threads)
    if variables.items() - os.environ.items():  # read when NumPy is imported
        os.environ.update(variables)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    import torch

    torch.set_num_threads(options.threads)
    print(reports.describe_machine("numpy", "torch"), reports.format_threads(options.threads))
    is_right = print_layers(options.only, options.runs)
    print_step(options.runs)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
