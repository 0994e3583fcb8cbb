"""The submissions of one run, by the folders that were named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Class:
    """The submissions of one run."""

    paths: tuple[str, ...]  # that were named
    is_complete: bool = True  # False: the run was interrupted

    @property
    def key(self) -> str:
        """A short text that is equal for runs of the same folders, and does not tell them."""
        paths = sorted(str(Path(path).resolve()) for path in self.paths)
        return hashlib.sha256("\n".join(paths).encode("utf-8", "replace")).hexdigest()[:16]
