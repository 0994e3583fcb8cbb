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
        Bytes of a vector, and how many vectors the registers hold.
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

# ---- what their registers hold ----

PIXELS = 12  # pixels of a tile, or half as many: see pixels_of_tile


def sums_of_tile(isa: InstructionSet) -> int:
    """Return the vectors of sums of a tile that fit the registers together with their inputs."""
    return 24 if isa.registers == 32 else 12


def widest_tile(isa: InstructionSet) -> int:
    """Return the vectors of kernels in the widest tile."""
    return sums_of_tile(isa) // (PIXELS // 2)


def pixels_of_tile(isa: InstructionSet, vectors: int) -> int:
    """Return the pixels of a tile of so many vectors of kernels: PIXELS, or half as many.

    Half as many where PIXELS * vectors sums would not fit the registers.
    """
    return PIXELS if PIXELS * vectors <= sums_of_tile(isa) else PIXELS // 2


def has_masks(isa: InstructionSet, size: int) -> bool:
    """Return whether numbers of `size` bytes are loaded and stored under masks at once."""
    return isa.name == "avx512" or (isa.name == "avx2" and size >= 4)
