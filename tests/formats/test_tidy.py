"""Hostile and odd text: nothing that acts survives, nothing that says something is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from landbridge.formats import tidy
from tests.support import SHARED, shared

FOLDER = SHARED / "html-sanitizer-cases"
CASES = sorted(path.name for path in FOLDER.glob("*.xml")) if FOLDER.is_dir() else []
DANGEROUS_TAGS = {
    "script", "style", "iframe", "object", "embed", "applet", "meta", "link", "base", "form", "input", "svg", "math",
    "frame", "frameset", "img", "video", "audio", "button", "textarea", "select",
}  # fmt: skip
ACTIVE_SCHEME = re.compile(r"^\s*(javascript|vbscript|data|file|jar|mocha|livescript):", re.IGNORECASE)


def _assert_harmless(clean: str) -> None:
    if not clean.strip():
        return
    tree = html.fragment_fromstring(clean, create_parent="div")
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in DANGEROUS_TAGS
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert name.lower() not in ("style", "srcdoc", "formaction")
            assert not ACTIVE_SCHEME.match(re.sub(r"[\s\x00-\x20]", "", value))


@pytest.mark.parametrize("name", CASES or ["none"])
def test_no_script_or_handler_survives_other_peoples_hostile_cases(name: str) -> None:
    path = shared("html-sanitizer-cases", name)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    tree = etree.parse(str(path), parser)
    for element in tree.iter():
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element) if len(element) else ""
        for text in (element.text or "", inner):
            _assert_harmless(tidy.rich(text))


@given(st.text(alphabet=st.sampled_from("<>/\"'= abscriptonlk:&;#x\x00\ue000é中"), max_size=80))
def test_no_text_becomes_dangerous(text: str) -> None:
    clean = tidy.rich(text)
    _assert_harmless(clean)
    assert tidy.rich(clean) == clean


def test_plain_text_becomes_paragraphs_and_comes_back() -> None:
    clean = tidy.rich("5 < 6 & so\non\n\nnext")
    assert clean == "<p>5 &lt; 6 &amp; so<br>on</p><p>next</p>"
    assert tidy.without_markup(clean) == "5 < 6 & so\non\nnext"


def test_a_line_is_one_line_without_control_characters() -> None:
    assert tidy.line(" a\x00\u0007 b\n c\ud800 e\u0301 ") == "a b c é"
