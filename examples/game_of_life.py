"""
The game of life
================

A cell lives on with two or three neighbours, and is born with three: one kernel counts them, and
``wrap`` makes the world a torus.
"""

import matplotlib.pyplot as plt
import numpy as np

import convpool


def show(**pictures):
    """Show pictures side by side, under their names."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(3.2 * len(pictures), 3), squeeze=False)
    for axis, (name, picture) in zip(axes[0], pictures.items(), strict=True):
        axis.imshow(picture, cmap="gray")
        axis.set_title(name.replace("_", " "))
        axis.axis("off")
    figure.tight_layout()
    plt.show()


NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]])


def step(world):
    """Return the next generation."""
    count = convpool.filter_image(world, NEIGHBOURS, pad_mode="wrap")
    return (count == 3) | (world & (count == 2))


world = np.zeros((24, 24), dtype=bool)
world[1:4, 1:4] = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]  # a glider
generations = {"generation_0": world}
for number in range(1, 97):
    world = step(world)
    if number % 32 == 0:
        generations[f"generation_{number}"] = world
show(**generations)

# %%
# After 96 generations, a glider has gone once around this world of 24 x 24.
assert (world == generations["generation_0"]).all()
