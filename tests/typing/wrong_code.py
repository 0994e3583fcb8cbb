"""What type checkers must find: each line with an `error` comment, and nothing else."""

from __future__ import annotations

import numpy as np

import convpool

images = np.ones((2, 6, 7, 3))
kernels = np.ones((3, 3, 3, 4))

convpool.convolve(images)  # error: no kernels
convpool.convolve(images, kernels, strides=2)  # error: the keyword is stride
convpool.convolve(images, kernels, dilation="two")  # error: not an int
convpool.pool(images, 2, padding=None)  # error: None is no padding
convpool.pool(images, 2, ceil="yes", p=[2])  # error: neither a bool nor a number
convpool.threads("all")  # error: not an int
number: int = convpool.convolve(images, kernels)  # error: an array
convpool.plan_pooling(images.shape, 2).run(images).nothing()  # error: arrays have no such method
