"""Follow every link inside a built site: python docs/check_links.py docs/_build/html.

Files, and places within pages, must be there. Exit status 1 names those that are not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {"a": "href", "img": "src", "iframe": "src", "link": "href", "script": "src"}
# a page whose fragments are settings, not places
SETTINGS = "play.html"


class Page(HTMLParser):
    """The links of a page, and the places that links may name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the link and the place of an element."""
        values = dict(attrs)
        self.places |= {value for key in ("id", "name") if (value := values.get(key))}
        if link := values.get(LINKS.get(tag, "")):
            self.links.append(link)


def dead_links(root: Path) -> Iterator[str]:
    """Yield what leads nowhere, as "page: link"."""
    paths = [
        path
        for path in sorted(root.rglob("*.html"))
        if path.name != SETTINGS and path.relative_to(root).parts[0] != "_static"
    ]
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in paths}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            place = unquote(parts.fragment)
            is_known = target not in pages or not place or place in pages[target].places
            if not target.exists() or not is_known:
                yield f"{path.relative_to(root.resolve()).as_posix()}: {link}"


def main() -> None:
    """Print what leads nowhere; end with status 1 if there is any."""
    found = sorted(set(dead_links(Path(sys.argv[1]))))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
