"""The brief's data sets: names, sizes, addresses, checksums, and what makes their stand-ins.

To add a data set, add one entry to DATASETS.
"""

from __future__ import annotations

import numpy as np

from convpool.datasets.animals import make_animals
from convpool.datasets.digits import Array, make_digits
from convpool.datasets.npz_files import Dataset


def _from_keras(images: Array) -> Array:
    """Return the course's 50000 images, 0 to 1, from Keras's 60000 of uint8, 0 to 255.

    Other arrays are returned as they are; `read` refuses them.
    """
    if images.dtype == np.uint8:
        images = images[:50000] / 255
    return images


DATASETS = {
    "MNIST": Dataset(
        file="MNIST.npz",
        key="X_train",
        shape=(50000, 28, 28),
        dtypes=("float64", "float32"),
        limits=(0, 1),
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        # Keras states it
        sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        make=make_digits,
        aliases=(("x_train", _from_keras),),
    ),
    "animals": Dataset(
        file="animals_1.npz",
        key="data",
        shape=(10000, 32, 32, 3),
        dtypes=("uint8",),
        limits=(0, 255),
        url="https://s3.amazonaws.com/intranet-projects-files/holbertonschool-ml/animals_1.npz",
        make=make_animals,
    ),
}
