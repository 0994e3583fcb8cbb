"""The forms of the gradients of kernels and of pooling; those of images are convolutions.

A form is one loop with some parameters fixed; see `forms`. g is the gradient of the result.
"""

from __future__ import annotations

from itertools import product

from convpool.engines.compiled.base_form import ADD, F4, F8, GREATER, I8, LESSER, Dtype, Form
from convpool.engines.compiled.instruction_sets import InstructionSet
from convpool.engines.compiled.register_sizes import widest_tile
from convpool.engines.values import dataclass

# dtype of the sums of a block of the gradient of kernels -> that of the totals of all blocks
TOTALS = {F4: F8, F8: F8, I8: I8}


@dataclass(frozen=True)
class KernelsGradientForm(Form):
    """Sums parts of the gradient of kernels: record KERNELS_GRADIENT.

    Parameters
    ----------
    sums
        Dtype of the sums of a block, which are then added to totals.
    vectors
        How many vectors of kernels a tile has; 0 where each channel has a kernel of its own.
    """

    loop = "kernels_gradient"
    sums: Dtype
    vectors: int


@dataclass(frozen=True)
class PoolGradientForm(Form):
    """Computes the gradient of pooling: record POOL_GRADIENT.

    Parameters
    ----------
    combination
        GREATER or LESSER: g is added to the greatest or least pixel of its window; ADD: to all
        pixels of its window.
    dtype
        Dtype of images, g and result; images are not read for ADD.
    taps
        Windows with so many rows and columns of taps on pixels are taken without loops; 0: none.
    """

    loop = "pool_gradient"
    combination: int
    dtype: Dtype
    taps: int = 0


def gradient_forms(isa: InstructionSet) -> list[Form]:
    """Return all forms of gradients of an instruction set."""
    widths = sorted({1, 2, widest_tile(isa)})
    return [
        *(KernelsGradientForm(*words) for words in product(TOTALS, (0, *widths))),
        *(PoolGradientForm(*words) for words in product((ADD, GREATER, LESSER), TOTALS)),
        *(PoolGradientForm(*words) for words in product((ADD, GREATER), (F4, F8), (2, 3))),
    ]
