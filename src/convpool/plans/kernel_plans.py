"""What plans of convolution, its adjoint and its gradients share. m images, nc kernels."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import dataclass
from convpool.engines.work import ConvolutionWork
from convpool.plans import arrays, integer_sums, operand_checks
from convpool.plans.base import Plan
from convpool.plans.formatting import plural, sizes
from convpool.plans.kernel_layouts import LAYOUTS
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True, kw_only=True)
class KernelsPlan(Plan):
    """A plan of an operation with kernels: of a convolution or a transposed convolution.

    Attributes
    ----------
    kernels_shape : (*window, c // groups, nc), whatever the layout
    kernels_dtype : the dtype of the weights
    groups : the number of groups into which the channels are divided
    kernel_layout : the order of axes in which `run` takes kernels, one of `kernel_layouts.LAYOUTS`
    """

    kernels_shape: Shape
    kernels_dtype: DType
    groups: int
    kernel_layout: str

    bias_is_added_to: ClassVar[str]  # what each number of a bias belongs to, for errors

    @property
    def depth(self) -> int:
        """Number of channels that one kernel reads, c // groups."""
        return self.kernels_shape[-2]

    @property
    def group_count(self) -> int:
        """Number of groups into which the channels of images and output are divided."""
        return self.groups

    @property
    def multiply_adds(self) -> int:
        """Number of multiplications, each with one addition."""
        windows = volume([self.batch, *(axis.count for axis in self.axes)])
        return windows * volume(self.kernels_shape)

    def check_operands(self, kernels: Any, bias: Any = None) -> tuple[Array, Array | None]:
        """Return (kernels, bias) as `check_kernels` and `check_bias` return them."""
        return self.check_kernels(kernels), self.check_bias(bias)

    def to_hwio(self, kernels: Array) -> Array:
        """Return kernels in the plan's layout as (*window, c // groups, nc), a view if possible."""
        return LAYOUTS[self.kernel_layout].to_hwio(kernels)

    def check_kernels(self, kernels: Any) -> Array:
        """Return kernels in the plan's layout as an array (*window, c // groups, nc).

        Raises
        ------
        TypeError : they are not numbers
        ValueError : their shape or dtype is not the plan's
        """
        kernels = arrays.read_array(kernels, "kernels")
        shape = LAYOUTS[self.kernel_layout].shape_from_hwio(self.kernels_shape, self.groups)
        if kernels.shape != shape or kernels.dtype != self.kernels_dtype:
            raise ValueError(
                f"kernels are {kernels.shape} {kernels.dtype}, but the plan is for {shape} "
                f"{self.kernels_dtype}: make a plan for each shape and dtype, which is planned "
                "with kernels_dtype="
            )
        return self.to_hwio(kernels)

    def check_bias(self, bias: Any) -> Array | None:
        """Return the bias as an array, a number for each channel of the output; None if it is None.

        Raises
        ------
        TypeError : it is not numbers, or sums of the plan's dtype cannot take them
        ValueError : it has another shape
        """
        return operand_checks.read_bias(
            bias, self.output_channels, self.bias_is_added_to, self.accumulation
        )

    def work_of(
        self, images: Shape, axes: tuple[Axis, ...], output_channels: int
    ) -> ConvolutionWork:
        """Return the work of an engine as `Plan.work_of` describes it."""
        return ConvolutionWork(
            images=images,
            kernels=(*self.kernels_shape[:-1], output_channels),
            axes=axes,
            groups=self.groups,
            images_dtype=self.images_dtype,
            accumulation=self.accumulation,
            dtype=self.dtype,
        )

    @property
    def title(self) -> str:
        """The first line of the printed plan: "convolution with 8 kernels of 3 x 3 x 1"."""
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        layout = f", passed as {self.kernel_layout}" if self.kernel_layout != "HWIO" else ""
        kernels = plural(self.kernels_shape[-1], "kernel")
        window = sizes(self.kernels_shape[:-1])
        return f"{self.operation} with {kernels} of {window}{groups}{layout}"


@dataclass(frozen=True, kw_only=True)
class ConvolvedWindowsPlan(KernelsPlan):
    """A plan of a convolution, or of its gradients: of kernels on windows of padded images.

    Attributes
    ----------
    pad_mode, fill, flip : the arguments of `convolve`
    missing : None, "nan" if pixels that are NaN are missing, or "mask" for those that a mask says
    """

    pad_mode: str
    fill: Any
    flip: bool
    missing: str | None = None

    bias_is_added_to: ClassVar[str] = "kernel"

    @property
    def output_channels(self) -> int:
        """Number of kernels, nc."""
        return self.kernels_shape[-1]

    @property
    def group_inputs(self) -> int:
        """Channels of the images in each group, c // groups."""
        return self.depth

    @property
    def reading_mode(self) -> str:
        """The pad mode that decides which pixels are read."""
        return self.pad_mode

    def _with_fill(self, pixels: integer_sums.Range) -> integer_sums.Range:
        """Return a range of pixels, extended to the value that stands in the padding."""
        return min(pixels[0], self.fill), max(pixels[1], self.fill)

    def _part_fields(self, group_count: int, outputs: slice) -> dict[str, Any]:
        """Return the fields that differ in a part's plan, as `Plan._part_fields` describes it."""
        shape = (*self.kernels_shape[:-1], outputs.stop - outputs.start)
        # the kernels of a part are taken from kernels that are in this layout already
        return {"groups": group_count, "kernels_shape": shape, "kernel_layout": "HWIO"}

    @property
    def _padding_text(self) -> str:
        """The padding of the printed plan: "same, filled with zeros"."""
        return f"{self.padding}, filled with {self.pad_mode}"
