#!/usr/bin/env python3
"""Show task 0: a valid convolution finds the vertical edges of a digit."""
import sys
import matplotlib.pyplot as plt
import numpy as np
convolve_grayscale_valid = __import__(
    '0-convolve_grayscale_valid').convolve_grayscale_valid

if __name__ == '__main__':
    try:
        dataset = np.load('../../supervised_learning/data/MNIST.npz')
    except FileNotFoundError as error:
        sys.exit(f'{error.filename} is missing: `convpool data` makes it')
    images = dataset['X_train']
    print(images.shape)
    kernel = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    images_conv = convolve_grayscale_valid(images, kernel)
    print(images_conv.shape)

    plt.imshow(images[0], cmap='gray')
    plt.show()
    plt.imshow(images_conv[0], cmap='gray')
    plt.show()
