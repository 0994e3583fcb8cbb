"""Train the small network that the explorer shows, on real digits, and write its weights.

    python docs/explorer_network.py supervised_learning/data/MNIST.npz

writes src/convpool/explorer/network.json: two layers of kernels and one of weights, with three
digits each, and the share of the test digits that these read right. m images.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from convpool import convolve, convolve_gradients, pool, pool_gradient

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/convpool/explorer/network.json"
SIZES = {"K1": (5, 5, 1, 4), "K2": (3, 3, 4, 8), "W3": (288, 10)}
EPOCHS = 30


def forward(weights, images):
    """Return the ten scores of each image (m, 28, 28, 1), and what each layer gave."""
    first = np.maximum(convolve(images, weights["K1"], bias=weights["bK1"]), 0)
    pooled = pool(first, 2)
    second = np.maximum(convolve(pooled, weights["K2"], "valid", bias=weights["bK2"]), 0)
    flat = pool(second, 2).reshape(len(images), -1)
    return flat @ weights["W3"] + weights["bW3"], (images, first, pooled, second, flat)


def backward(weights, layers, gradient):
    """Return the gradients of all weights, from that of the scores."""
    images, first, pooled, second, flat = layers
    gradients = {"W3": flat.T @ gradient, "bW3": gradient.sum(axis=0)}
    gradient = (gradient @ weights["W3"].T).reshape(-1, 6, 6, 8)
    gradient = pool_gradient(second, gradient, 2) * (second > 0)
    of_second = convolve_gradients(pooled, weights["K2"], gradient, "valid")
    gradients["K2"], gradients["bK2"] = of_second.kernels, of_second.bias
    gradient = pool_gradient(first, of_second.images, 2) * (first > 0)
    of_first = convolve_gradients(images, weights["K1"], gradient, want=["kernels", "bias"])
    return gradients | {"K1": of_first.kernels, "bK1": of_first.bias}


def rounded(array):
    """Return an array as nested lists of numbers with three digits."""
    return json.loads(
        json.dumps(array.tolist()), parse_float=lambda text: float(f"{float(text):.3g}")
    )


def main(file):
    """Train on the first digits of a file that `convpool data` makes, and write the weights."""
    sys.path.insert(0, str(ROOT / "examples"))
    import digits

    data, random = np.load(file), np.random.default_rng(0)
    images, tests = (data[key][..., None].astype(np.float32) for key in ("X_train", "X_test"))
    weights = digits.initial_weights(random, SIZES)
    training, labels = images[: digits.DIGITS], data["Y_train"][: digits.DIGITS]
    digits.train(weights, training, labels, random, (forward, backward), EPOCHS)
    lists = {name: rounded(array) for name, array in weights.items()}
    written = {name: np.array(values, np.float32) for name, values in lists.items()}
    right = (forward(written, tests)[0].argmax(axis=1) == data["Y_test"]).mean()
    made_with = "python docs/explorer_network.py supervised_learning/data/MNIST.npz"
    network = {"accuracy": round(float(right), 4), "command": made_with, **lists}
    TARGET.write_text(json.dumps(network, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{right:.1%} right; {TARGET} ({TARGET.stat().st_size} bytes)")


if __name__ == "__main__":
    main(*sys.argv[1:])
