"""The other libraries: for each, which rows it can do, and the function that prepares them.

A function gets (row, images, kernels, threads) in the process that will run it, and returns a
Prepared: what is built and converted beforehand is not timed; conversions of an integer row's dtype
are, inside the call. Channels are moved beforehand, and the result's back afterwards; the harness
takes the time of that apart. To add a peer: one function for each kind of row that it can do, in
network_peers.py or image_peers.py, and one entry in PEERS.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import image_peers as image
import network_peers as network
from harness import Prepared
from reports import find_version
from rows import Row


@dataclass(frozen=True)
class Peer:
    """A contender: the distribution that brings it, and how it does each kind of row that it can.

    is_special : made for some kernels only; printed, but not the fastest peer
    """

    package: str
    kinds: dict[str, tuple[Callable[[Row], bool], Callable[..., Prepared]]]
    is_special: bool = False

    def can(self, row: Row) -> bool:
        """Whether it can do the row."""
        return row.kind in self.kinds and self.kinds[row.kind][0](row)

    @property
    def version(self) -> str | None:
        """The version that is installed, None if none is."""
        return find_version(self.package)


def can_always(row: Row) -> bool:
    """Return True: the peer can do every row of the kind."""
    return True


def torch_kinds(last: bool) -> dict[str, tuple]:
    """Return PyTorch's functions, for channels first or last in memory."""
    can = network.has_several_planes if last else can_always
    sums, pool = (
        functools.partial(network.torch_convolve, last=last),
        functools.partial(network.torch_pool, last=last),
    )
    return {"convolve": (can, sums), "filter": (can, sums), "pool": (can, pool)}


def every_kind(can: Callable[[Row], bool], prepare: Callable[..., Prepared]) -> dict[str, tuple]:
    """Return one function for every kind."""
    return dict.fromkeys(("convolve", "filter", "pool"), (can, prepare))


# name -> peer; the bars in rows.py use these names
PEERS = {
    "PyTorch": Peer("torch", torch_kinds(last=False)),
    "PyTorch channels-last": Peer("torch", torch_kinds(last=True)),
    "ONNX Runtime": Peer("onnxruntime", every_kind(network.is_float32, network.onnxruntime_row)),
    "OpenVINO": Peer("openvino", every_kind(network.is_float32, network.openvino_row)),
    "JAX": Peer(
        "jax",
        {
            "convolve": (network.has_bearable_kernel, network.jax_convolve),
            "filter": (can_always, network.jax_convolve),
            "pool": (can_always, network.jax_pool),
        },
    ),
    "OpenCV": Peer(
        "opencv-python-headless",
        {
            "convolve": (image.has_one_kernel, image.opencv_convolve),
            "filter": (can_always, image.opencv_filter),
            "pool": (image.halves_few_channels, image.opencv_pool),
        },
    ),
    "OpenCV special": Peer(
        "opencv-python-headless", {"filter": (can_always, image.opencv_special)}, is_special=True
    ),
    "SciPy ndimage": Peer(
        "scipy",
        {
            "convolve": (image.has_one_bearable_kernel, image.ndimage_convolve),
            "filter": (can_always, image.ndimage_filter),
            "pool": (can_always, image.ndimage_pool),
        },
    ),
    "SciPy signal": Peer("scipy", {"convolve": (image.has_few_channels, image.signal_convolve)}),
    "scikit-image": Peer(
        "scikit-image",
        {
            "filter": (can_always, image.skimage_filter),
            "pool": (image.has_disjoint_windows, image.skimage_pool),
        },
    ),
}


def thread_variables(threads: int) -> dict[str, str]:
    """Return every contender's variables: so many threads, none spinning, full precision."""
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
