#!/usr/bin/env python3
"""Show task 6: average pooling halves the height and the width."""
import sys
import matplotlib.pyplot as plt
import numpy as np
pool = __import__('6-pool').pool

if __name__ == '__main__':
    try:
        dataset = np.load('../../supervised_learning/data/animals_1.npz')
    except FileNotFoundError as error:
        sys.exit(f'{error.filename} is missing: `convpool data` makes it')
    images = dataset['data']
    print(images.shape)
    images_pool = pool(images, (2, 2), (2, 2), mode='avg')
    print(images_pool.shape)

    plt.imshow(images[0])
    plt.show()
    plt.imshow(images_pool[0] / 255)
    plt.show()
