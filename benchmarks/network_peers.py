"""PyTorch, ONNX Runtime, OpenVINO and JAX: each function prepares a row, as peers.py says.

m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw stride, oh x ow
output.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from harness import Prepared
from rows import Row


def channels_first(images: np.ndarray) -> np.ndarray:
    """Return images with channels first."""
    return np.ascontiguousarray(np.moveaxis(images, -1, 1))


def as_batch(row: Row, images: np.ndarray) -> np.ndarray:
    """Return images as (m, h, w, c); a picture is a batch of one."""
    return images[None] if row.kind == "filter" else images


def kernels_and_groups(row: Row, kernels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return kernels (kh, kw, c // groups, nc) and groups; a filter is a kernel per channel."""
    if row.kind != "filter":
        return kernels, row.groups
    return np.repeat(kernels[:, :, None, None], row.channels, axis=-1), row.channels


# ---- PyTorch ----


def torch_images(
    row: Row, images: np.ndarray, threads: int, last: bool
) -> tuple[Any, Callable, Callable]:
    """Return (torch, what makes its images, what converts them to the result's dtype)."""
    import torch

    torch.set_num_threads(threads)
    form = torch.channels_last if last else torch.contiguous_format
    dtype = getattr(torch, row.float_dtype.name)
    planes = torch.from_numpy(as_batch(row, images)).permute(0, 3, 1, 2)
    return torch, lambda: planes.contiguous(memory_format=form), lambda images: images.to(dtype)


def torch_channels_last(row: Row, result: Any) -> np.ndarray:
    """Return a result with channels last; if it lies so in memory, nothing moves."""
    return result.permute(0, 2, 3, 1).contiguous().numpy().reshape(row.output)


def torch_convolve(
    row: Row, images: np.ndarray, kernels: np.ndarray, threads: int, last: bool = False
) -> Prepared:
    """Convolve with conv2d; pictures are reflected by pad."""
    torch, make_planes, convert = torch_images(row, images, threads, last)
    held = make_planes()
    weights, groups = kernels_and_groups(row, kernels)
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
            planes,
            weights,
            stride=row.stride,
            padding=zeros,
            dilation=row.dilation,
            groups=groups,
        )

    return Prepared(
        call, functools.partial(torch_channels_last, row), None if last else make_planes
    )


def torch_pool(
    row: Row, images: np.ndarray, kernels: None, threads: int, last: bool = False
) -> Prepared:
    """Pool; the minimum is the negated maximum of the negated images."""
    torch, make_planes, convert = torch_images(row, images, threads, last)
    held = make_planes()
    functions = {
        "max": torch.nn.functional.max_pool2d,
        "avg": torch.nn.functional.avg_pool2d,
        "min": lambda planes, *words: -torch.nn.functional.max_pool2d(-planes, *words),
    }

    @torch.inference_mode()
    def call() -> Any:
        return functions[row.mode](convert(held), row.window, row.stride)

    return Prepared(
        call, functools.partial(torch_channels_last, row), None if last else make_planes
    )


def has_several_planes(row: Row) -> bool:
    """Whether channels last differs from channels first."""
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
        weights, groups = kernels_and_groups(row, kernels)
        constants.append(
            numpy_helper.from_array(np.ascontiguousarray(weights.transpose(3, 2, 0, 1)), "weights")
        )
        pads = [ph, pw] * 2 if row.kind == "convolve" else [0] * 4
        words = {"strides": row.stride, "dilations": row.dilation}
        add("Conv", "weights", pads=pads, group=groups, **words)
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


def channels_last(row: Row, result: Any) -> np.ndarray:
    """Return a result with channels first as a new array with channels last."""
    return np.ascontiguousarray(np.moveaxis(np.asarray(result), 1, -1)).reshape(row.output)


def allocate_result(row: Row) -> np.ndarray:
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
    make_planes = functools.partial(channels_first, as_batch(row, images))
    held = onnxruntime.OrtValue.ortvalue_from_numpy(make_planes())
    name = session.get_outputs()[0].name

    def call() -> np.ndarray:
        result, binding = allocate_result(row), session.io_binding()
        binding.bind_ortvalue_input("images", held)
        binding.bind_output(name, "cpu", 0, np.float32, result.shape, result.ctypes.data)
        session.run_with_iobinding(binding)
        return result

    return Prepared(call, functools.partial(channels_last, row), make_planes)


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
    make_planes = functools.partial(channels_first, as_batch(row, images))
    held = make_planes()  # the tensor does not keep it
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(held, shared_memory=True))

    def call() -> np.ndarray:
        result = allocate_result(row)
        request.set_output_tensor(openvino.Tensor(result, shared_memory=True))
        request.infer()
        return result

    return Prepared(call, functools.partial(channels_last, row), lambda: (make_planes(), held)[0])


def is_float32(row: Row) -> bool:
    """Whether the row is computed in float32."""
    return row.float_dtype == np.float32


# ---- JAX ----


def jax_convolve(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Convolve with channels last, compiled with constant kernels."""
    import jax

    weights, groups = kernels_and_groups(row, kernels)
    (ph, pw), reflected = row.padding, row.kind == "filter"
    sides = ((0, 0), (0, 0)) if reflected else ((ph, ph), (pw, pw))

    def compute(images: Any) -> Any:
        images = images.astype(row.float_dtype)
        if reflected:
            images = jax.numpy.pad(images, ((0, 0), (ph, ph), (pw, pw), (0, 0)), mode="reflect")
        return jax.lax.conv_general_dilated(
            images,
            weights,
            row.stride,
            sides,
            rhs_dilation=row.dilation,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
            precision=jax.lax.Precision.HIGHEST,
        )

    return jax_compile(row, images, compute)


def jax_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """Reduce windows with channels last."""
    import jax

    name, first = {"max": ("max", -np.inf), "min": ("min", np.inf), "avg": ("add", 0)}[row.mode]
    window, stride = (1, *row.window, 1), (1, *row.stride, 1)
    combine = getattr(jax.lax, name)
    taps = row.float_dtype.type(np.prod(row.window))

    def compute(images: Any) -> Any:
        images = images.astype(row.float_dtype)
        result = jax.lax.reduce_window(
            images, row.float_dtype.type(first), combine, window, stride, "VALID"
        )
        return result / taps if row.mode == "avg" else result

    return jax_compile(row, images, compute)


def jax_compile(row: Row, images: np.ndarray, compute: Callable[[Any], Any]) -> Prepared:
    """Compile; the call waits for its result."""
    import jax

    held = jax.device_put(as_batch(row, images))
    compiled = jax.jit(compute).lower(held).compile()
    return Prepared(
        lambda: compiled(held).block_until_ready(),
        lambda result: np.asarray(result).reshape(row.output),
    )


def has_bearable_kernel(row: Row) -> bool:
    """Whether the kernel is small enough for a direct sum within minutes."""
    return math.prod(row.window) <= 1000
