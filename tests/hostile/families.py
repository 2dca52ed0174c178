"""What means harm, one of each family that others have met, short enough for the shortest text, and handed out so that
in the end every text has had every one of them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from landbridge.formats.fields import Group, Line, Lines, Link, Organisation, Person, Text
from landbridge.formats.format import parts, questions
from landbridge.lib.languages import LANGUAGES

HANDLERS: Final = (
    "abort", "blur", "change", "click", "dblclick", "error", "focus", "keydown", "keypress", "keyup", "load",
    "mousedown", "mouseout", "mouseover", "mouseup", "reset", "resize", "submit", "unload",
)  # fmt: skip
FAMILIES: Final = {
    "applet": "<applet code=e.class></applet>",
    "blink": "<blink>b</blink>",
    "embed": "<embed src=//e.example>",
    "frame": "<frameset><frame src=//e></frameset>",
    "iframe": "<iframe srcdoc='<script>'></iframe>",
    "link": "<link rel=stylesheet href=//e.example>",
    "meta": "<meta http-equiv=refresh content=0;//e>",
    "object": "<object data=//e.example></object>",
    "on": "<img src=x onerror=alert(7)>",
    "script": "<script>alert(7)</script>",
    "script cdata": "<![CDATA[<script>alert(7)</script>]]>",
    "script base64": "PHNjcmlwdD5hbGVydCg3KTwvc2NyaXB0Pg==",
    "script unclosed": "\"'><script src=//e.example//",
    "style": "<b style=background:url(//e)>b</b>",
    "style tag": "<style>*{color:red}</style>",
    "uri": "<a href='java&#9;script:alert(7)'>a</a>",
    "dollar": "<a $=1 onclick=alert(7)>a</a>",
    "crazy": "<p/onclick=alert(7) a=\">\"/><<p>>",
    "svg": "<svg/onload=alert(7)>",
    "template": "{{7*7}}{%debug%}%(x)s{0}",
    "entities": "&lt;script&gt;alert(7)&lt;/script&gt;",
    "formula": "=HYPERLINK(\"//e.example\")",
    "direction": "\u202eevil\u202c\u2066\u200f\u200b",
    "malicious comment": "<!-- --!><svg onload=alert(7)>",
    "unclosed comment": "]]><!--",
}  # fmt: skip
REVISIONS: Final = 3
"""So many times each question is answered: what a text has no room for stands in the next."""


class Filler:
    """Gives each text as many payloads as it takes, and goes on with the next one when that text is asked for again.

    Each language begins elsewhere, and each format: what is too short for all of them has them all in one or another.
    """

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.given: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Path and language of a text to the families that it has had."""
        self._turn: dict[tuple[str, str], int] = {}
        self._handler = 0

    def text(self, path: str, limit: int, language: str = "") -> str:
        """The next payloads, as many as there is room for, each at most once."""
        names, key, found = list(FAMILIES), (path, language), ""
        turn = self._turn.get(key, self._begin(language))
        for name in (*names[turn:], *names[:turn]):
            longer = f"{found} {self._payload(name)}".strip(" ")
            if len(longer) > limit:
                break
            found, turn = longer, turn + 1
            self.given[key].add(name)
        self._turn[key] = turn % len(names)
        return found

    def _begin(self, language: str) -> int:
        step = LANGUAGES.index(language) * len(FAMILIES) // len(LANGUAGES) if language else 0
        return (2 * self.first + step) % len(FAMILIES)

    def _payload(self, name: str) -> str:
        """Of the handlers another one each time."""
        if name != "on":
            return FAMILIES[name]
        self._handler += 1
        return FAMILIES[name].replace("error", HANDLERS[self._handler % len(HANDLERS)])

    def in_every_language(self, path: str, limit: int) -> dict[str, str]:
        return {tag: self.text(path, limit, tag) for tag in LANGUAGES}


def rows(shortest: int) -> int:
    """How many rows of an answer it takes until a text of this length has had them all, in all revisions."""
    room, count = 0, 1
    for payload in FAMILIES.values():
        room += len(payload) + 1
        if room > shortest + 1:
            room, count = len(payload) + 1, count + 1
    return -(-count // REVISIONS)


_PERSON: Final = {"name": 200, "role": 200, "organisation": 300, "phone": 60}
_ORGANISATION: Final = {"name": 300, "role": 200}


def _several(filler: Filler, path: str, limits: dict[str, int], **more: Any) -> list[dict[str, Any]]:
    return [
        {name: filler.text(f"{path}.{name}", limit) for name, limit in limits.items()} | more
        for _ in range(rows(min(limits.values())))
    ]


def answers(model: Any, filler: Filler, before: str = "") -> dict[str, Any]:
    """Payloads in every question that takes words, from the first text to the last part of a row."""
    return {name: value for name, value in _each(model, filler, before) if value}


def _each(model: Any, filler: Filler, before: str) -> Iterator[tuple[str, Any]]:
    for name, question in questions(model).items():
        path, is_list = f"{before}{name}", "list[" in str(model.model_fields[name].annotation)
        if isinstance(question, Text):
            yield name, filler.in_every_language(path, question.max_length)
        elif isinstance(question, Line) and not question.pattern:
            limit = min(question.max_length, 300) if isinstance(question, Lines) else question.max_length
            several = [filler.text(path, limit) for _ in range(rows(limit))] if is_list else None
            yield name, several or filler.text(path, limit)
        elif isinstance(question, Organisation):
            yield name, _several(filler, path, _ORGANISATION)
        elif isinstance(question, Person):
            yield name, _several(filler, path, _PERSON)
        elif isinstance(question, Link):
            yield name, _several(filler, path, {"title": 300}, url="https://ok.example/?a=1&b=%22", language="en")
        elif isinstance(question, Group) and not before:
            inner = parts(model, name)
            count = rows(_shortest(inner)) if inner is not None and is_list else 1
            every = [answers(inner, filler, f"{path}.") for _ in range(count if inner is not None else 0)]
            yield name, every if is_list else every[0] if every else None


def _shortest(model: Any) -> int:
    asked = questions(model).values()
    return min((one.max_length for one in asked if isinstance(one, Text | Line)), default=300)


def drop(data: dict[str, Any], path: str) -> str:
    """Take the answer out that a problem is about, and only that; what was taken out, as the path of its question."""
    steps = path.split(".")
    at: Any = data
    for step in steps[:-1]:
        inner = at[int(step)] if isinstance(at, list) else at.get(step)
        if not isinstance(inner, dict | list):
            break
        at = inner
    name = steps[-1]
    if isinstance(at, dict) and name in at and at is not data:
        del at[name]
        return ".".join(step for step in steps if not step.isdigit())
    data.pop(steps[0], None)
    return steps[0]
