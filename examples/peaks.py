"""
Find peaks
==========

A pixel is a peak if it is the maximum of its neighbourhood, and high enough.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

import convpool
from convpool import filters

image = convpool.filter_image(data.coins(), filters.gaussian(9.0))
highest = convpool.pool_image(image, 41, 1, padding="same")
peaks = np.argwhere((image == highest) & (image > 110))
print(len(peaks), "peaks, the first at row, column", peaks[0].tolist())

plt.imshow(data.coins(), cmap="gray")
plt.plot(peaks[:, 1], peaks[:, 0], "o", color="tab:orange")
plt.axis("off")
plt.show()
