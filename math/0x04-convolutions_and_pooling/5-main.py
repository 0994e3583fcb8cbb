#!/usr/bin/env python3
"""Show task 5: three kernels at once, each with a result of its own."""
import sys
import matplotlib.pyplot as plt
import numpy as np
convolve = __import__('5-convolve').convolve

if __name__ == '__main__':
    try:
        dataset = np.load('../../supervised_learning/data/animals_1.npz')
    except FileNotFoundError as error:
        sys.exit(f'{error.filename} is missing: `convpool data` makes it')
    images = dataset['data']
    print(images.shape)
    # per row of the kernels and per column: the weights of the three kernels
    weights = np.array([[[0, 1, 1], [-1, 0, 1], [0, -1, 1]],
                        [[-1, 1, 0], [5, 0, 0], [-1, -1, 0]],
                        [[0, 1, -1], [-1, 0, -1], [0, -1, -1]]])
    kernels = np.stack([weights, weights, weights], axis=2)  # each colour
    images_conv = convolve(images, kernels, padding='valid')
    print(images_conv.shape)

    plt.imshow(images[0])
    plt.show()
    plt.imshow(images_conv[0, :, :, 0])
    plt.show()
    plt.imshow(images_conv[0, :, :, 1])
    plt.show()
    plt.imshow(images_conv[0, :, :, 2])
    plt.show()
