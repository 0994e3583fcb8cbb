"""The version, for the package's own modules too."""

__version__ = "0.1.0"
