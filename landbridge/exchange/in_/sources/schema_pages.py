"""JSON-LD in pages of strangers: every block of a page, as plain things with the names of schema.org.

No context is ever fetched: what is not said in the words of schema.org is refused. Pages may be broken in every way.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from landbridge.exchange.in_.sources.known import language, line

Thing = dict[str, Any]
MOST_BLOCKS: Final = 200
MOST_NODES: Final = 20_000
DEEPEST: Final = 40
_OURS: Final = re.compile(
    r"^https?://(?:www\.)?schema\.org(?:/|/docs/jsonldcontext\.json(?:ld)?|/version/[\w./-]{1,60})?#?$"
)
_PREFIX: Final = re.compile(r"^https?://(?:www\.)?schema\.org/(?=\w)")
_ENCODINGS: Final = re.compile(
    r"^(?:utf-?8|utf-?16(?:-?[lb]e)?|us-ascii|ascii|latin-?1|iso-?8859-\d{1,2}|windows-\d{3,4}|cp\d{3,4}|gb\w{2,8}|big5|"
    r"shift_jis|euc-\w\w|koi8-\w)$",
    re.IGNORECASE,
)
_CHARSET: Final = re.compile(rb"""charset\s{0,5}=\s{0,5}["']?([\w-]{1,20})""", re.IGNORECASE)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BEFORE: Final = ("//", "/*", "*/", "<!--", "<![CDATA[")
_AFTER: Final = ("//", "/*", "*/", "-->", "]]>", ";")
"""What old pages wrap around a script so that older browsers pass it over."""


class BadBlock(ValueError):
    """A block that says nothing we can read; the message tells why."""


@dataclass
class Page:
    """What a page says of itself."""

    things: list[Thing] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    language: str = ""
    blocks: int = 0
    known: dict[str, Thing] = field(default_factory=dict)
    """Everything with an `@id`, wherever on the page it stands."""


def page(raw: bytes, content_type: str) -> Page:
    """All things of a page, or of a document that is JSON-LD itself."""
    made = Page()
    text = _text(raw, content_type)
    kind = content_type.partition(";")[0].strip().lower()
    is_json = kind.endswith("json") or (not kind.endswith("html") and text.lstrip()[:1] in ("{", "["))
    blocks = iter([text]) if is_json else _blocks(text, made)
    for block in blocks:
        made.blocks += 1
        if made.blocks > MOST_BLOCKS:
            made.problems.append(f"The page has more than {MOST_BLOCKS} blocks of JSON-LD; the rest is not read.")
            break
        try:
            _take(block, made)
        except BadBlock as error:
            made.problems.append(f"Block {made.blocks}: {error}")
    return made


def _text(raw: bytes, content_type: str) -> str:
    told = _CHARSET.search(content_type.encode("ascii", "ignore")) or _CHARSET.search(raw[:2048])
    mark = next((name for start, name in _MARKS if raw.startswith(start)), "")
    named = told.group(1).decode() if told else ""
    encoding = mark or (named if _ENCODINGS.match(named) else "utf-8")
    try:
        text = raw.decode(encoding, "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    return text.removeprefix("\ufeff").replace("\0", "")


def _blocks(text: str, made: Page) -> Iterator[str]:
    """The scripts of a page, found as a browser finds them: not those in remarks, texts or other scripts."""
    # Inner import: only who reads pages needs the parser.
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, recover=True, remove_comments=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace") or b"<p>", parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        return
    made.language = language(str(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""))
    for script in root.iter("script"):
        if str(script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            yield "".join(str(part) for part in script.itertext())


def _bare(block: str) -> str:
    """The block without what is wrapped around it."""
    for _ in range(8):
        before = block = block.strip()
        for sign in _BEFORE:
            block = block.removeprefix(sign)
        for sign in _AFTER:
            block = block.removesuffix(sign)
        if block == before:
            break
    return block


def _take(block: str, made: Page) -> None:
    try:
        said = json.loads(_bare(block), strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BadBlock(f"it is not JSON ({line(str(error), 120)}).") from None
    left = [MOST_NODES]
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, Mapping):
            _document(one, made, left)
    if not isinstance(said, dict | list):
        raise BadBlock("it is neither an object nor a list.")


def _document(said: Mapping[str, Any], made: Page, left: list[int]) -> None:
    reader = _Reader(said, left)
    whole = reader.plain(said)
    members = [one for one in many(whole.pop("@graph", [])) if isinstance(one, dict)]
    if any(name for name in whole if not name.startswith("@")):
        members.append(whole)
    for one in members:
        one.setdefault("@tag", reader.tag)
        made.things += _spoken_of(one, reader.tag)
        _remember(one, made.known)


def parts(page: Page) -> set[str]:
    """The bodies that other things of the page only name, as its publisher: they are not what the page is about."""
    named: set[str] = set()
    for thing in page.things:
        for name in (
            "publisher",
            "provider",
            "author",
            "creator",
            "funder",
            "organizer",
            "sdPublisher",
            "sourceOrganization",
        ):
            named |= {str(one["@id"]) for one in many(thing.get(name)) if isinstance(one, dict) and "@id" in one}
    return named


def _remember(value: Any, known: dict[str, Thing]) -> None:
    """Keep everything that has a name under it; of two the one that says more."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = one.get("@id")
            if isinstance(name, str) and len(one) > len(known.get(name, {})):
                known[name] = one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _spoken_of(one: Thing, tag: str) -> list[Thing]:
    """A thing, and the things that it only frames: the entity of a page, the members of a list."""
    found, waiting = [], [one]
    while waiting:
        thing = waiting.pop(0)
        thing.setdefault("@tag", tag)
        found.append(thing)
        for name in ("mainEntity", "itemListElement", "item", "dataset", "hasCourseInstance"):
            waiting += [
                one for one in many(thing.get(name)) if isinstance(one, dict) and ("name" in one or name[0] in "mi")
            ]
    return found


def _is_full(said: Mapping[str, Any]) -> bool:
    """Whether the names are whole addresses, so that no context is needed."""
    types = [one for one in many(said.get("@type")) if isinstance(one, str)]
    return any(_PREFIX.match(name) for name in (*map(str, said), *types))


class _Reader:
    """A document of one context, its names brought to those of schema.org."""

    def __init__(self, said: Mapping[str, Any], left: list[int]) -> None:
        context = said.get("@context")
        self.left, self.tag, self.prefixes, self.plain_names = left, "", set[str](), False
        self.aliases: dict[str, str] = {}
        named: list[str] = []
        for one in context if isinstance(context, list) else [context]:
            if isinstance(one, str):
                named.append(one)
                self.plain_names = self.plain_names or bool(_OURS.match(one.strip()))
            elif isinstance(one, Mapping):
                self._told(one)
        if not (self.plain_names or self.prefixes or (context is None and _is_full(said))):
            if context is not None:
                other = line(str(named[0] if named else "one of its own"), 100)
                raise BadBlock(f"its context is {other}, not schema.org; contexts of others are not fetched.")
            raise BadBlock('it names no context; write "@context": "https://schema.org/".')

    def _told(self, context: Mapping[str, Any]) -> None:
        for name, value in context.items():
            if name == "@language" and isinstance(value, str):
                self.tag = language(value)
            elif isinstance(value, str) and _OURS.match(value):
                self.plain_names = self.plain_names or name == "@vocab"
                self.prefixes.add(f"{name}:")
            elif isinstance(value, str) and value in ("@id", "@type", "@graph", "@value", "@language"):
                self.aliases[name] = value

    def _name(self, name: str) -> str:
        short = _PREFIX.sub("", self.aliases.get(name, name))
        prefix, colon, rest = short.partition(":")
        if colon and f"{prefix}:" in self.prefixes:
            return rest
        return short

    def plain(self, value: Mapping[str, Any]) -> Thing:
        made = self._plain(value, 0)
        return made if isinstance(made, dict) else {}

    def _plain(self, value: Any, depth: int) -> Any:
        self.left[0] -= 1
        if depth > DEEPEST or self.left[0] < 0:
            raise BadBlock("it is nested more deeply, or says more, than any honest page does.")
        if isinstance(value, list):
            return [self._plain(one, depth + 1) for one in value]
        if not isinstance(value, Mapping):
            return value
        made = {self._name(str(name)): self._plain(one, depth + 1) for name, one in value.items() if name != "@context"}
        if "@type" in made:
            made["@type"] = [self._name(one) for one in many(made["@type"]) if isinstance(one, str)]
        return made


def many(value: Any) -> list[Any]:
    """The values of a term: one stands without brackets, and a list may be called one."""
    if isinstance(value, dict):
        value = value.get("@list", value.get("@set", value))
    if value in (None, "", {}):
        return []
    return value if isinstance(value, list) else [value]
