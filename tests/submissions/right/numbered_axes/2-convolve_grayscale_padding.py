#!/usr/bin/env python3
"""
This is the "2-convolve_grayscale_padding" module.
"""
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    """
    Function that performs a convolution on grayscale images with
    custom padding
    """
    images_padded = np.zeros(
        (
            images.shape[0],
            images.shape[1] + padding[0] * 2,
            images.shape[2] + padding[1] * 2,
        )
    )
    images_padded[
        :,
        padding[0]:padding[0] + images.shape[1],
        padding[1]:padding[1] + images.shape[2],
    ] = images.copy()
    height = images_padded.shape[1] - (kernel.shape[0] - 1)
    width = images_padded.shape[2] - (kernel.shape[1] - 1)
    new_images = np.zeros((images.shape[0], height, width))
    index = np.arange(images.shape[0])
    for x in range(height):
        for y in range(width):
            new_images[index, x, y] = np.sum(
                images_padded[
                    index, x:x + kernel.shape[0], y:y + kernel.shape[1]
                ]
                * kernel,
                axis=(1, 2),
            )
    return new_images
