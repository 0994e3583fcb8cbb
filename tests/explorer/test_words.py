"""The page in three languages: no sentence is missing, and none is left outside of the tables."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from support.explorer_page import state, text

FOLDER = resources.files("convpool.explorer").joinpath("page")
SOURCES = {
    file.name: file.read_text(encoding="utf-8")
    for file in FOLDER.iterdir()
    if re.fullmatch(r"(?!words_)\w+\.(js|html)", file.name)
}
LANGUAGES = sorted(
    file.name[6:8] for file in FOLDER.iterdir() if re.fullmatch(r"words_(?!en)\w\w\.js", file.name)
)
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def sentences(one_page, address):
    page, _ = one_page
    page.goto(address)
    return page.evaluate(
        "Object.fromEntries(Object.entries(explorer.words.LANGUAGES)"
        ".map(([name, { sentences }]) => [name, sentences]))"
    )


def forms(entry):
    return entry if isinstance(entry, list) else [entry]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_missing(sentences, language):
    english, other = sentences["en"], sentences[language]
    assert list(english.keys() - other.keys()) == []
    assert list(other.keys() - english.keys()) == []
    for key, entry in english.items():
        assert len(forms(other[key])) == len(forms(entry)), key
        for form in forms(other[key]):
            assert form.strip(), key
        names = [set(PLACEHOLDER.findall(" ".join(forms(one)))) for one in (entry, other[key])]
        assert names[0] == names[1], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_sentences_differ(sentences, language):
    english = sentences["en"]
    same = [key for key, entry in english.items() if sentences[language][key] == entry]
    assert len(same) < 0.06 * len(english), same


def test_every_sentence_is_used_and_every_used_one_is_there(sentences):
    source = "\n".join(SOURCES.values())
    literal = set(re.findall(r'[Ss]ay\w*(?:\(|=)\s*"([a-z][\w]*\.[\w ]+)"', source))
    quoted = set(re.findall(r'"([a-z]\w*\.[\w ]+)"', source))
    dynamic = tuple(set(re.findall(r"`([a-z]\w*\.[\w.]*)\$\{", source)))
    keys = sentences["en"].keys()
    assert literal - keys == set()
    assert [key for key in keys if key not in quoted and not key.startswith(dynamic)] == []


def test_comments_in_code_are_in_the_language_of_the_page():
    code = [SOURCES[name] for name in SOURCES if "code" in name or name.startswith("python")]
    assert len(code) > 4
    assert [found for text in code for found in re.findall(r"  # [a-z]{2,}.*", text)] == []


def test_credits_are_those_of_the_photographs(sentences):
    for name, photo in json.loads(FOLDER.joinpath("photos.json").read_text()).items():
        assert sentences["en"][f"credit.{name}"] == photo["credit"]


# texts and labels of the page, without code, formulas and names of people
TEXTS = """() => {
  const outside = "#code-text, [lang=en]:not(html), code, script, noscript, style, canvas";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest(outside))
      found.push(walker.currentNode.textContent.trim());
  for (const node of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    for (const name of ["aria-label", "placeholder", "title"])
      if (node.hasAttribute(name)) found.push(node.getAttribute(name));
  found.push(document.title);
  for (const {kind, words} of explorer.interactivePicture.drawn().over
    .concat(explorer.interactivePicture.drawn().sheet)) if (kind === "text") found.push(words);
  return [...new Set(found)];
}"""
# what is shown: a fragment, and what is done then
SHOWN = [
    ("#c=2&nc=2&groups=2&padding=by+hand&sh=2&flip=1&bias=1", ""),
    ("#op=pool&mode=avg&padding=same&countPadding=1&ceil=1", ""),
    ("#op=transpose&c=2&nc=2&sh=2&h=3&w=3&padding=by+hand", ""),
    ("#source=cat&h=24&w=24&c=3&dh=2&padding=same&padMode=constant", ""),
    ("#kh=7", ""),
    ("#x=1", ""),
    ("#tour=6", ""),
    ("#tour=4", "document.querySelector('#tour-body .main').click()"),
    ("", "document.getElementById('reset').click()"),
    ("", "explorer.compareWith('[[1, 2], [3, 4]]')"),
    ("", "explorer.compareWith('[[11, 2, -2], [9, 5, -9], [1, -7, -5]]')"),
    ("", "explorer.compareWith('[[-11, -2, 2], [-9, -5, 9], [-1, 7, 6]]')"),
    ("#c=2&bias=1", "explorer.views.choose('copies')"),
    ("#relu=1", "explorer.views.choose('formats')"),
    ("#op=pool&mode=avg", "explorer.views.choose('matrix')"),
    ("#relu=1", "explorer.views.choose('backward')"),
    ("#h=1&kh=1", "explorer.views.choose('bars')"),
    ("#op=pool&mode=avg", "explorer.views.choose('pools')"),
    ("#op=transpose", "explorer.views.choose('loops')"),
    ("", "explorer.paste.take('Conv2d(9, 9, 3, a=1)', 'pixels')"),
]
NAMES = (
    "convpool",
    "float",
    "int8",
    "uint8",
    "NumPy",
    "PyTorch",
    "Keras",
    "ONNX",
    "OpenCV",
    "SciPy",
    "English",
    "Français",
    "Español",
    "same",
)
CODE = re.compile(
    r"(input|output)\[.*|[\d.\s]*|P|I|Enter|Space|F|Ctrl \+ Z|Home, End|.*ReLU.*max.*"
)


def pattern_of(sentence):
    parts = enumerate(PLACEHOLDER.split(sentence))
    return re.compile("".join(".*" if k % 2 else re.escape(part) for k, part in parts))


def collected(page):
    found = []
    for fragment, script in SHOWN:
        page.evaluate("(fragment) => explorer.open(fragment)", fragment)
        if script:
            page.evaluate(f"{{ {script}; }}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found.append(set(page.evaluate(TEXTS)))
    return found


def test_none_is_left_outside_of_the_tables(show, sentences):
    english, french = (
        collected(show("", viewport={"width": 1440, "height": 1000}, locale=locale))
        for locale in ("en-GB", "fr-FR")
    )
    alike = [
        pattern_of(form)
        for key, entry in sentences["en"].items()
        if sentences["fr"][key] == entry
        for form in forms(entry)
    ]
    for place, one, other in zip(SHOWN, english, french, strict=True):
        common = {words for words in one & other if re.search(r"[^\W\d_]{3}", words)}
        left = [
            words
            for words in common
            if not words.startswith(NAMES)
            and not CODE.fullmatch(words)
            and not any(pattern.fullmatch(words) for pattern in alike)
        ]
        assert left == [], place


def test_the_browser_and_a_switch_choose_the_language(show):
    page = show("#h=6", viewport={"width": 1440, "height": 1000}, locale="es-MX")
    assert page.evaluate("document.documentElement.lang") == "es"
    assert text(page, "#start-tour") == "Empezar la visita"
    page.locator("#language").select_option("fr")
    page.wait_for_function("() => document.documentElement.lang === 'fr'")
    assert state(page)["h"] == 6
    assert text(page, "#start-tour") == "Commencer la visite"
    page.reload()
    assert page.evaluate("document.documentElement.lang") == "fr"
    page = show("?lang=es", viewport={"width": 1440, "height": 1000}, locale="de-DE")
    assert page.evaluate("document.documentElement.lang") == "es"
    page = show("", viewport={"width": 1440, "height": 1000}, locale="de-DE")
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tour_speaks_each_language(visit, language, address):
    page = visit("")
    page.goto("about:blank")
    page.goto(f"{address}?lang={language}#tour=1")
    page.locator("#tour-body .main").click()
    page.locator("#answer").fill("-2")
    page.locator("#tour-body form .main").click()
    assert text(page, "#tour-body .good").startswith({"fr": "Juste", "es": "Correcto"}[language])
