"""Gradients against PyTorch's: stored ones of a few calls, and where it is installed many more.

And against JAX's, where that is installed.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from convpool import (
    convolve,
    convolve_gradients,
    convolve_transpose,
    pool,
    pool_gradient,
)
from support import jax_gradients, torch_gradients
from support.torch_gradients import Case, operand

STORED = Path(__file__).parent / "data" / "torch_gradients.json"
CALLS = [
    (
        Case(kind, tuple(map(tuple, shapes)), words, seed),
        {
            name: np.reshape(np.array(array["numbers"], float), array["shape"])
            for name, array in arrays.items()
        },
    )
    for kind, shapes, words, seed, arrays in json.loads(STORED.read_text("utf-8"))["calls"]
]


def our_gradients(case, output_gradient):
    """Return our result and gradients of a call: name -> array, in PyTorch's order of axes."""
    images, words = torch_gradients.images(case), dict(case.words, channel_axis=1)
    if case.kind == "pool":
        result = pool(images, **words)
        return {"result": result, "images": pool_gradient(images, output_gradient, **words)}
    kernels, words["kernel_layout"] = operand(case.shapes[1], case.seed + 1), "OIHW"
    extra = words.pop("output_padding", None)
    if case.kind == "convolve":
        bias = operand(case.shapes[1][:1], case.seed + 2)
        gradients = convolve_gradients(images, kernels, output_gradient, **words)
        return {"result": convolve(images, kernels, bias=bias, **words), **gradients._asdict()}
    bias = operand((output_gradient.shape[1],), case.seed + 2)
    result = convolve_transpose(images, kernels, bias=bias, output_padding=extra, **words)
    # its gradients are those of its adjoint, with the operands' places changed
    counts = tuple(slice(0, size) for size in images.shape[2:])
    back = convolve(output_gradient, kernels, **words)[(..., *counts)]
    padded = np.zeros(convolve(output_gradient, kernels, **words).shape)
    padded[(..., *counts)] = images
    of_kernels = convolve_gradients(output_gradient, kernels, padded, want=["kernels"], **words)
    of_bias = output_gradient.sum(axis=(0, *range(2, images.ndim)))
    return {"result": result, "images": back, "kernels": of_kernels.kernels, "bias": of_bias}


def check(case, theirs):
    output_gradient = operand(theirs["result"].shape, case.seed + 3)
    ours = our_gradients(case, output_gradient)
    assert set(ours) == set(theirs) - {"output_gradient"}
    for name, array in ours.items():
        np.testing.assert_allclose(array, theirs[name], rtol=1e-8, atol=2e-9, err_msg=name)


@pytest.mark.parametrize(("case", "theirs"), CALLS, ids=[case.kind for case, _ in CALLS])
def test_stored_gradients_of_torch(case, theirs):
    check(case, theirs)


def test_stored_gradients_are_of_every_kind():
    assert {case.kind for case, _ in CALLS} == set(torch_gradients.KINDS)
    assert len(CALLS) == torch_gradients.STORED * len(torch_gradients.KINDS)


@pytest.mark.full
@pytest.mark.parametrize("kind", torch_gradients.KINDS)
def test_a_thousand_random_gradients_of_torch(kind):
    pytest.importorskip("torch")
    for case in torch_gradients.cases(kind, 1000, seed=1):
        try:
            check(case, torch_gradients.gradients(case))
        except AssertionError as error:
            raise AssertionError(f"{case}\n{error}") from None


@pytest.mark.full
@pytest.mark.parametrize("kind", ["convolve", "pool"])
def test_a_thousand_random_gradients_of_jax(kind):
    pytest.importorskip("jax")
    for case in torch_gradients.cases(kind, 1000, seed=2):
        if jax_gradients.is_taken(case):
            try:
                check(case, jax_gradients.gradients(case))
            except AssertionError as error:
                raise AssertionError(f"{case}\n{error}") from None
