#!/usr/bin/env python3
"""
This is the "4-convolve_channels" module.
"""
import numpy as np


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """
    Function that performs a convolution on images with channels
    """
    if padding == 'valid':
        padding = (0, 0)
    if padding == 'same':
        odd_h = (
            kernel.shape[0]
            + stride[0] * (images.shape[1] - 1)
            - images.shape[1]
        )
        odd_w = (
            kernel.shape[1]
            + stride[1] * (images.shape[2] - 1)
            - images.shape[2]
        )
        padding = (odd_h / 2, odd_w / 2)
    top, bottom = int(padding[0] + 0.5), int(padding[0])
    left, right = int(padding[1] + 0.5), int(padding[1])
    images = np.pad(
        images,
        ((0, 0), (top, bottom), (left, right), (0, 0)),
        mode='constant',
    )
    index = np.arange(images.shape[0])
    height = (images.shape[1] - kernel.shape[0]) // stride[0] + 1
    width = (images.shape[2] - kernel.shape[1]) // stride[1] + 1
    new_images = np.zeros((images.shape[0], height, width))
    for x in range(height):
        for y in range(width):
            i = x * stride[0]
            j = y * stride[1]
            new_images[index, x, y] = np.sum(
                images[
                    index, i:kernel.shape[0] + i, j:kernel.shape[1] + j
                ]
                * kernel,
                axis=(1, 2, 3),
            )
    return new_images
