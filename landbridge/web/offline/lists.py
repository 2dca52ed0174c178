"""What the lists of the folder show: one short line a record, in one language, kept while the pages are written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import choose
from landbridge.registry.queries import RecordView
from landbridge.web.labels import places_named, side
from landbridge.web.offline.names import list_page, record_page

PAGE: Final = 100
"""Records on a page of a list: some 20 kB."""
_SEARCHED: Final = 160
"""Characters of a summary that can be searched."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record in a list."""

    href: str
    title: str
    language: str
    format: str
    places: str
    sample: bool
    summary: str

    @property
    def side(self) -> str:
        return side(self.format)


@dataclass
class Lists:
    """All lines, and which of them stand in which list."""

    lines: list[Line] = field(default_factory=list)
    of: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: {"type": {}, "place": {}, "target": {}}
    )  # fmt: skip

    def add(self, view: RecordView, language: str) -> None:
        """One more record."""
        tag, title = choose(view.data["title"], language, view.language)
        _, summary = choose(view.data.get("summary") or {}, language, view.language)
        places = list(dict.fromkeys(_kept(view, ("place", "served"))))
        number = len(self.lines)
        self.lines.append(
            Line(record_page(view.id), title, tag, view.format, places_named(places), bool(view.data.get("sample")),
                 summary[:_SEARCHED])
        )  # fmt: skip
        told: Mapping[str, Iterable[str]] = {
            "type": (view.format,), "place": places, "target": dict.fromkeys(_kept(view, ("target",))),
        }  # fmt: skip
        for kind, values in told.items():
            for value in values:
                self.of[kind].setdefault(value, []).append(number)

    def pages(self, kind: str, value: str) -> Iterator[tuple[str, list[Line], str, str]]:
        """The pages of a list in the order of titles: (its place, its lines, the page before, the page after)."""
        chosen = sorted((self.lines[at] for at in self.of[kind][value]), key=lambda line: line.title.casefold())
        last = (len(chosen) + PAGE - 1) // PAGE
        for number in range(1, last + 1):
            before = list_page(kind, value, number - 1) if number > 1 else ""
            after = list_page(kind, value, number + 1) if number < last else ""
            yield list_page(kind, value, number), chosen[(number - 1) * PAGE : number * PAGE], before, after


def _kept(view: RecordView, roles: tuple[str, ...]) -> Iterator[str]:
    for name, question in questions(FORMATS[view.format]).items():
        if question.role in roles and question.public:
            kept = view.data.get(name) or ()
            yield from (kept,) if isinstance(kept, str) else kept
