"""Working memory and Python steps do not grow with the taps."""

import functools
import tracemalloc

import numpy as np
import pytest

import convpool
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.pool_modes import POOL_MODES
from support.arrays import numbers
from support.engines import refusals

MIB = 2**20
# transforms need memory of their own, which test_fourier.py watches
ENGINES = [name for name in ("numpy", "compiled") if refusals(np.float32)[name] is None]


def peak(call):
    """Return the result and the greatest memory in use during a call, beyond what was there and
    the result.
    """
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    result = call()
    most = tracemalloc.get_traced_memory()[1] - before - result.nbytes
    tracemalloc.stop()
    return result, most


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("window", [(1, 1), (3, 3), (15, 15), (300, 1), (256, 256)])
def test_convolution_needs_no_windows_of_the_whole_input(window, engine):
    image = np.ones(
        (1, 400, 400, 1)
    )  # 1.2 MiB; all its windows at once would be 260 MiB at 15 x 15
    kernels = np.ones((*window, 1, 1))
    convpool.convolve(
        image[:, : window[0]], kernels, "valid", engine=engine
    )  # compiling takes memory
    result, most = peak(lambda: convpool.convolve(image, kernels, "valid", engine=engine))
    np.testing.assert_allclose(result, window[0] * window[1])
    assert most < 24 * MIB


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("nc", [2, 16])
def test_a_batch_needs_no_copy_of_it(engine, nc):
    images, kernels = np.ones((200, 128, 128, 3), np.uint8), np.ones((3, 3, 3, nc), np.int8)
    convpool.convolve(images[:2], kernels, engine=engine)
    _, most = peak(lambda: convpool.convolve(images, kernels, engine=engine))
    assert most < 24 * MIB  # a float32 copy would be 38


@pytest.mark.parametrize(
    ("values", "kernels"),
    [((50, 64, 64, 4), (9, 9, 2, 4)), ((1024, 16, 16, 1), (16, 16, 1, 1))],  # few and many images
)
def test_transposed_convolution_needs_few_products(values, kernels):
    values, kernels = np.ones(values), np.ones(kernels)
    call = functools.partial(convpool.convolve_transpose, values, kernels, engine="numpy")
    _, most = peak(call)
    assert most < 24 * MIB


@pytest.mark.parametrize(
    ("shape", "nc"), [((16, 56, 56, 64), 64), ((8, 7, 7, 512), 512), ((64, 28, 28, 1), 6)]
)
def test_the_gradient_of_kernels_takes_no_windows_of_the_batch(shape, nc):
    x, g = np.ones(shape, np.float32), np.ones((*shape[:-1], nc), np.float32)
    w = np.ones((3, 3, shape[-1], nc), np.float32)
    result, most = peak(lambda: convpool.convolve_gradients(x, w, g, want=["kernels"]).kernels)
    assert result[1, 1, 0, 0] == np.prod(shape[:-1])
    assert most < 32 * MIB


@pytest.mark.parametrize("mode", ["avg", "max"])
def test_a_window_as_large_as_the_image_costs_a_pass_or_two(mode):
    image = np.ones((1, 4096, 4096, 1), np.float32)
    result, most = peak(lambda: convpool.pool(image, 4096, mode=mode))
    assert result.item() == 1
    assert most < 64 * MIB


def test_a_kernel_as_large_as_the_image_takes_few_steps(monkeypatch):
    steps = []
    gather = numpy_convolution.gather
    monkeypatch.setattr(
        numpy_convolution, "gather", lambda *words: steps.append(1) or gather(*words)
    )
    image, kernel = np.ones((1, 1024, 1024, 1)), np.ones((1024, 1024, 1, 1))
    result, most = peak(lambda: convpool.convolve(image, kernel, "valid", engine="numpy"))
    assert result.item() == 2**20
    assert len(steps) < 20  # not one for each of a million taps
    assert most < 8 * MIB + kernel.nbytes  # the kernel is laid out anew


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", ["max", "avg"])
@pytest.mark.parametrize("kind", ["uint8", "float64"])
def test_pooling_of_volumes_takes_no_more_than_its_plan_says(kind, mode, engine):
    volumes = numbers((2, 9, 300, 400, 1), kind)
    plan = convpool.plan_pooling(
        volumes.shape, (3, 2, 5), (1, 1, 1), mode, images_dtype=kind, engine=engine
    )
    out = np.empty(plan.output_shape, plan.dtype)
    _, most = peak(lambda: plan.run(volumes, out=out))
    assert most + out.nbytes <= plan.scratch


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 1)])
@pytest.mark.parametrize("mode", POOL_MODES)
def test_pooling_in_tiles_takes_no_more_than_asked_for(mode, window, stride, engine):
    side = 300 if mode == "median" else 1500
    images = np.ones((2, side, side, 3), np.uint8)
    plan = convpool.plan_pooling(images.shape, window, stride, mode, images_dtype=images.dtype)
    if plan.refusals()[engine]:
        pytest.skip(plan.refusals()[engine])
    out = np.empty(plan.output_shape, plan.dtype)
    words = {"mode": mode, "engine": engine, "max_memory": "10MB"}
    convpool.pool(
        images[:, :20], window, stride, **words
    )  # what is imported and compiled takes memory
    _, most = peak(lambda: convpool.pool(images, window, stride, out=out, **words))
    assert most + out.nbytes < 10e6


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("nc", [1, 2, 8, 64])
def test_convolution_in_tiles_takes_no_more_than_asked_for(nc, engine):
    images, kernels = np.ones((3, 300, 300, 3), np.float32), np.ones((3, 3, 3, nc), np.float32)
    out = np.empty((3, 300, 300, nc), np.float32)
    words = {"engine": engine, "max_memory": "8MB"}
    convpool.convolve(images[:, :20], kernels, **words)
    _, most = peak(lambda: convpool.convolve(images, kernels, out=out, **words))
    assert most + out.nbytes < 8e6
