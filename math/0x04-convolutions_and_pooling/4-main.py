#!/usr/bin/env python3
"""Show task 4: a convolution that sums over the colours and sharpens."""
import sys
import matplotlib.pyplot as plt
import numpy as np
convolve_channels = __import__('4-convolve_channels').convolve_channels

if __name__ == '__main__':
    try:
        dataset = np.load('../../supervised_learning/data/animals_1.npz')
    except FileNotFoundError as error:
        sys.exit(f'{error.filename} is missing: `convpool data` makes it')
    images = dataset['data']
    print(images.shape)
    cross = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
    kernel = np.stack([cross, cross, cross], axis=-1)
    images_conv = convolve_channels(images, kernel, padding='valid')
    print(images_conv.shape)

    plt.imshow(images[0])
    plt.show()
    plt.imshow(images_conv[0])
    plt.show()
