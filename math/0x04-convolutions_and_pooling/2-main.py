#!/usr/bin/env python3
"""Show task 2: a convolution with zeros around the image."""
import sys
import matplotlib.pyplot as plt
import numpy as np
convolve_grayscale_padding = __import__(
    '2-convolve_grayscale_padding').convolve_grayscale_padding

if __name__ == '__main__':
    try:
        dataset = np.load('../../supervised_learning/data/MNIST.npz')
    except FileNotFoundError as error:
        sys.exit(f'{error.filename} is missing: `convpool data` makes it')
    images = dataset['X_train']
    print(images.shape)
    kernel = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    images_conv = convolve_grayscale_padding(images, kernel, (2, 4))
    print(images_conv.shape)

    plt.imshow(images[0], cmap='gray')
    plt.show()
    plt.imshow(images_conv[0], cmap='gray')
    plt.show()
