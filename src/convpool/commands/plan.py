"""The command `convpool plan`: what a convolution or pooling will do."""

from __future__ import annotations

from typing import Any

import click

import convpool as package
from convpool.commands.option_types import Padding, PerAxis, Shape, example
from convpool.engines.pool_modes import POOL_MODES
from convpool.plans import accepted_dtypes

PER_AXIS = PerAxis(max_axes=3)


@click.command(
    epilog=example(
        "convpool plan --images 50000x28x28x1 --kernels 3x3x1x1 --stride 2 --padding same"
    )
)
@click.option("--images", type=Shape(), required=True, help="(m, *spatial, c).")
@click.option("--kernels", type=Shape(), help="(*window, c // groups, nc).")
@click.option(
    "--size", "--pool", "size", type=PER_AXIS, help="Of a window, such as 2x2: pool instead."
)
@click.option("--mode", help=f"Of pooling: {', '.join(POOL_MODES)} (default: max).")
@click.option("--padding", type=Padding(max_axes=3), help="Default: same; valid for pooling.")
@click.option("--stride", type=PER_AXIS, help="Default: 1; the window for pooling.")
@click.option("--dilation", type=PER_AXIS, default="1", show_default=True)
@click.option("--groups", type=int, help="Of a convolution; default: 1.")
@click.option(
    "--ceil", is_flag=True, default=None, help="Of pooling: keep a last window that hangs over."
)
@click.option("--dtype", default="float64", show_default=True, help="Of images and kernels.")
def plan(
    images: tuple[int, ...], kernels: tuple[int, ...] | None, size: Any, dtype: str, **options: Any
) -> None:
    """Print what a convolution or pooling will do: sizes, cost, memory.

    SHAPE is written as 10x28x28x1. Padding, stride and dilation: one number for all axes, or one
    for each.
    """
    if (kernels is None) == (size is None):
        raise click.UsageError("name either --kernels, such as 3x3x1x8, or --size, such as 2x2")
    call = {name: value for name, value in options.items() if value is not None}
    of_other_kind = {"groups"} if kernels is None else {"mode", "ceil"}
    for name in sorted(call.keys() & of_other_kind):
        other = "--kernels" if kernels is None else "--size"
        raise click.UsageError(f"--{name} goes with {other}; leave it out")
    call["images_dtype"] = accepted_dtypes.read_dtype(dtype)
    if kernels is None:
        click.echo(str(package.plan_pooling(images, size, **call)))
    else:
        call |= {"kernels_dtype": call["images_dtype"], "kernel_layout": "HWIO"}
        click.echo(str(package.plan_convolution(images, kernels, **call)))
