#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Strided convolution, done by a class."""
import numpy as np


class Axis(object):
    """One axis: its size, its padding, its windows."""

    def __init__(self, size, window, step, padding):
        """Count windows and zeros."""
        self.window, self.step = window, step
        if padding == 'same':
            total = step * (size - 1) + window - size
        elif padding == 'valid':
            total = 0
        else:
            total = 2 * padding
        self.zeros = (total - total // 2, total // 2)
        self.count = (size + total - window) // step + 1

    def part(self, i):
        """The slice of window i."""
        return slice(i * self.step, i * self.step + self.window)


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolve grayscale images with a kernel."""
    if isinstance(padding, str):
        padding = (padding, padding)
    rows = Axis(images.shape[1], kernel.shape[0], stride[0], padding[0])
    columns = Axis(images.shape[2], kernel.shape[1], stride[1], padding[1])
    padded = np.pad(images, ((0, 0), rows.zeros, columns.zeros), 'constant')
    output = np.zeros((len(images), rows.count, columns.count))
    for i in range(rows.count):
        for j in range(columns.count):
            window = padded[:, rows.part(i), columns.part(j)]
            output[:, i, j] = (window * kernel).sum(axis=2).sum(axis=1)
    return output
