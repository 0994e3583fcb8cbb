#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Pooling, done by a class."""
import numpy as np


class Pool:
    """Pooling with one kind of window."""

    def __init__(self, kernel_shape, stride, mode):
        """Keep the window."""
        self.kh, self.kw = kernel_shape
        self.sh, self.sw = stride
        self.mode = mode

    @staticmethod
    def largest(window):
        """The maximum."""
        return window.max(axis=2).max(axis=1)

    @staticmethod
    def middle(window):
        """The average."""
        return window.mean(axis=2).mean(axis=1)

    def __call__(self, images):
        """Pool images."""
        m, h, w, c = images.shape
        oh, ow = (h - self.kh) // self.sh + 1, (w - self.kw) // self.sw + 1
        output = np.zeros((m, oh, ow, c))
        for i in range(oh):
            for j in range(ow):
                y, x = i * self.sh, j * self.sw
                window = images[:, y:y + self.kh, x:x + self.kw]
                if self.mode == 'max':
                    output[:, i, j] = self.largest(window)
                else:
                    output[:, i, j] = self.middle(window)
        return output


def pool(images, kernel_shape, stride, mode='max'):
    """Pool images."""
    return Pool(kernel_shape, stride, mode)(images)
