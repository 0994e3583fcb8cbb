"""Say what keeps the checkout from being released, and build what would be.

    python .ci/release_check.py               what `make release-check` runs; dist/ has the files
    python .ci/release_check.py --citation    writes CITATION.cff; part of `make changelog`

Version: src/convpool/version.py. Date: the version's section in CHANGELOG.md. Address:
`[project.urls]` in pyproject.toml. Each stands there alone, and the rest is compared with it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
ADDRESSES = ("Documentation", "Source", "Issues", "Changelog")


class Release(NamedTuple):
    """What is known of the version that the checkout would be released as."""

    version: str
    date: str  # "2026-11-27", "" as long as CHANGELOG.md has no section for the version
    urls: dict[str, str]


def read_release(root: Path) -> Release:
    """Read version, date and addresses from the files where they stand."""
    source = (root / "src/convpool/version.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    date = re.search(rf"^## {re.escape(version)} \((\d{{4}}-\d\d-\d\d)\)$", changelog, re.MULTILINE)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Release(version, date[1] if date else "", project.get("urls", {}))


def citation(text: str, release: Release) -> str:
    """Return the text of CITATION.cff with version, date and address of a release."""
    lines = re.sub(r"^(version|date-released|repository-code):.*\n", "", text, flags=re.MULTILINE)
    lines += f"version: {release.version}\n"
    lines += f"date-released: {release.date}\n" if release.date else ""
    source = release.urls.get("Source")
    return lines + (f"repository-code: {source}\n" if source else "")


def file_problems(root: Path) -> Iterator[str]:
    """Yield what is missing in the files of a checkout."""
    release = read_release(root)
    if missing := [name for name in ADDRESSES if name not in release.urls]:
        yield f"pyproject.toml: [project.urls] has no {', '.join(missing)}; see RELEASING.md"
    for name, url in release.urls.items():
        if not re.fullmatch(r"https://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", url):
            yield f"pyproject.toml: {name} is {url!r}, not the address of a page"
    if not re.fullmatch(r"\d+\.\d+\.\d+", release.version):
        yield f"version.py: {release.version} is no version to release, such as 1.2.3"
    if (tag := os.environ.get("RELEASE_TAG", f"v{release.version}")) != f"v{release.version}":
        yield f"version.py: {release.version}, but the tag is {tag}"
    if not release.date:
        yield f"CHANGELOG.md: no section for {release.version}; run make changelog"
    if fragments := sorted(path.name for path in (root / "changes").glob("*.*.md")):
        yield f"changes/: {len(fragments)} fragments, such as {fragments[0]}; run make changelog"
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    if text != citation(text, release):
        yield "CITATION.cff: version, date or address are not the release's; run make changelog"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*words: str, **options: Any) -> bool:
    """Run a module of this Python; return whether it ended well."""
    return subprocess.run([sys.executable, "-m", *words], check=False, **options).returncode == 0


def build_problems(root: Path, dist: Path) -> Iterator[str]:
    """Build the sdist, and the wheel from it, into an empty folder; yield what is wrong."""
    shutil.rmtree(dist, ignore_errors=True)
    again = dist / "again"
    if not run("build", "--sdist", "--outdir", str(again), str(root)):
        yield "the build of the sdist fails"
        return
    if not run("build", "--outdir", str(dist), str(root)):
        yield "the build of the wheel from the sdist fails"
        return
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    if digest(sdist) != digest(again / sdist.name):
        yield f"{sdist.name}: two builds differ"
    shutil.rmtree(again)
    if not run("twine", "check", "--strict", str(sdist), str(wheel)):
        yield "twine finds faults in the metadata"
    if not run("check_wheel_contents", str(wheel), cwd=root):
        yield "check-wheel-contents finds faults in the wheel"


def main() -> None:
    """Print every problem, and end with status 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--citation", action="store_true", help="write CITATION.cff, nothing else")
    if parser.parse_args().citation:
        path = ROOT / "CITATION.cff"
        text = citation(path.read_text(encoding="utf-8"), read_release(ROOT))
        path.write_text(text, encoding="utf-8")
        return
    problems = [*build_problems(ROOT, ROOT / "dist"), *file_problems(ROOT)]
    print(*problems or ["nothing keeps this checkout from being released"], sep="\n")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
