"""Sets of instructions that libraries are compiled for, each for some kinds of machines."""

from __future__ import annotations

from convpool.engines.values import NamedTuple


class InstructionSet(NamedTuple):
    """Instructions that a library is compiled for.

    Parameters
    ----------
    name
        What CONVPOOL_ISA takes.
    machines
        What `platform.machine()` may say, in lower case.
    needs
        The features, as NumPy names them, that a processor must have.
    vector_bytes, registers
        Bytes of a vector, and how many registers there are, of one vector each.
    processor
        LLVM's name of the processor that it is compiled for.
    """

    name: str
    machines: tuple[str, ...]
    needs: tuple[str, ...]
    vector_bytes: int
    registers: int
    processor: str


X86, ARM = ("x86_64", "amd64"), ("aarch64", "arm64")
# the best first
INSTRUCTION_SETS = {
    isa.name: isa
    for isa in (
        InstructionSet("avx512", X86, ("AVX512_SKX",), 64, 32, "skylake-avx512"),
        InstructionSet("avx2", X86, ("AVX2", "FMA3"), 32, 16, "haswell"),
        InstructionSet("neon", ARM, ("ASIMD",), 16, 32, "generic"),
    )
}


def has_masks(isa: InstructionSet, size: int) -> bool:
    """Return whether single instructions load and store numbers of `size` bytes under masks.

    A mask says which lanes of a vector are loaded or stored; elsewhere these go one by one.
    """
    return isa.name == "avx512" or (isa.name == "avx2" and size >= 4)
