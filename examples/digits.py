"""A network reads digits: LeNet-5 with convpool's calls and NumPy alone: `make digits`.

The picture shows the loss, which digits were confused, the first kernels, and what they see.
"""

import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from rich.progress import track

from convpool import convolve, convolve_gradients, pool, pool_gradient

DIGITS, EPOCHS, BATCH, RATE = 4000, 30, 50, 3e-3
SIZES = {"K1": (5, 5, 1, 6), "K2": (5, 5, 6, 16), "W3": (400, 120), "W4": (120, 84), "W5": (84, 10)}


def initial_weights(random, sizes):
    """Return weights and biases; the variance keeps that of what goes through (He et al., 2015)."""
    weights = {"b" + name: np.zeros(shape[-1], np.float32) for name, shape in sizes.items()}
    return weights | {
        name: random.standard_normal(shape, np.float32)
        * np.float32(np.sqrt(2 / np.prod(shape[:-1])))
        for name, shape in sizes.items()
    }


def forward(weights, images):
    """Return the ten scores of each image (m, 28, 28, 1), and what each layer gave."""
    first = np.maximum(convolve(images, weights["K1"], bias=weights["bK1"]), 0)
    pooled = pool(first, 2)
    second = np.maximum(convolve(pooled, weights["K2"], "valid", bias=weights["bK2"]), 0)
    flat = pool(second, 2).reshape(len(images), -1)
    third = np.maximum(flat @ weights["W3"] + weights["bW3"], 0)
    fourth = np.maximum(third @ weights["W4"] + weights["bW4"], 0)
    scores = fourth @ weights["W5"] + weights["bW5"]
    return scores, (images, first, pooled, second, flat, third, fourth)


def backward(weights, layers, gradient):
    """Return the gradients of all weights, from that of the scores."""
    images, first, pooled, second, flat, third, fourth = layers
    gradients = {}
    for name, layer in (("W5", fourth), ("W4", third), ("W3", flat)):
        gradients[name], gradients["b" + name] = layer.T @ gradient, gradient.sum(axis=0)
        gradient = gradient @ weights[name].T * (layer > 0)
    gradient = pool_gradient(second, gradient.reshape(-1, 5, 5, 16), 2) * (second > 0)
    of_second = convolve_gradients(pooled, weights["K2"], gradient, "valid")
    gradients["K2"], gradients["bK2"] = of_second.kernels, of_second.bias
    gradient = pool_gradient(first, of_second.images, 2) * (first > 0)
    of_first = convolve_gradients(images, weights["K1"], gradient, want=["kernels", "bias"])
    return gradients | {"K1": of_first.kernels, "bK1": of_first.bias}


def cross_entropy(scores, labels):
    """Return the mean loss -log p(label), and its gradient by the scores (m, 10)."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    gradient = exponentials / exponentials.sum(axis=1, keepdims=True)
    right = np.eye(10, dtype=np.float32)[labels]
    loss = -np.log((gradient * right).sum(axis=1) + 1e-9).mean()
    return loss, (gradient - right) / len(labels)


def shifted(images, random, most=2):
    """Return images (m, 28, 28, 1), each moved and slanted by up to `most` pixels."""
    padded = np.pad(images, ((0, 0), (most, most), (2 * most, 2 * most), (0, 0)))
    down, right = random.integers(0, 2 * most + 1, (2, len(images), 1, 1))
    slant = random.uniform(-most, most, (len(images), 1, 1)) * (np.arange(28)[:, None] - 14) / 14
    columns = right + most + np.arange(28) + np.rint(slant).astype(int)
    return padded[np.arange(len(images))[:, None, None], down + np.arange(28)[:, None], columns]


def train(weights, images, labels, random, network=(forward, backward), epochs=EPOCHS):
    """Train the weights in place, and return the loss of each step; Adam (Kingma and Ba, 2015)."""
    means, squares = ({name: 0 * array for name, array in weights.items()} for _ in range(2))
    orders = [random.permutation(len(images)).reshape(-1, BATCH) for _ in range(epochs)]
    batches, losses = np.concatenate(orders), []
    for step, chosen in enumerate(track(batches, "Training"), 1):
        scores, layers = network[0](weights, shifted(images[chosen], random))
        loss, gradient = cross_entropy(scores, labels[chosen])
        losses.append(loss)
        rate = RATE * (1 - step / len(batches)) / (1 - 0.9**step)
        for key, g in network[1](weights, layers, gradient).items():
            means[key] += 0.1 * (g - means[key])
            squares[key] += 0.001 * (g * g - squares[key])
            weights[key] -= rate * means[key] / (np.sqrt(squares[key] / (1 - 0.999**step)) + 1e-8)
    return losses


def draw(weights, losses, confused, image, name):
    """Draw the loss, which digits were confused, the first kernels and what they see to a file."""
    seen = forward(weights, image[None])[1][1][0]
    pictures = [(np.log1p(confused), "read as (across)"), (image, "a digit")]
    pictures += [(weights["K1"][:, :, 0, k], f"kernel {k + 1}") for k in range(6)]
    pictures += [(seen[..., k], f"what {k + 1} sees") for k in range(6)]
    figure, axes = plt.subplots(3, 5, figsize=(11, 6.6), layout="constrained")
    for axis, (picture, title) in zip(axes.flat[1:], pictures, strict=True):
        axis.imshow(picture, cmap="gray")
        axis.set(title=title, xticks=[], yticks=[])
    axes[0, 0].semilogy(np.convolve(losses, np.full(20, 1 / 20), "valid"))
    figure.savefig(name, dpi=100)


def main(data="supervised_learning/data/MNIST.npz", picture="digits.png"):
    """Train and test on a file that `convpool data` makes, and draw."""
    name, data, random, start = data, np.load(data), np.random.default_rng(0), time.perf_counter()
    if missing := {"Y_train", "X_test", "Y_test"} - set(data):
        sys.exit(f"{name} has no {', '.join(sorted(missing))}: move it away, run `convpool data`")
    images, tests = (data[key][..., None].astype(np.float32) for key in ("X_train", "X_test"))
    weights = initial_weights(random, SIZES)
    losses = train(weights, images[:DIGITS], data["Y_train"][:DIGITS], random)
    read, labels = forward(weights, tests)[0].argmax(axis=1), data["Y_test"]
    print(f"{(read == labels).mean():.1%} of {len(read)}, {time.perf_counter() - start:.0f} s")
    draw(weights, losses, np.histogram2d(labels, read, 10)[0], tests[0], picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
