"""Train LeNet-5 on real digits, with convpool's calls and NumPy alone.

    python examples/digits.py MNIST.npz -o digits.png

reads what `convpool data` makes, trains on 4,000 digits that are shifted at random, and tests on
others. The picture shows the loss, which digits were confused, the first kernels and what they see.
"""

import argparse
import time

import numpy as np

from convpool import convolve, convolve_gradients, pool, pool_gradient

EPOCHS, BATCH, RATE = 12, 50, 3e-3
WEIGHTS = {  # the sizes of the course's LeNet-5: two layers of kernels, three of weights
    "K1": (5, 5, 1, 6),
    "K2": (5, 5, 6, 16),
    "W3": (400, 120),
    "W4": (120, 84),
    "W5": (84, 10),
}


def initial_weights(random):
    """Return weights and biases; the variance keeps that of what goes through (He et al., 2015)."""
    weights = {}
    for name, shape in WEIGHTS.items():
        deviation = np.sqrt(2 / np.prod(shape[:-1]))
        weights[name] = random.normal(0, deviation, shape).astype(np.float32)
        weights["b" + name] = np.zeros(shape[-1], np.float32)
    return weights


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
    each = np.arange(len(labels))
    loss = -np.log(gradient[each, labels] + 1e-9).mean()
    gradient[each, labels] -= 1
    return loss, gradient / len(labels)


def shifted(images, random, most=2):
    """Return images (m, 28, 28, 1), each moved by up to `most` pixels down and right."""
    padded = np.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))
    rows, columns = random.integers(0, 2 * most + 1, (2, len(images), 1)) + np.arange(28)[None]
    return padded[np.arange(len(images))[:, None, None], rows[..., None], columns[:, None]]


def train(images, labels, random, with_progress=iter):
    """Return the trained weights and the loss of each step; Adam (Kingma and Ba, 2015)."""
    weights, losses = initial_weights(random), []
    mean = {name: np.zeros_like(array) for name, array in weights.items()}
    square = {name: np.zeros_like(array) for name, array in weights.items()}
    order = [chosen for _ in range(EPOCHS) for chosen in random.permutation(len(images)).reshape(-1, BATCH)]
    for step, chosen in enumerate(with_progress(order), 1):
        scores, layers = forward(weights, shifted(images[chosen], random))
        loss, gradient = cross_entropy(scores, labels[chosen])
        rate = RATE * (1 - step / len(order)) + 1e-5
        for name, g in backward(weights, layers, gradient).items():
            mean[name] += 0.1 * (g - mean[name])
            square[name] += 0.001 * (g * g - square[name])
            scale = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
            weights[name] -= rate * mean[name] / (1 - 0.9**step) / scale
        losses.append(loss)
    return weights, losses
