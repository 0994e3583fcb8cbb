"""
Moving average of a signal
==========================

A signal is a batch of one with one channel: (1, length, 1), its weights (window, 1, 1). ``causal``
looks at the past only, as a live display must; ``pool`` averages without any weights.
"""

import matplotlib.pyplot as plt
import numpy as np

import convpool

random = np.random.default_rng(0)
time = np.arange(200)
signal = np.sin(time / 20) + random.normal(scale=0.4, size=200)

weights = np.full((15, 1, 1), 1 / 15)
images = signal.reshape(1, -1, 1)
centred = convpool.convolve(images, weights, "same", pad_mode="edge").ravel()
whole = convpool.pool(images, (15,), 1, "avg").ravel()  # only where the whole window has values
live = convpool.convolve(images, weights, "causal", pad_mode="edge").ravel()
assert np.allclose(live[50], signal[36:51].mean())
assert len(whole) == 200 - 14
assert np.allclose(whole, centred[7:-7])

plt.plot(time, signal, ".", color="0.7", label="measured")
plt.plot(time, centred, label="centred")
plt.plot(time, live, label="causal: seven steps later")
plt.legend()
plt.show()
