"""The other libraries: for each, a small function that prepares a row, and which rows it can do.

A function gets (row, images, kernels, threads) in the process that will run it, and returns a
Prepared: what is built and laid out beforehand is not timed; conversions of an integer row's dtype
are, inside the call. Channels are moved beforehand, and the result's back afterwards; `layout` says
what that took.

m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw stride, oh x ow
output. To add a peer: one function for each kind that it can do, one entry in PEERS.
"""

from __future__ import annotations

import functools
import importlib.metadata
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rows import SIGMA, Row


def as_it_is(result: Any) -> np.ndarray:
    """Return a result that already is an array with channels last."""
    return np.asarray(result)


def channels_last(result: Any) -> np.ndarray:
    """Return a result with channels first as a new array with channels last."""
    return np.ascontiguousarray(np.moveaxis(np.asarray(result), 1, -1))


def channels_first(images: np.ndarray) -> np.ndarray:
    """Return images with channels first."""
    return np.ascontiguousarray(np.moveaxis(images, -1, 1))


@dataclass
class Prepared:
    """What a contender holds for a row.

    call : what is timed; the result is new memory
    leave : the call's result -> an array with channels last
    enter : what was done to the images beforehand, None where nothing was
    """

    call: Callable[[], Any]
    leave: Callable[[Any], np.ndarray] = as_it_is
    enter: Callable[[], Any] | None = None

    def layout(self, turns: int = 3) -> float:
        """Return the least seconds that moving the channels of images and result takes."""
        if self.enter is None:
            return 0.0
        result, seconds = self.call(), []
        for _ in range(turns):
            start = time.perf_counter()
            self.enter()
            self.leave(result)
            seconds.append(time.perf_counter() - start)
        return min(seconds)


@dataclass(frozen=True)
class Peer:
    """A contender: the distribution that brings it, and how it does each kind of row that it can.

    special : made for some kernels only; printed, but not the fastest peer
    """

    package: str
    kinds: dict[str, tuple[Callable[[Row], bool], Callable[..., Prepared]]] = field(
        default_factory=dict
    )
    special: bool = False

    def can(self, row: Row) -> bool:
        """Whether it can do the row."""
        return row.kind in self.kinds and self.kinds[row.kind][0](row)

    @property
    def version(self) -> str | None:
        """The version that is installed, None if none is."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return None


def batch(row: Row, images: np.ndarray) -> np.ndarray:
    """Return images as (m, h, w, c); a picture is one image."""
    return images[None] if row.kind == "filter" else images


def per_channel(row: Row, kernels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return kernels (kh, kw, c // groups, nc) and groups; a filter is a kernel per channel."""
    if row.kind != "filter":
        return kernels, row.groups
    return np.repeat(kernels[:, :, None, None], row.channels, axis=-1), row.channels


def any_row(row: Row) -> bool:
    """It can do every row of the kind."""
    return True


# ---- PyTorch ----


def torch_images(
    row: Row, images: np.ndarray, threads: int, last: bool
) -> tuple[Any, Callable, Callable]:
    """Return the library, a maker of its images, and their conversion to the result's dtype."""
    import torch

    torch.set_num_threads(threads)
    form = torch.channels_last if last else torch.contiguous_format
    wanted = getattr(torch, row.computed.name)
    planes = torch.from_numpy(batch(row, images)).permute(0, 3, 1, 2)
    return torch, lambda: planes.contiguous(memory_format=form), lambda held: held.to(wanted)


def torch_leave(row: Row, last: bool) -> dict[str, Any]:
    """Say how a result goes back: with channels last in memory, nothing moves."""

    def leave(result: Any) -> np.ndarray:
        return result.permute(0, 2, 3, 1).contiguous().numpy().reshape(row.output)

    return leave


def torch_sums(
    row: Row, images: np.ndarray, kernels: np.ndarray, threads: int, last: bool = False
) -> Prepared:
    """Convolve with conv2d; pictures are reflected by pad."""
    torch, enter, convert = torch_images(row, images, threads, last)
    held = enter()
    weights, groups = per_channel(row, kernels)
    weights = torch.from_numpy(weights).permute(3, 2, 0, 1)
    weights = weights.contiguous(
        memory_format=torch.channels_last if last else torch.contiguous_format
    )
    (ph, pw), zeros = row.padding, row.padding if row.kind == "convolve" else 0

    @torch.inference_mode()
    def call() -> Any:
        planes = convert(held)
        if row.kind == "filter":
            planes = torch.nn.functional.pad(planes, (pw, pw, ph, ph), mode="reflect")
        return torch.nn.functional.conv2d(
            planes, weights, stride=row.stride, padding=zeros, groups=groups
        )

    return Prepared(call, torch_leave(row, last), None if last else enter)


def torch_pool(
    row: Row, images: np.ndarray, kernels: None, threads: int, last: bool = False
) -> Prepared:
    """Pool; the least is what is left of the greatest of the negated."""
    torch, enter, convert = torch_images(row, images, threads, last)
    held = enter()
    functions = {
        "max": torch.nn.functional.max_pool2d,
        "avg": torch.nn.functional.avg_pool2d,
        "min": lambda planes, *words: -torch.nn.functional.max_pool2d(-planes, *words),
    }

    @torch.inference_mode()
    def call() -> Any:
        return functions[row.mode](convert(held), row.window, row.stride)

    return Prepared(call, torch_leave(row, last), None if last else enter)


def several(row: Row) -> bool:
    """Channels last differs from channels first."""
    return row.channels > 1 or row.kernels > 1


# ---- ONNX Runtime and OpenVINO: one model for both ----


def make_model(row: Row, kernels: np.ndarray | None) -> bytes:
    """Return the row as an ONNX model with constant weights, channels first."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    *_, h, w, c = row.images
    oh, ow, nc = row.output[-3:]
    m = 1 if row.kind == "filter" else row.images[0]
    (ph, pw), constants, nodes, name = row.padding, [], [], "images"

    def add(kind: str, *more: str, **words: Any) -> None:
        nonlocal name
        nodes.append(helper.make_node(kind, [name, *more], [f"{kind}{len(nodes)}"], **words))
        name = nodes[-1].output[0]

    if row.dtype == "uint8":
        add("Cast", to=TensorProto.FLOAT)
    if row.kind == "filter":
        constants.append(numpy_helper.from_array(np.array([0, 0, ph, pw] * 2), "sides"))
        add("Pad", "sides", mode="reflect")
    if row.kind == "pool":
        words = {"kernel_shape": row.window, "strides": row.stride}
        if row.mode == "min":
            add("Neg")
        add("AveragePool" if row.mode == "avg" else "MaxPool", **words)
        if row.mode == "min":
            add("Neg")
    else:
        weights, groups = per_channel(row, kernels)
        constants.append(
            numpy_helper.from_array(np.ascontiguousarray(weights.transpose(3, 2, 0, 1)), "weights")
        )
        pads = [ph, pw] * 2 if row.kind == "convolve" else [0] * 4
        add("Conv", "weights", strides=row.stride, pads=pads, group=groups)
    entering = TensorProto.UINT8 if row.dtype == "uint8" else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "row",
        [helper.make_tensor_value_info("images", entering, (m, c, h, w))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, (m, nc, oh, ow))],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def first_leave(row: Row) -> Callable[[Any], np.ndarray]:
    """Return what brings a result with channels first back."""
    return lambda result: channels_last(result).reshape(row.output)


def new_result(row: Row) -> np.ndarray:
    """Return new memory for a result with channels first."""
    oh, ow, nc = row.output[-3:]
    return np.empty((1 if row.kind == "filter" else row.output[0], nc, oh, ow), np.float32)


def onnxruntime_row(
    row: Row, images: np.ndarray, kernels: np.ndarray | None, threads: int
) -> Prepared:
    """Run a session, whose result goes straight to new memory; its threads do not spin."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    model = make_model(row, kernels)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    enter = functools.partial(channels_first, batch(row, images))
    held = onnxruntime.OrtValue.ortvalue_from_numpy(enter())
    name = session.get_outputs()[0].name

    def call() -> np.ndarray:
        result, binding = new_result(row), session.io_binding()
        binding.bind_ortvalue_input("images", held)
        binding.bind_output(name, "cpu", 0, np.float32, result.shape, result.ctypes.data)
        session.run_with_iobinding(binding)
        return result

    return Prepared(call, first_leave(row), enter)


def openvino_row(
    row: Row, images: np.ndarray, kernels: np.ndarray | None, threads: int
) -> Prepared:
    """Run a compiled model in float32, whose result goes straight to new memory."""
    import openvino

    core = openvino.Core()
    words = {
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
    }
    compiled = core.compile_model(core.read_model(make_model(row, kernels)), "CPU", words)
    enter = functools.partial(channels_first, batch(row, images))
    held = enter()  # the tensor does not keep it
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(held, shared_memory=True))

    def call() -> np.ndarray:
        result = new_result(row)
        request.set_output_tensor(openvino.Tensor(result, shared_memory=True))
        request.infer()
        return result

    return Prepared(call, first_leave(row), lambda: (enter(), held)[0])


def in_float32(row: Row) -> bool:
    """Its kernels are float32 only."""
    return row.computed == np.float32


# ---- JAX ----


def jax_sums(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Convolve with channels last, compiled with constant kernels."""
    import jax

    weights, groups = per_channel(row, kernels)
    (ph, pw), reflected = row.padding, row.kind == "filter"
    sides = ((0, 0), (0, 0)) if reflected else ((ph, ph), (pw, pw))

    def compute(images: Any) -> Any:
        images = images.astype(row.computed)
        if reflected:
            images = jax.numpy.pad(images, ((0, 0), (ph, ph), (pw, pw), (0, 0)), mode="reflect")
        return jax.lax.conv_general_dilated(
            images,
            weights,
            row.stride,
            sides,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
            precision=jax.lax.Precision.HIGHEST,
        )

    return jax_prepared(row, images, compute)


def jax_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """Reduce windows with channels last."""
    import jax

    name, first = {"max": ("max", -np.inf), "min": ("min", np.inf), "avg": ("add", 0)}[row.mode]
    window, stride = (1, *row.window, 1), (1, *row.stride, 1)
    combine = getattr(jax.lax, name)
    taps = row.computed.type(np.prod(row.window))

    def compute(images: Any) -> Any:
        images = images.astype(row.computed)
        result = jax.lax.reduce_window(
            images, row.computed.type(first), combine, window, stride, "VALID"
        )
        return result / taps if row.mode == "avg" else result

    return jax_prepared(row, images, compute)


def jax_prepared(row: Row, images: np.ndarray, compute: Callable[[Any], Any]) -> Prepared:
    """Compile; the call waits for its result."""
    import jax

    held = jax.device_put(batch(row, images))
    compiled = jax.jit(compute).lower(held).compile()
    return Prepared(
        lambda: compiled(held).block_until_ready(),
        lambda result: np.asarray(result).reshape(row.output),
    )


# ---- OpenCV ----


def opencv_filter(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """Filter with filter2D, which reads uint8 and writes float32 at once."""
    import cv2

    cv2.setNumThreads(threads)
    return Prepared(
        lambda: cv2.filter2D(images, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)
    )


def opencv_special(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """GaussianBlur (or sepFilter2D, uint8 to float32), Sobel, boxFilter: each for its kernel."""
    import cv2

    cv2.setNumThreads(threads)
    border = {"borderType": cv2.BORDER_REFLECT_101}
    taps = cv2.getGaussianKernel(5, SIGMA)
    calls = {
        "gaussian": lambda: (
            cv2.GaussianBlur(images, (5, 5), SIGMA, sigmaY=SIGMA, **border)
            if row.dtype == "float32"
            else cv2.sepFilter2D(images, cv2.CV_32F, taps, taps, **border)
        ),
        "sobel-x": lambda: cv2.Sobel(images, cv2.CV_32F, 1, 0, ksize=3, **border),
        "box": lambda: cv2.boxFilter(images, cv2.CV_32F, (15, 15), **border),
    }
    return Prepared(calls[row.named])


def opencv_sums(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Filter image by image; 'valid' and strides are cut out of the whole result."""
    import cv2

    cv2.setNumThreads(threads)
    (ph, pw), (kh, kw), (sh, sw) = row.padding, row.window, row.stride
    depth = cv2.CV_64F if row.dtype == "float64" else cv2.CV_32F
    kernel = np.ascontiguousarray(kernels[..., 0, 0])
    top, left = kh // 2 - ph, kw // 2 - pw
    cut = np.s_[max(top, 0) : -max(top, 0) or None : sh, max(left, 0) : -max(left, 0) or None : sw]
    above, beside = max(-top, 0), max(-left, 0)
    zeros = cv2.BORDER_CONSTANT

    def call() -> np.ndarray:
        result = np.empty(row.output, row.computed)
        for image, place in zip(images[..., 0], result[..., 0], strict=True):
            if above or beside:
                image = cv2.copyMakeBorder(image, above, above, beside, beside, zeros, value=0)
            place[...] = cv2.filter2D(image, depth, kernel, borderType=zeros)[cut]
        return result

    return Prepared(call)


def opencv_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """Halve with resize: its INTER_AREA is the mean of 2x2 pixels."""
    import cv2

    cv2.setNumThreads(threads)
    _, oh, ow, _ = row.output

    def call() -> np.ndarray:
        result = np.empty(row.output, row.computed)
        for image, place in zip(images, result, strict=True):
            cv2.resize(
                image.astype(row.computed, copy=False),
                (ow, oh),
                place,
                interpolation=cv2.INTER_AREA,
            )
        return result

    return Prepared(call)


def one_kernel(row: Row) -> bool:
    """One channel and one kernel."""
    return row.channels == row.kernels == 1


def bearable(row: Row) -> bool:
    """A kernel whose products it does not sum for minutes."""
    return row.window[0] * row.window[1] <= 1000


def one_bearable(row: Row) -> bool:
    """One channel and one kernel that is not too large."""
    return one_kernel(row) and bearable(row)


def halves_colours(row: Row) -> bool:
    """The mean of 2x2 pixels of at most four channels."""
    return (row.mode, row.window, row.stride) == ("avg", (2, 2), (2, 2)) and row.channels <= 4


# ---- SciPy ----


def zeros_round(row: Row, images: np.ndarray) -> np.ndarray:
    """Return images (m, h, w, c) in the dtype of the result, with zeros round them."""
    images = images.astype(row.computed, copy=False)
    (ph, pw) = row.padding
    return np.pad(images, ((0, 0), (ph, ph), (pw, pw), (0, 0))) if ph or pw else images


def ndimage_sums(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Filter the whole stack with correlate; valid and stride are cut out of more."""
    from scipy import ndimage

    (ph, pw), (kh, kw), (sh, sw) = row.padding, row.window, row.stride
    beyond = ph > kh // 2 or pw > kw // 2
    top, left = (0 if beyond else kh // 2 - ph), (0 if beyond else kw // 2 - pw)
    top, left = (kh // 2, kw // 2) if beyond else (top, left)
    cut = np.s_[:, top : -top or None : sh, left : -left or None : sw]

    def call() -> np.ndarray:
        stack = zeros_round(row, images) if beyond else images
        sums = ndimage.correlate(
            stack[..., 0], kernels[None, ..., 0, 0], row.computed, mode="constant"
        )
        return sums[cut][..., None]

    return Prepared(call)


def ndimage_filter(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """Filter each channel with correlate."""
    from scipy import ndimage

    def call() -> np.ndarray:
        result = np.empty(row.output, row.computed)
        for channel in range(row.channels):
            ndimage.correlate(images[..., channel], kernel, result[..., channel], mode="mirror")
        return result

    return Prepared(call)


def ndimage_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """A filter of the same size, of which every so many results are kept."""
    from scipy import ndimage

    name = {"max": "maximum_filter", "min": "minimum_filter", "avg": "uniform_filter"}[row.mode]
    size = (1, *row.window, 1)
    _, oh, ow, _ = row.output
    (kh, kw), (sh, sw) = row.window, row.stride
    rows, columns = slice(kh // 2, kh // 2 + oh * sh, sh), slice(kw // 2, kw // 2 + ow * sw, sw)

    def call() -> np.ndarray:
        return getattr(ndimage, name)(images, size, output=row.computed)[:, rows, columns]

    return Prepared(call)


def signal_sums(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Sum with correlate, directly; with oaconvolve and the kernel turned where it is large."""
    from scipy import signal

    (sh, sw) = row.stride

    def correlate(stack: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        if kernel.size <= LARGE:
            return signal.correlate(stack, kernel, "valid", method="direct")
        return signal.oaconvolve(stack, kernel[:, ::-1, ::-1, ::-1], "valid")

    def call() -> np.ndarray:
        stack = zeros_round(row, images)
        sums = [correlate(stack, kernels[None, ..., k])[:, ::sh, ::sw] for k in range(row.kernels)]
        return sums[0] if len(sums) == 1 else np.concatenate(sums, axis=-1)

    return Prepared(call)


LARGE = 300  # taps, from which SciPy is faster by Fourier transforms


def few(row: Row) -> bool:
    """A few channels and kernels, each summed over all channels."""
    return row.channels <= 3 and row.kernels <= 3 and row.groups == 1


# ---- scikit-image ----


def skimage_filter(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """filters.gaussian where it is that; correlate_sparse on each channel for the others."""
    from skimage import filters

    words = {
        "sigma": SIGMA,
        "truncate": 2 / SIGMA,
        "mode": "mirror",
        "channel_axis": -1,
        "preserve_range": True,
    }

    def call() -> np.ndarray:
        pixels = images.astype(row.computed, copy=False)
        if row.named == "gaussian":
            return filters.gaussian(pixels, **words)
        result = np.empty(row.output, row.computed)
        for channel in range(row.channels):
            result[..., channel] = filters.correlate_sparse(
                pixels[..., channel], kernel, mode="mirror"
            )
        return result

    return Prepared(call)


def skimage_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """measure.block_reduce: blocks that do not overlap."""
    from skimage.measure import block_reduce

    combine, block = {"max": np.max, "min": np.min, "avg": np.mean}[row.mode], (1, *row.window, 1)
    return Prepared(lambda: block_reduce(images.astype(row.computed, copy=False), block, combine))


def blocks(row: Row) -> bool:
    """Windows that do not overlap."""
    return row.window == row.stride


def torch_kinds(last: bool) -> dict[str, tuple]:
    """Return PyTorch's functions, for channels first or last in memory."""
    can = several if last else any_row
    sums, pool = functools.partial(torch_sums, last=last), functools.partial(torch_pool, last=last)
    return {"convolve": (can, sums), "filter": (can, sums), "pool": (can, pool)}


def every_kind(can: Callable[[Row], bool], prepare: Callable[..., Prepared]) -> dict[str, tuple]:
    """Return one function for every kind."""
    return dict.fromkeys(("convolve", "filter", "pool"), (can, prepare))


# name -> what it is; names are those of the bars in rows.py
PEERS = {
    "PyTorch": Peer("torch", torch_kinds(last=False)),
    "PyTorch channels-last": Peer("torch", torch_kinds(last=True)),
    "ONNX Runtime": Peer("onnxruntime", every_kind(in_float32, onnxruntime_row)),
    "OpenVINO": Peer("openvino", every_kind(in_float32, openvino_row)),
    "JAX": Peer(
        "jax",
        {
            "convolve": (bearable, jax_sums),
            "filter": (any_row, jax_sums),
            "pool": (any_row, jax_pool),
        },
    ),
    "OpenCV": Peer(
        "opencv-python-headless",
        {
            "convolve": (one_kernel, opencv_sums),
            "filter": (any_row, opencv_filter),
            "pool": (halves_colours, opencv_pool),
        },
    ),
    "OpenCV special": Peer(
        "opencv-python-headless", {"filter": (any_row, opencv_special)}, special=True
    ),
    "SciPy ndimage": Peer(
        "scipy",
        {
            "convolve": (one_bearable, ndimage_sums),
            "filter": (any_row, ndimage_filter),
            "pool": (any_row, ndimage_pool),
        },
    ),
    "SciPy signal": Peer("scipy", {"convolve": (few, signal_sums)}),
    "scikit-image": Peer(
        "scikit-image", {"filter": (any_row, skimage_filter), "pool": (blocks, skimage_pool)}
    ),
}


def environment(threads: int) -> dict[str, str]:
    """Return every contender's variables: this many threads, none spinning, no short cuts."""
    count = str(threads)
    names = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "CONVPOOL", "NUMBA", "BLIS")
    return {
        **{f"{name}_NUM_THREADS": count for name in names},
        "OMP_WAIT_POLICY": "passive",
        "GOMP_SPINCOUNT": "0",
        "KMP_BLOCKTIME": "0",
        "OPENBLAS_THREAD_TIMEOUT": "4",  # the shortest
        "NPROC": count,  # JAX
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}",
        "JAX_PLATFORMS": "cpu",
        "JAX_ENABLE_X64": "1",
        "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT",
    }
