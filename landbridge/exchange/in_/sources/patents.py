"""What the offices tell of patents, in the words of a draft of a technology.

A patent is put by until a person makes a draft of it. Legal events are told with code, date and source; nothing here
says what is in force, because no file of events does. Names of inventors are counted, never kept, and an applicant who
is an inventor is a person and not kept either.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Found, Setting
from landbridge.exchange.in_.sources.known import (
    by_beginning,
    found,
    line,
    link,
    links,
    main_language,
    organisations,
    record,
    shorter,
    texts,
)

CLASSES: Final = Setting(
    "classes", gettext_noop("Only these classes"), help=gettext_noop("Of the IPC or CPC, such as A01G, C02F, Y02A."),
)  # fmt: skip
"""What the doors of patents ask of those who bring files."""
MOST_PATENTS: Final = 40
MOST_EVENTS: Final = 150
_COLUMNS: Final = re.compile(r"([A-H]\d\d[A-Z])([ \d]{2}\d)(\d{2,6})")
"""How US files wrote a class until 2004: three columns for the main group, no stroke."""
_SYMBOL: Final = re.compile(r"([A-HY])\s*(\d\d)\s*([A-Z])\s*(\d{1,4})\s*/\s*(\d{2,6})")
RIGHTS: Final = {
    "en": (
        "Rights must be checked with the patent offices before use. "
        "Legal events are listed with their dates; they do not say what is in force."
    ),
    "es": (
        "Los derechos deben comprobarse en las oficinas de patentes antes de cualquier uso. "
        "Los hechos jurídicos figuran con su fecha; no indican qué está en vigor."
    ),
    "fr": (
        "Les droits doivent être vérifiés auprès des offices de brevets avant tout usage. "
        "Les événements juridiques sont donnés avec leur date ; ils ne disent pas ce qui est en vigueur."
    ),
    "ru": (
        "До использования права следует проверить в патентных ведомствах. "
        "Правовые события приведены с датами; они не показывают, что действует."
    ),
    "zh": "使用前须向专利局核实权利。法律事件附有日期，但不说明哪些权利有效。",
    "ar": (
        "يجب التحقق من الحقوق لدى مكاتب البراءات قبل الاستعمال. تُذكر الأحداث القانونية بتواريخها، ولا تبيّن ما هو نافذ."
    ),
}
"""What every draft says of its rights."""


@dataclass
class Patent:
    """One publication as its office tells of it; everything in plain JSON."""

    office: str
    number: str
    kind: str = ""
    date: str | None = None
    family: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    abstracts: dict[str, str] = field(default_factory=dict)
    applicants: list[list[str]] = field(default_factory=list)
    """Name and country."""
    inventors: list[list[str]] = field(default_factory=list)
    applications: list[list[str]] = field(default_factory=list)
    """Number and day."""
    priorities: list[list[str]] = field(default_factory=list)
    ipc: list[str] = field(default_factory=list)
    cpc: list[str] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    """Each with country, number, code, description, date and source."""
    deleted: bool = False

    @property
    def name(self) -> str:
        return f"{self.office}{self.number} {self.kind}".strip()

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def symbol(text: str) -> str | None:
    """A class of the IPC or the CPC as `A01G 25/16`, from fixed columns, one word, or with zeros in front."""
    said = text.strip().upper()
    match = _SYMBOL.match(said)
    if match is None:
        columns = _COLUMNS.match(said)
        return f"{columns.group(1)} {int(columns.group(2))}/{columns.group(3)}" if columns else None
    section, number, subclass, group, subgroup = match.groups()
    return f"{section}{number}{subclass} {int(group)}/{subgroup}"


def symbols(said: Iterable[str | None]) -> list[str]:
    """Each class once, in the order in which they stand; the same one stands there for every office that gave it."""
    return list(dict.fromkeys(one for text in said if text and (one := symbol(text))))


def wanted(one: Patent, classes: str) -> bool:
    """Whether a patent is in one of the classes that a person named, such as `A01G, Y02A`; in any when none is."""
    names = ["".join(name.upper().split()) for name in classes.replace(";", ",").split(",") if name.strip()]
    classes_of_it = [text.replace(" ", "") for text in (*one.cpc, *one.ipc)]
    return not names or any(text.startswith(tuple(names)) for text in classes_of_it)


def family(key: str, patents: Sequence[Patent], source: str) -> Found:
    """A family of patents, put by: what a draft of a technology will say, and the facts."""
    alive = [one for one in patents if not one.deleted]
    if not alive:
        return found(key, gone=True)
    alive.sort(key=lambda one: (one.date or "", one.name))
    titles = _together(one.titles for one in alive)
    abstracts = _together(one.abstracts for one in alive)
    names = list(dict.fromkeys(one.name for one in alive))
    title = texts(titles.items(), 300) or {"en": line(f"Patent {', '.join(names[:3])}", 300)}
    events = _events(alive)
    pages = links(link(_page(one), one.name) for one in alive[:MOST_PATENTS])
    data = {
        "title": title,
        "summary": texts(abstracts.items(), 3000, lines=True) or title,
        "developers": organisations((name, "Applicant") for name, _ in _applicants(alive)),
        "ip_status": ["unknown"],
        "licence_terms": dict(RIGHTS),
        "patents": [_right(one, events) for one in _once(alive)[:MOST_PATENTS]],
        **by_beginning("patent_classes", [*_all(alive, "cpc"), *_all(alive, "ipc")]),
        "links": pages,
        "source": line(f"{source}, {', '.join(names[:20])}", 1000),
    }
    facts = {
        "source": source, "family": alive[0].family, "publications": [[one.name, one.date or ""] for one in alive],
        "applicants": [" ".join(part for part in one if part) for one in _applicants(alive)],
        "inventors": _inventors(alive), "applications": _pairs(alive, "applications"),
        "priorities": _pairs(alive, "priorities"), "cpc": _all(alive, "cpc"), "ipc": _all(alive, "ipc"),
        "legal_events": events[:MOST_EVENTS], "legal_events_in_all": len(events), "rights": RIGHTS["en"],
    }  # fmt: skip
    tag = main_language(title)
    told = {"title": title[tag], "address": pages[0]["url"] if pages else ""}
    return found(key, record=record("technology", tag, data), kept=True, facts=facts, **told)


def _together(said: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The first text of each language."""
    first: dict[str, str] = {}
    for by_tag in said:
        for tag, text in by_tag.items():
            first.setdefault(tag, text)
    return first


def _all(patents: Sequence[Patent], name: str) -> list[str]:
    return list(dict.fromkeys(text for one in patents for text in getattr(one, name)))[:100]


def _pairs(patents: Sequence[Patent], name: str) -> list[list[str]]:
    return [list(pair) for pair in dict.fromkeys(tuple(pair) for one in patents for pair in getattr(one, name))][:100]


def folded(name: str) -> frozenset[str]:
    """A name as names are compared: offices write the words in any order."""
    return frozenset(re.findall(r"\w+", name.casefold()))


def _applicants(patents: Sequence[Patent]) -> list[list[str]]:
    """Applicants that are not inventors as well, each once: offices write a name in several ways."""
    people = {folded(name) for one in patents for name, _ in one.inventors}
    kept: dict[frozenset[str], list[str]] = {}
    for one in patents:
        for name, country in one.applicants:
            words = folded(name)
            if words and words not in people:
                kept.setdefault(words, [name, country])
    return list(kept.values())[:50]


def _inventors(patents: Sequence[Patent]) -> dict[str, Any]:
    """How many, and from which countries; no name."""
    people: dict[frozenset[str], str] = {}
    for one in patents:
        for name, country in one.inventors:
            people[folded(name)] = people.get(folded(name)) or country
    return {"number": len(people), "countries": sorted({country for country in people.values() if country})}


def _events(patents: Sequence[Patent]) -> list[dict[str, str]]:
    """All legal events, the latest first, each once."""
    each = {tuple(sorted(event.items())): event for one in patents for event in one.events}
    return sorted(each.values(), key=lambda event: event.get("date", ""), reverse=True)


def _once(patents: Sequence[Patent]) -> list[Patent]:
    return list({one.name: one for one in patents}.values())


def _right(one: Patent, events: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """A line of the draft: the publication with its last event, if the office told one."""
    said: dict[str, Any] = {"office": line(one.office, 40), "number": line(one.name, 60)}
    if one.family:
        said["family"] = line(one.family, 60)
    own = {f"{one.office}{one.number}", *(number for number, _ in one.applications)}
    last = next((event for event in events if f"{event.get('country')}{event.get('number')}" in own), None)
    if last is not None:
        words = f"{last.get('code', '')} {last.get('description', '')} ({last.get('source', '')})"
        said["event"] = shorter(line(words, 300), 300)
        if last.get("date"):
            said["event_on"] = last["date"]
    return said


def _page(one: Patent) -> str:
    """Where a person reads the publication."""
    plain = re.sub(r"[^A-Za-z0-9]", "", f"{one.office}{one.number}{one.kind}")
    return f"https://worldwide.espacenet.com/patent/search?q=pn%3D{plain}"
