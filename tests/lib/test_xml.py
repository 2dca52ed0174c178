"""XML of strangers: nothing from outside, nothing of their own, nothing without an end."""

import io

import pytest

from landbridge.lib import xml
from landbridge.lib.xml import BadXml, elements, outermost, parse

ENTITY = b'<!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;&x;&x;">]><a b="&y;">&y;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
ELEMENT = b"<!DOCTYPE a [<!ELEMENT a ANY>]><a/>"


@pytest.mark.parametrize("text", [ENTITY, OUTSIDE, ELEMENT, b"", b"<a>", b"<a>\0</a>", b"\xff\xfe<", b"<a>\xe9</a>"])
def test_what_no_honest_source_needs_is_refused(text: bytes) -> None:
    with pytest.raises(BadXml) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadXml):
        assert not [element.tag for element in elements(io.BytesIO(text), ["a"])]


def test_a_document_type_that_declares_nothing_is_passed_over() -> None:
    text = b'<!DOCTYPE us-patent-grant SYSTEM "v45.dtd" [ ]><us-patent-grant/>'
    assert parse(text).tag == "us-patent-grant" and outermost(io.BytesIO(text)) == ("us-patent-grant", {})


def test_the_outermost_element_and_the_beginning_again() -> None:
    stream = io.BytesIO(b'<?xml version="1.0"?><!-- x --><n:a xmlns:n="urn:n" b="c"><d/></n:a>')
    assert outermost(stream) == ("{urn:n}a", {"b": "c"}) and stream.tell() == 0
    assert outermost(io.BytesIO(b"<a b='c'><broken")) == ("a", {"b": "c"}), "no more is read than is asked"
    for text in (b"", b"   ", b"no", ENTITY):
        with pytest.raises(BadXml):
            outermost(io.BytesIO(text))


class Endless(io.RawIOBase):
    """A stream that says the same for ever."""

    def __init__(self, start: bytes, then: bytes) -> None:
        self.start, self.then, self.given = start, then, 0

    def read(self, size: int = -1) -> bytes:
        said, self.start = self.start or self.then * 100, b""
        self.given += len(said)
        return said

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0


@pytest.mark.parametrize(
    ("start", "then"),
    [(b"<a><b>", b"<c/>"), (b"<a>", b"<c>text</c>\n"), (b"<a><b/>", b"<c/>    "), (b"<!-- ", b"x" * 100)],
)
def test_what_has_no_end_ends_here(start: bytes, then: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "LARGEST_ELEMENT", 200_000)
    stream = Endless(start, then)
    with pytest.raises(BadXml):
        assert len(list(elements(stream, ["b"]))) <= 1  # type: ignore[arg-type]
    assert stream.given < 2_000_000
    with pytest.raises(BadXml):
        outermost(Endless(b" ", b" "))  # type: ignore[arg-type]


def test_many_elements_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "LARGEST_ELEMENT", 100_000)
    text = b"<a>" + b"<b>some text</b>" * 20_000 + b"</a>"
    left = [len(element.getparent()) for element in elements(io.BytesIO(text), ["b"])]
    assert len(left) == 20_000 and max(left) < 5_000, "what the reader has read ahead, and no more"
