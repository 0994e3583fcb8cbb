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
FLOAT32 = {"images_dtype": np.float32, "kernels_dtype": np.float32}

# %%
# Shapes are known, so each layer is planned once, and its weights are checked and packed once:
first = convpool.plan_convolution((4, 1, 28, 28), (8, 1, 3, 3), 1, **PYTORCH, **FLOAT32)
second = convpool.plan_convolution((4, 8, 14, 14), (16, 8, 3, 3), 1, 2, **PYTORCH, **FLOAT32)
conv1 = first.prepack(state["conv1.weight"], state["conv1.bias"])
conv2 = second.prepack(state["conv2.weight"], state["conv2.bias"])


def network(images):
    """Conv 3x3, ReLU, max pool 2x2, conv 3x3 with stride 2, ReLU, mean, linear."""
    hidden = convpool.pool(np.maximum(conv1(images), 0), 2, channel_axis=1)
    features = convpool.global_pool(np.maximum(conv2(hidden), 0), "avg", channel_axis=1)
    return features.reshape(len(images), -1) @ state["head.weight"].T


images = random.normal(size=(4, 1, 28, 28)).astype(np.float32)
scores = network(images)
print("scores:", scores.shape, scores.dtype)

# %%
# The same by calls, which plan anew where shapes change:
hidden = convpool.convolve(images, state["conv1.weight"], 1, bias=state["conv1.bias"], **PYTORCH)
assert np.array_equal(conv1(images), hidden)
