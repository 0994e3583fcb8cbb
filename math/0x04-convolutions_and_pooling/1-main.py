#!/usr/bin/env python3
"""Show task 1: a same convolution keeps the size of the digit."""
import sys
import matplotlib.pyplot as plt
import numpy as np
convolve_grayscale_same = __import__(
    '1-convolve_grayscale_same').convolve_grayscale_same

if __name__ == '__main__':
    try:
        dataset = np.load('../../supervised_learning/data/MNIST.npz')
    except FileNotFoundError as error:
        sys.exit(f'{error.filename} is missing: `convpool data` makes it')
    images = dataset['X_train']
    print(images.shape)
    kernel = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    images_conv = convolve_grayscale_same(images, kernel)
    print(images_conv.shape)

    plt.imshow(images[0], cmap='gray')
    plt.show()
    plt.imshow(images_conv[0], cmap='gray')
    plt.show()
