"""How Sphinx builds the site: `make docs`."""

from __future__ import annotations

import sys
import tomllib
import warnings
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

import site_parts  # noqa: E402

from convpool import __version__  # noqa: E402

urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get(
    "urls", {}
)

project = "convpool"
author = "The convpool authors"
copyright = author  # noqa: A001
release = version = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_made", "howto/*.md5", "howto/*.py", "howto/*.ipynb", "howto/*.zip"]
default_role = "code"
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of signatures; links of pages are all checked

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "html_image"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # parts that are included begin below a heading

autosummary_generate = ["reference/index.md", "_made/course.md", "_made/filters.md"]
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["howto"],
    "filename_pattern": r"/[a-z]",
    "ignore_pattern": r"digits\.py",
    "within_subsection_order": "ExampleTitleSortKey",
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,
    "show_signature": False,
    "min_reported_time": 10**6,
    "abort_on_example_error": True,
    "reset_modules": ("matplotlib",),
    "remove_config_comments": True,
    "default_thumb_file": str(HERE / "_static/logo.svg"),
}
warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

html_theme = "pydata_sphinx_theme"
html_title = "convpool"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["explorer_height.js"]
html_favicon = "_static/logo.svg"
html_extra_path = ["_made/extra"]
html_copy_source = html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "logo": {
        "text": "convpool",
        "image_light": "_static/logo.svg",
        "image_dark": "_static/logo.svg",
    },
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "back_to_top_button": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-light",
    "pygments_dark_style": "a11y-dark",
    "icon_links": [
        {"name": name, "url": urls[name], "icon": icon}
        for name, icon in (("Source", "fa-solid fa-code"), ("Issues", "fa-solid fa-circle-dot"))
        if name in urls
    ],
}
html_sidebars = dict.fromkeys(
    ("changelog", "design", "index", "speed", "teach", "translations"), ()
)  # pages without others below them


def setup(app: object) -> None:
    """Connect what is made of the package, its imports and its tables."""
    site_parts.connect(app)
