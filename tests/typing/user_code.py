"""What users write, as type checkers see it: `mypy --strict` and pyright find nothing here.

`assert_type` is judged by the type checkers; when the file runs, it does nothing.
"""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import convpool
from convpool import Gradients, Plan, course, filters

Array = NDArray[Any]

photo: NDArray[np.uint8] = np.full((6, 7, 3), 90, dtype=np.uint8)
images: NDArray[np.float32] = np.ones((2, 6, 7, 3), dtype=np.float32)
kernels: NDArray[np.float32] = np.ones((3, 3, 3, 4), dtype=np.float32)


def convolutions() -> None:
    """Arrays, lists and words in, arrays out."""
    assert_type(convpool.convolve(images=images, kernels=kernels), Array)
    assert_type(convpool.convolve(images, kernels), Array)
    assert_type(convpool.convolve(images, kernels, "same_lower", (1, 2), dilation=2), Array)
    assert_type(convpool.convolve(images, kernels, ((0, 1), (2, 2)), pad_mode="edge"), Array)
    assert_type(convpool.convolve(images, kernels, bias=[0, 1, 2, 3], engine="numpy"), Array)
    assert_type(convpool.convolve([[[[1]]]], [[[[2]]]], flip=True, dtype="float64"), Array)
    out: NDArray[np.float32] = np.empty((2, 6, 7, 4), dtype=np.float32)
    assert_type(convpool.convolve(images, kernels, out=out, max_memory="64MiB"), Array)
    result = convpool.convolve(images, kernels)
    assert_type(convpool.convolve_transpose(result, kernels, "same", output_padding=0), Array)
    assert_type(convpool.filter_image(photo, filters.gaussian(1.0), round_to="uint8"), Array)


def a_file(name: str) -> None:
    """The name of a new file as `out` gives the file, opened."""
    assert_type(convpool.convolve(images, kernels, out=name), Array)
    assert_type(convpool.pool(images, 2, out=name), Array)


def pools() -> None:
    """Every kind of pooling."""
    assert_type(convpool.pool(images, 2), Array)
    assert_type(convpool.pool_image(photo, 3, 1, "median", padding="same"), Array)
    assert_type(convpool.pool(images, (2, 3), 1, "avg", padding="same", ceil=True), Array)
    values, places = convpool.max_pool_indices(images, 2)
    assert_type(values, Array)
    assert_type(places.shape, tuple[Any, ...])
    assert_type(convpool.max_unpool(values, places, (6, 7)), Array)
    assert_type(convpool.global_pool(images, "avg"), Array)
    assert_type(convpool.adaptive_pool(images, (2, 2), "max"), Array)
    values, places = convpool.adaptive_max_pool_indices(images, 2)


def gradients() -> None:
    """What a loss says of images, kernels and bias."""
    output_gradient = np.ones((2, 6, 7, 4), dtype=np.float32)
    found = convpool.convolve_gradients(images, kernels, output_gradient)
    assert_type(found, Gradients)
    assert_type(convpool.pool_gradient(images, np.ones((2, 3, 3, 3), dtype=np.float32), 2), Array)


def windows() -> None:
    """Views of windows, and their adjoint."""
    view = convpool.window_view(images, 3)
    assert_type(view, Array)
    assert_type(convpool.fold(view, (6, 7)), Array)
    rows, columns = convpool.halo((6, 7), 3, (slice(0, 2), slice(0, 2)))
    assert_type(rows.start, int)
    assert_type(columns.before, int)


def plans() -> int:
    """Plans print themselves and run."""
    plan = convpool.plan_convolution(
        images.shape, kernels.shape, images_dtype=np.float32, kernels_dtype=np.float32
    )
    assert_type(plan.run(images, kernels), Array)
    row = convpool.part(plan, [slice(0, 1), slice(0, 2), slice(0, 7), slice(0, 4)])
    assert_type(row.run(row.read(images), plan.check_operands(kernels)), Array)
    transposed = convpool.plan_transposed((2, 6, 7, 4), kernels.shape)
    pooling = convpool.plan_pooling(images.shape, 2)
    every: list[Plan] = [plan, transposed, pooling]
    return len([str(each) for each in every])


def the_rest() -> None:
    """Explanations, the brief's seven, settings."""
    explanation = convpool.explain(photo[..., 0], filters.box(3))
    assert_type(len(explanation), int)
    assert_type(
        course.convolve(images, kernels, padding="same", stride=(1, 1)), NDArray[np.float64]
    )
    assert_type(course.pool(images, (2, 2), (2, 2), mode="avg"), NDArray[np.float64])
    convpool.set_num_threads(1)
    with convpool.threads(2):
        convpool.show_config()
    assert_type(convpool.__version__, str)
