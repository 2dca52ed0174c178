"""The folder of pages, one language after the other: records, lists of them, search, forms."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final

import orjson
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import override

from landbridge.exchange.bundles.contents import Put
from landbridge.formats.format import referred
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import NAMES, direction
from landbridge.registry.queries import RecordView, titles
from landbridge.registry.rules import Reader
from landbridge.web.assets import FOLDER
from landbridge.web.labels import capital, format_plural, place_name, place_term, term_label
from landbridge.web.offline.links import relinked
from landbridge.web.offline.lists import Lists
from landbridge.web.offline.names import list_page, record_page, up
from landbridge.web.pages import Page, page
from landbridge.web.templatetags.safeguards import safeguards

_BATCH: Final = 200
_OWN: Final = FOLDER.parent / "offline"
_HOLD: Final = "/held-files"
"""Where files seem to be while an answer is drawn."""


@dataclass(frozen=True)
class Folder:
    """What the pages are made of."""

    put: Put
    views: Callable[[], Iterable[RecordView]]
    """The records of the bundle, read once for each language."""
    holds: Callable[[Iterable[str]], set[str]]
    """Those of some ids that are in the bundle."""
    files: frozenset[str]
    """The SHA-256 of the attached files that are in it."""
    reader: Reader
    languages: Sequence[str]
    made: datetime
    forms: Sequence[tuple[str, str]] = ()
    """(format, kind of file) of the forms that lie in `forms/`."""
    watch: Callable[[int], None] = field(default=lambda done: None)
    """Told how many record pages are written."""


def write(folder: Folder) -> int:
    """Write all pages: how many records they show."""
    _write_common(folder)
    count = 0
    for number, language in enumerate(folder.languages):
        with override(language):
            count = _Language(folder, language, number * count).write()
    return count


def _write_common(folder: Folder) -> None:
    style = (FOLDER / "landbridge.css").read_bytes() + b"\n" + (_OWN / "offline.css").read_bytes()
    folder.put("pages/style.css", style)
    folder.put("pages/search.js", (_OWN / "search.js").read_bytes())
    shown = [(tag, NAMES[tag], direction(tag)) for tag in folder.languages]
    with override(folder.languages[0]):
        told = {"node_name": settings.NODE_NAME, "choices": shown, "made": folder.made}
        told |= {"language": folder.languages[0], "direction": direction(folder.languages[0])}
        folder.put("pages/index.html", _drawn("start", told))


def _drawn(name: str, told: dict[str, Any]) -> bytes:
    return get_template(f"bundle/{name}.html").render(told).encode()


class _Language:
    """The pages in one language."""

    def __init__(self, folder: Folder, language: str, done: int) -> None:
        self.folder, self.language, self.done = folder, language, done
        self.lists = Lists()

    def write(self) -> int:
        views = iter(self.folder.views())
        while batch := list(islice(views, _BATCH)):
            self._write_records(batch)
            self.done += len(batch)
            self.folder.watch(self.done)
        for kind in self.lists.of:
            self._write_lists(kind)
        self._write_overviews()
        self._write_search()
        return len(self.lists.lines)

    def _put(self, place: str, template: str, **told: Any) -> None:
        frame = {
            "language": self.language, "direction": direction(self.language), "up": up(place), "place": place,
            "node_name": settings.NODE_NAME, "node_email": settings.NODE_EMAIL, "made": self.folder.made,
            "base_url": settings.BASE_URL, "types": self._types(),
            "others": [(tag, NAMES[tag], tag == self.language) for tag in self.folder.languages],
        }  # fmt: skip
        self.folder.put(f"pages/{self.language}/{place}", _drawn(template, frame | told))

    def _types(self) -> list[tuple[str, str, int]]:
        """(page, plural, number of records) of each kind of record that is there."""
        kinds = self.lists.of["type"]
        return [(list_page("type", name), format_plural(name), len(kinds[name])) for name in FORMATS if name in kinds]

    def _write_records(self, batch: list[RecordView]) -> None:
        wanted = {one for view in batch for one in referred(view.data)}
        known = titles(wanted, self.folder.reader) if wanted else {}
        here = self.folder.holds(wanted)
        for view in batch:
            self.lists.add(view, self.language)
            place = record_page(view.id)
            shown = page(view, known, files=_HOLD, maps=False)
            resolve = partial(self._resolve, up(place), here)
            facts = [(one.label, relinked(one.html, resolve)) for one in (*shown.who, *shown.facts)]
            original = view.data["title"].get(view.language, "") if shown.language != view.language else ""
            self._put(place, "record", page=shown, view=view, facts=facts, type_page=list_page("type", view.format),
                      original=original, kept_back=_kept_back(view, resolve),
                      sections=list(_sections(shown, resolve)), address=_address(view))  # fmt: skip

    def _resolve(self, to_root: str, here: set[str], address: str) -> str:
        """A link of a record's answer; lists of places and targets are written whenever a record names them."""
        parts = address.split("#")[0].strip("/").split("/")
        if parts[0] == "records" and len(parts) == 2 and parts[1] in here:
            return to_root + record_page(parts[1])
        if address.startswith(f"{_HOLD}/") and parts[-1] in self.folder.files:
            return f"{to_root}../../files/{parts[-1]}"
        kind = {"parties": "place", "vocabularies": {"regions": "place", "targets": "target"}.get(parts[1], "")}.get(
            parts[0] if len(parts) > 1 else "", ""
        )
        listed = kind and parts[-1] in self.lists.of[kind]
        return to_root + list_page(kind, parts[-1]) if listed else ""

    def _write_lists(self, kind: str) -> None:
        for value in self.lists.of[kind]:
            for place, lines, before, after in self.lists.pages(kind, value):
                self._put(place, "list", heading=_named(kind, value), lines=lines, before=before, after=after,
                          count=len(self.lists.of[kind][value]))  # fmt: skip

    def _write_overviews(self) -> None:
        for kind, name in (("place", "places"), ("target", "targets")):
            found = [(list_page(kind, one), _named(kind, one), len(at)) for one, at in self.lists.of[kind].items()]
            self._put(f"{name}.html", "overview", kind=kind, found=sorted(found, key=_by_name))
        self._put("index.html", "index", count=len(self.lists.lines))
        forms = [(name, kind, f"forms/{name}-{self.language}.{kind}") for name, kind in self.folder.forms]
        self._put("forms.html", "forms", forms=forms)

    def _write_search(self) -> None:
        """The index is a small program: pages without a server may not read data files."""
        rows = [
            [line.href, line.title, line.language, format_plural(line.format), line.places, line.summary]
            for line in self.lists.lines
        ]
        index = b"var RECORDS = " + orjson.dumps(rows) + b";\n"
        self.folder.put(f"pages/{self.language}/search-index.js", index)
        self._put("search.html", "search")


def _by_name(found: tuple[str, str, int]) -> str:
    return found[1].casefold()


def _named(kind: str, value: str) -> str:
    if kind == "type":
        return format_plural(value)
    if kind == "place":
        return place_name(value) if place_term(value) else value
    return capital(term_label("targets", value))


def _sections(shown: Page, resolve: Callable[[str], str]) -> Iterator[tuple[str, str, list[tuple[str, Any]]]]:
    for section in shown.sections:
        yield section.id, section.title, [(one.label, relinked(one.html, resolve)) for one in section.answers]


def _kept_back(view: RecordView, resolve: Callable[[str], str]) -> SafeString:
    """The labels of communities, and what is kept back."""
    told = safeguards({"node_email": settings.NODE_EMAIL}, view)
    return relinked(SafeString(get_template("parts/safeguards.html").render(told)), resolve)


def _address(view: RecordView) -> str:
    return f"{view.origin or settings.BASE_URL}/records/{view.id}"
