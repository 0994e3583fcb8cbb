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
from typing import Any, NamedTuple

import image_peers as image
import network_peers as network
from harness import Prepared
from reports import find_version
from rows import Row


class Way(NamedTuple):
    """How a peer does rows of a kind: which of them, and what prepares one."""

    can: Callable[[Row], bool]
    prepare: Callable[..., Prepared]


def can_always(row: Row) -> bool:
    """Return True: the peer can do every row of the kind."""
    return True


@dataclass(frozen=True)
class Peer:
    """A contender: the distribution that brings it, and how it does each kind of row.

    is_special : made for some kernels only; printed, but not the fastest peer
    """

    package: str
    convolve: Way | None = None
    filter: Way | None = None
    pool: Way | None = None
    is_special: bool = False

    def can(self, row: Row) -> bool:
        """Whether it can do the row."""
        way = getattr(self, row.kind)
        return way is not None and way.can(row)

    def prepare(self, row: Row, *arguments: Any) -> Prepared:
        """Prepare a row that it can do, from its images, its kernels and the number of threads."""
        return getattr(self, row.kind).prepare(row, *arguments)

    @property
    def version(self) -> str | None:
        """The version that is installed, None if none is."""
        return find_version(self.package)


def make_torch(last: bool, can: Callable[[Row], bool]) -> Peer:
    """Return PyTorch with channels first or last in memory."""
    sums = Way(can, functools.partial(network.torch_convolve, last=last))
    return Peer("torch", sums, sums, Way(can, functools.partial(network.torch_pool, last=last)))


# name -> peer; the bars in rows.py use these names
PEERS = {
    "PyTorch": make_torch(last=False, can=can_always),
    "PyTorch channels-last": make_torch(last=True, can=network.has_several_planes),
    "ONNX Runtime": Peer("onnxruntime", *[Way(network.is_float32, network.onnxruntime_row)] * 3),
    "OpenVINO": Peer("openvino", *[Way(network.is_float32, network.openvino_row)] * 3),
    "JAX": Peer(
        "jax",
        convolve=Way(network.has_bearable_kernel, network.jax_convolve),
        filter=Way(can_always, network.jax_convolve),
        pool=Way(can_always, network.jax_pool),
    ),
    "OpenCV": Peer(
        "opencv-python-headless",
        convolve=Way(image.has_flat_kernel, image.opencv_convolve),
        filter=Way(can_always, image.opencv_filter),
        pool=Way(image.opencv_can_pool, image.opencv_pool),
    ),
    "OpenCV special": Peer(
        "opencv-python-headless",
        filter=Way(image.has_named_kernel, image.opencv_special),
        is_special=True,
    ),
    "SciPy ndimage": Peer(
        "scipy",
        convolve=Way(image.has_one_bearable_kernel, image.ndimage_convolve),
        filter=Way(can_always, image.ndimage_filter),
        pool=Way(can_always, image.ndimage_pool),
    ),
    "SciPy signal": Peer("scipy", convolve=Way(image.has_few_channels, image.signal_convolve)),
    "scikit-image": Peer(
        "scikit-image",
        filter=Way(can_always, image.skimage_filter),
        pool=Way(image.has_disjoint_windows, image.skimage_pool),
    ),
}


def thread_variables(threads: int) -> dict[str, str]:
    """Return every contender's variables: so many threads, none spinning, full precision.

    And memory that was freed is kept for the next result. Else it depends on the calls before
    whether the system has to clear pages for it, which can take longer than a row.
    """
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
        # bytes, for glibc; it takes no more for the first
        "MALLOC_MMAP_THRESHOLD_": str(2**25),
        "MALLOC_TRIM_THRESHOLD_": str(2**40),
    }
