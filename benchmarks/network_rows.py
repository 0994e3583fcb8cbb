"""Rows of networks that people run: shapes of their layers, at small and at large batches.

h x w pixels, c channels, kh x kw kernel, nc kernels. To add a row, add one entry to a table here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rows import Row


class Layer(NamedTuple):
    """A layer of a network: (h, w, c), window, nc, and what it has beside them.

    padding is (ph, pw); None for half the window, rounded down, after dilation.
    """

    batches: tuple[int, ...]
    image: tuple[int, int, int]
    window: tuple[int, int]
    kernels: int = 0
    stride: tuple[int, int] = (1, 1)
    groups: int = 1
    dilation: int = 1
    padding: tuple[int, int] | None = None
    mode: str = ""  # of a pooling

    def rows(self, network: str) -> Iterator[Row]:
        """Yield a row for each batch."""
        for m in self.batches:
            yield self.row(network, m)

    def row(self, network: str, m: int) -> Row:
        """Return the row of a batch of m images."""
        h, w, c = self.image
        (kh, kw), (sh, sw) = self.window, self.stride
        step = f"/{max(sh, sw)}" if max(sh, sw) > 1 else ""
        more = f" in {self.groups} groups" if self.groups > 1 else ""
        if 1 < self.groups == c:
            more = " depthwise"
        if self.dilation > 1:
            more += f", dilation {self.dilation}"
        if self.mode:
            name = f"{m}x{h}x{w}x{c} {self.mode} {kh}x{kw}{step}"
            images = (m, h, w, c)
            return Row(
                network, name, "pool", images, self.window, stride=self.stride, mode=self.mode
            )
        halves = tuple(self.dilation * (size - 1) // 2 for size in self.window)
        padding = halves if self.padding is None else self.padding
        words = {
            "padding": padding,
            "stride": self.stride,
            "groups": self.groups,
            "dilation": self.dilation,
        }
        return Row(
            network,
            f"{m}x{h}x{w}x{c} {kh}x{kw}{step} -> {self.kernels}{more}",
            "convolve",
            (m, h, w, c),
            self.window,
            words,
            kernels=self.kernels,
            groups=self.groups,
            padding=padding,
            stride=self.stride,
            dilation=(self.dilation, self.dilation),
        )


ONE, BOTH = (1,), (1, 8)
RESNET = [
    Layer(BOTH, (224, 224, 3), (7, 7), 64, (2, 2)),
    Layer(BOTH, (56, 56, 64), (1, 1), 64),
    Layer(BOTH, (56, 56, 64), (3, 3), 64),
    Layer(BOTH, (56, 56, 64), (1, 1), 256),
    Layer(BOTH, (56, 56, 256), (1, 1), 64),
    Layer(ONE, (56, 56, 128), (3, 3), 128, (2, 2)),
    Layer(ONE, (56, 56, 256), (1, 1), 512, (2, 2)),
    Layer(BOTH, (28, 28, 128), (3, 3), 128),
    Layer(BOTH, (28, 28, 512), (1, 1), 128),
    Layer(BOTH, (14, 14, 256), (3, 3), 256),
    Layer(BOTH, (14, 14, 1024), (1, 1), 256),
    Layer(ONE, (14, 14, 256), (1, 1), 1024),
    Layer(BOTH, (7, 7, 512), (3, 3), 512),
    Layer(BOTH, (7, 7, 2048), (1, 1), 512),
    Layer(ONE, (7, 7, 512), (1, 1), 2048),
    Layer(BOTH, (112, 112, 64), (3, 3), 0, (2, 2), mode="max"),
    Layer(BOTH, (7, 7, 2048), (7, 7), 0, (7, 7), mode="avg"),
]
RESNEXT = [
    Layer(BOTH, (56, 56, 128), (3, 3), 128, groups=32),
    Layer(BOTH, (14, 14, 512), (3, 3), 512, groups=32),
]
MOBILENET_V2 = [
    Layer(BOTH, (224, 224, 3), (3, 3), 32, (2, 2)),
    Layer(BOTH, (112, 112, 32), (3, 3), 32, groups=32),
    Layer(BOTH, (112, 112, 32), (1, 1), 16),
    Layer(ONE, (112, 112, 16), (1, 1), 96),
    Layer(BOTH, (112, 112, 96), (3, 3), 96, (2, 2), groups=96),
    Layer(BOTH, (56, 56, 24), (1, 1), 144),
    Layer(BOTH, (28, 28, 144), (1, 1), 32),
    Layer(BOTH, (14, 14, 384), (3, 3), 384, groups=384),
    Layer(ONE, (14, 14, 384), (1, 1), 64),
    Layer(BOTH, (7, 7, 960), (3, 3), 960, groups=960),
    Layer(BOTH, (7, 7, 320), (1, 1), 1280),
]
MOBILENET_V3 = [
    Layer(ONE, (112, 112, 16), (3, 3), 16, groups=16),
    Layer(ONE, (28, 28, 72), (5, 5), 72, (2, 2), groups=72),
    Layer(ONE, (14, 14, 672), (5, 5), 672, groups=672),
    Layer(ONE, (1, 1, 672), (1, 1), 168),
]
VGG = [
    Layer(ONE, (224, 224, 3), (3, 3), 64),
    Layer(ONE, (224, 224, 64), (3, 3), 64),
    Layer(ONE, (56, 56, 256), (3, 3), 256),
    Layer(ONE, (28, 28, 512), (3, 3), 512),
    Layer(BOTH, (14, 14, 512), (3, 3), 512),
    Layer(ONE, (224, 224, 64), (2, 2), 0, (2, 2), mode="max"),
    Layer(BOTH, (28, 28, 512), (2, 2), 0, (2, 2), mode="max"),
]
UNET = [
    Layer(ONE, (256, 256, 1), (3, 3), 32),
    Layer(ONE, (256, 256, 32), (3, 3), 32),
    Layer(ONE, (256, 256, 64), (3, 3), 32),
    Layer(ONE, (16, 16, 256), (3, 3), 512),
    Layer(ONE, (256, 256, 32), (1, 1), 2),
    Layer(ONE, (256, 256, 32), (2, 2), 0, (2, 2), mode="max"),
]
SRCNN = [
    Layer(ONE, (256, 256, 1), (9, 9), 64),
    Layer(ONE, (256, 256, 64), (1, 1), 32),
    Layer(ONE, (256, 256, 32), (5, 5), 1),
]
DEEPLAB = [
    Layer(ONE, (33, 33, 512), (3, 3), 256, dilation=6),
    Layer(ONE, (33, 33, 960), (3, 3), 960, groups=960, dilation=2),
]
LENET = [
    Layer((256,), (28, 28, 1), (5, 5), 6),
    Layer((256,), (14, 14, 6), (5, 5), 16, padding=(0, 0)),
    Layer((256,), (28, 28, 6), (2, 2), 0, (2, 2), mode="avg"),
]
SMALL_PICTURES = [
    *(Layer((8, 1000), (28, 28, 1), (3, 3), nc) for nc in (1, 8, 32)),
    Layer((256,), (26, 26, 32), (3, 3), 64),
    *(Layer((8, 1000), (32, 32, 3), (3, 3), nc) for nc in (8, 16, 32)),
    Layer(ONE, (64, 64, 1), (3, 3), 16),
    Layer(ONE, (256, 256, 3), (3, 3), 3),
    Layer((256,), (32, 32, 3), (5, 5), 64),
]
AUDIO = [
    Layer(ONE, (1, 16000, 1), (1, 10), 512, (1, 5), padding=(0, 0)),
    Layer(ONE, (1, 1599, 512), (1, 3), 512, (1, 2), padding=(0, 0)),
    Layer((8,), (1, 1000, 64), (1, 3), 64),
    Layer(ONE, (1, 16000, 1), (1, 65), 16),
]
NETWORKS = {
    "ResNet-50": RESNET,
    "ResNeXt-50": RESNEXT,
    "MobileNetV2": MOBILENET_V2,
    "MobileNetV3": MOBILENET_V3,
    "VGG-16": VGG,
    "U-Net": UNET,
    "SRCNN": SRCNN,
    "DeepLabV3": DEEPLAB,
    "LeNet-5": LENET,
    "small pictures": SMALL_PICTURES,
    "audio": AUDIO,
}
NETWORK_ROWS = [
    row for network, layers in NETWORKS.items() for layer in layers for row in layer.rows(network)
]


def family(row: Row) -> str:
    """Return the family of a row: layers that are computed in the same way."""
    few_images = "batch 1" if row.images[0] == 1 else "larger batches"
    if row.kind == "pool":
        return f"pooling, {few_images}"
    if row.groups > 1:
        return f"{'depthwise' if row.groups == row.channels else 'groups'}, {few_images}"
    if row.channels <= 4:
        return "few channels"
    return f"{'1x1' if row.window == (1, 1) else 'larger windows'}, {few_images}"
