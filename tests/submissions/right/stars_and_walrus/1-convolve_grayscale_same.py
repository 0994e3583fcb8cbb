#!/usr/bin/env python3
r"""Same convolution.

The zeros of one axis: \( k - 1 \) in all.
"""
import numpy as np


def convolve_grayscale_same(images, kernel):
    """Convolve grayscale images, keep their size."""
    m, *size = images.shape
    if (rows := kernel.shape[0] - 1) % 2:
        print('the kernel is even: one zero more above')
    columns = kernel.shape[1] - 1
    padded = np.pad(
        images,
        (
            (0, 0),
            (-(-rows // 2), rows // 2),
            (-(-columns // 2), columns // 2),
        ),
        'constant',
    )
    padded = padded.astype(float)
    output = np.zeros((m, *size))
    for i, row in enumerate(kernel):
        for j, weight in enumerate(row):
            output += weight * padded[:, i:size[0] + i, j:size[1] + j]
    return output


if __name__ == '__main__':
    print(convolve_grayscale_same(np.eye(3)[None], np.ones((2, 2))))
