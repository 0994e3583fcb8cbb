"""Arrays and dtypes of other libraries: read, or refused with advice that is followed here."""

import re
from functools import partial

import numpy as np
import pytest
from scipy import sparse

import convpool

PICTURE = np.arange(30.0, dtype=np.float32).reshape(5, 6)
IMAGES = PICTURE[None, ..., None]
KERNELS = np.ones((3, 3, 1, 1), np.float32)
WORDS = [{}, {"max_memory": "1MB"}]


class Tensor:
    """Like a tensor of PyTorch, which NumPy reads if it lies in the CPU's memory and has no
    gradient.
    """

    def __init__(self, values, *, grad=False, device="cpu", dense=True, dtype="torch.float32"):
        self.values, self.requires_grad, self.is_sparse = values, grad, not dense
        self.device = type("device", (), {"type": device})()
        self.dtype = dtype
        self.state = {"grad": grad, "device": device, "dense": dense, "dtype": dtype}

    @property
    def shape(self):
        return self.values.shape

    def __getitem__(self, index):
        return self._with(values=self.values[index])

    def __setitem__(self, index, values):
        self.values[index] = values

    def _with(self, values=None, **state):
        return Tensor(self.values if values is None else values, **{**self.state, **state})

    def detach(self):
        return self._with(grad=False)

    def cpu(self):
        return self._with(device="cpu")

    def to_dense(self):
        return self._with(dense=True)

    def float(self):
        return self._with(dtype="torch.float32")

    def numpy(self):
        if self.state != {"grad": False, "device": "cpu", "dense": True, "dtype": "torch.float32"}:
            raise RuntimeError("Can't call numpy() on Tensor that is " + str(self.state))
        return self.values

    def __array__(self, dtype=None, copy=None):
        return self.numpy()


class OnlyDLPack:
    """What has no way to NumPy but the exchange of DLPack."""

    def __init__(self, values, error=None):
        self.values, self.error = values, error

    def __dlpack__(self, **words):
        if self.error:
            raise self.error
        return self.values.__dlpack__()

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


def advice(call, **values):
    """Return what the error of a call says to pass, evaluated."""
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    return eval(re.search(r"pass (.*)$", str(caught.value))[1], {"np": np, **values})


@pytest.mark.parametrize("words", WORDS, ids=str)
@pytest.mark.parametrize(
    "state",
    [{"grad": True}, {"device": "cuda"}, {"dense": False}, {"dtype": "torch.bfloat16"}],
    ids=str,
)
def test_tensors_that_need_steps(state, words):
    both = {**state, "grad": True}
    for images in (Tensor(IMAGES, **state), Tensor(IMAGES, **both)):
        call = partial(convpool.convolve, kernels=KERNELS, **words)
        expected = convpool.convolve(IMAGES, KERNELS)
        np.testing.assert_array_equal(call(advice(partial(call, images), images=images)), expected)
    kernels = Tensor(KERNELS, **state)
    assert advice(lambda: convpool.convolve(IMAGES, kernels), kernels=kernels) is KERNELS


def test_a_plain_tensor_is_read():
    np.testing.assert_array_equal(
        convpool.pool(Tensor(IMAGES), (2, 2)), convpool.pool(IMAGES, (2, 2))
    )


@pytest.mark.parametrize("words", WORDS, ids=str)
def test_what_has_only_dlpack_is_read(words):
    actual = convpool.convolve(OnlyDLPack(IMAGES), OnlyDLPack(KERNELS), **words)
    np.testing.assert_array_equal(actual, convpool.convolve(IMAGES, KERNELS))
    broken = OnlyDLPack(IMAGES, BufferError("no way out of this device"))
    with pytest.raises(
        TypeError, match=r"images came as a OnlyDLPack that NumPy cannot read .no way out of this"
    ):
        convpool.pool(broken, (2, 2), **words)


@pytest.mark.parametrize("words", WORDS, ids=str)
@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.coo_array, sparse.lil_matrix])
def test_sparse_arrays(make, words):
    image, kernel = make(PICTURE), make(np.eye(3, dtype=np.float32))
    call = partial(convpool.filter_image, **words)
    dense = advice(lambda: call(image, np.eye(3, dtype=np.float32)), image=image)
    np.testing.assert_array_equal(dense, PICTURE)
    with pytest.raises(TypeError, match="kernel came as a sparse"):
        call(dense, kernel)
    with pytest.raises(
        TypeError, match=r"image came as a sparse .*, whose zeros convpool reads too"
    ):
        call(image, dense)


def test_sparse_chunks_of_dask():
    array = pytest.importorskip("dask.array")
    image = array.from_array(PICTURE, chunks=(5, 3)).map_blocks(sparse.coo_array)
    with pytest.raises(TypeError, match=r"image.map_blocks\(lambda chunk: chunk.toarray\(\)\)"):
        convpool.filter_image(image, np.eye(3)).compute()


def test_ragged_lists_say_what_came_in():
    with pytest.raises(
        ValueError, match=r"images came as a list that NumPy cannot read .*inhomogeneous shape"
    ):
        convpool.convolve([[[1], [2, 3]]], KERNELS)


@pytest.mark.parametrize("name", ["int4", "uint4", "float8_e5m2", "float8_e4m3fn"])
def test_dtypes_that_another_library_adds(name):
    added = np.dtype(getattr(pytest.importorskip("ml_dtypes"), name))
    images = (IMAGES % 4).astype(added)
    for words in WORDS:
        call = partial(convpool.convolve, kernels=KERNELS, **words)
        expected = call(images.astype(np.float32))
        np.testing.assert_array_equal(call(advice(partial(call, images), images=images)), expected)
    with pytest.raises(TypeError, match=f"kernels hold {name}"):
        convpool.convolve(IMAGES, KERNELS.astype(added))
    with pytest.raises(TypeError, match=f"images hold {name}"):
        convpool.pool(images, (2, 2))
    with pytest.raises(
        TypeError, match=f"dtype is {name}; it must be an integer, float or complex dtype of NumPy"
    ):
        convpool.convolve(IMAGES, KERNELS, dtype=added)
    with pytest.raises(
        TypeError, match=rf"images_dtype is {name}; .* to which astype\(np\.\w+\) leads"
    ):
        convpool.plan_convolution((1, 5, 5, 1), (3, 3, 1, 1), images_dtype=added)


def test_objects_and_texts_of_numbers():
    for images in (IMAGES.astype(object), (IMAGES % 7).astype(str), (IMAGES % 7).astype("S")):
        numbers = advice(lambda images=images: convpool.convolve(images, KERNELS), images=images)
        np.testing.assert_array_equal(numbers, images.astype(float))
    for images in (
        np.full((1, 5, 5, 1), None),
        np.full((1, 5, 5, 1), "a"),
        np.zeros((1, 5, 5, 1), "M8[s]"),
        None,
    ):
        with pytest.raises(TypeError, match=r"images hold .*, floats and complex numbers$"):
            convpool.convolve(images, KERNELS)


@pytest.mark.parametrize("call", [convpool.convolve, convpool.convolve_transpose])
@pytest.mark.parametrize(
    "value", ["wat", "i4,,", {"a": 1}, 3, object()], ids=["wat", "i4,,", "dict", "3", "object"]
)
def test_what_names_no_dtype(call, value):
    with pytest.raises(TypeError) as caught:
        call(IMAGES, KERNELS, dtype=value)
    text = f"dtype is {value!r}; it must name a dtype of NumPy, such as float32 or int64"
    assert str(caught.value) == text
    assert call(IMAGES, KERNELS, dtype="float32").dtype == np.float32


@pytest.mark.parametrize("value", [object, str, bool, "i4,f4", "U3", "M8[s]", "(2,)i4"])
def test_dtypes_of_no_sums(value):
    with pytest.raises(
        TypeError,
        match=r"dtype is .*; it must be an integer, float or complex dtype of NumPy, such as",
    ):
        convpool.convolve(IMAGES, KERNELS, dtype=value)


def test_out_of_another_library():
    out = Tensor(np.empty_like(IMAGES))
    for call in (
        partial(convpool.convolve, IMAGES, KERNELS),
        partial(convpool.pool, IMAGES, (3, 3), 1, padding=1),
    ):
        target = advice(partial(call, out=out), out=out)
        assert target is out.values  # the tensor has what is written there
        assert call(out=target) is target
