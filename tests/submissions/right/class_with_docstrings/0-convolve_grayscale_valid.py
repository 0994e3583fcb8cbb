#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Valid convolution, done by a class."""
import numpy as np


class Convolution:
    """One convolution of grayscale images — the kernel slides over them."""

    def __init__(self, images, kernel):
        """Keep what comes in."""
        self.images = images
        self.kernel = kernel

    @property
    def shape(self):
        """The shape of the output."""
        m, h, w = self.images.shape
        kh, kw = self.kernel.shape
        return m, h - kh + 1, w - kw + 1

    def at(self, i, j):
        """The sums of the window that begins at (i, j)."""
        kh, kw = self.kernel.shape
        window = self.images[:, i:i + kh, j:j + kw]
        return (window * self.kernel).sum(axis=2).sum(axis=1)

    def run(self):
        """The whole output."""
        output = np.zeros(self.shape)
        for i in range(self.shape[1]):
            for j in range(self.shape[2]):
                output[:, i, j] = self.at(i, j)
        return output


def convolve_grayscale_valid(images, kernel):
    """Convolve grayscale images with a kernel, without padding."""
    return Convolution(images, kernel).run()
