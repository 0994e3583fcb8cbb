"""Convolution and pooling for NumPy arrays: exact, fast, and it shows its work."""

__version__ = "0.1.0"

__all__ = ["__version__"]
