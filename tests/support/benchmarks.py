"""What tests of the benchmarks share: running one as a command, reading the printed table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support import children

ROOT = Path(__file__).parents[2]


def run_benchmark(
    script: str, *words: object, root: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a benchmark of the repository at `root`, each contender once."""
    command = [sys.executable, str(root / "benchmarks" / script), "--runs", "1", *map(str, words)]
    return subprocess.run(
        command,
        check=False,
        env=children.environment(),
        capture_output=True,
        text=True,
        timeout=children.LIMIT,
    )


def read_table(text: str) -> list[list[str]]:
    """Return the cells of the lines of a markdown table, without the rule under the heading."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return lines[:1] + lines[2:]
