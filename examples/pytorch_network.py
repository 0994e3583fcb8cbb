"""
Run a network that PyTorch trained
==================================

Its weights, saved with ``numpy.savez``, are enough: no PyTorch is needed where it runs.
``channel_axis=1`` and ``kernel_layout="OIHW"`` take images and weights as they are.
"""

import numpy as np

import convpool

# What ``{name: tensor.numpy() for name, tensor in model.state_dict().items()}`` would hold:
random = np.random.default_rng(0)
state = {
    "conv1.weight": random.normal(size=(8, 1, 3, 3), scale=0.3).astype(np.float32),
    "conv1.bias": np.zeros(8, np.float32),
    "conv2.weight": random.normal(size=(16, 8, 3, 3), scale=0.1).astype(np.float32),
    "conv2.bias": np.zeros(16, np.float32),
    "head.weight": random.normal(size=(10, 16), scale=0.2).astype(np.float32),
}
PYTORCH = {"channel_axis": 1, "kernel_layout": "OIHW"}


def network(images):
    """Conv 3x3, ReLU, max pool 2x2, conv 3x3 with stride 2, ReLU, mean, linear."""
    hidden = convpool.convolve(
        images, state["conv1.weight"], 1, bias=state["conv1.bias"], **PYTORCH
    )
    hidden = convpool.pool(np.maximum(hidden, 0), 2, channel_axis=1)
    hidden = convpool.convolve(
        hidden, state["conv2.weight"], 1, 2, bias=state["conv2.bias"], **PYTORCH
    )
    features = convpool.global_pool(np.maximum(hidden, 0), "avg", channel_axis=1)
    return features.reshape(len(images), -1) @ state["head.weight"].T


scores = network(random.normal(size=(4, 1, 28, 28)).astype(np.float32))
print("scores:", scores.shape, scores.dtype)
assert scores.shape == (4, 10)
