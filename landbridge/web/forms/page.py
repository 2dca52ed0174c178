"""One page of a form: a section, or all of it, in one language of its texts."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.http import HttpRequest
from django.utils.safestring import SafeString

from landbridge.formats.fields import RichText, Text
from landbridge.formats.format import SECTIONS, CommonFormat, parts, questions, referred, required, sections
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord, Problem
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.registry import copies, naming
from landbridge.registry.models import WorkingCopy
from landbridge.registry.queries import titles
from landbridge.registry.rules import Reader
from landbridge.registry.safeguards import require_consent_to_list, require_safe
from landbridge.search.query import BadQuery, Query, search
from landbridge.web.assets import asset
from landbridge.web.forms import linked  # noqa: F401 its kinds of question register themselves
from landbridge.web.forms.alike import alike
from landbridge.web.forms.asked import Asked, Found, listed, words
from landbridge.web.forms.choices import candidates, datalist, question_of
from landbridge.web.forms.errors import Wrong, beside, wrongs
from landbridge.web.forms.render import draw
from landbridge.web.forms.saving import Verb, fingerprints, tongue_of
from landbridge.web.forms.steps import advice, after, named, steps
from landbridge.web.labels import capital, format_name, language_name, reader_language, said
from landbridge.web.people import reader_of

_LIST: Final = re.compile(r' list="d-([a-z_]+)"')


def problems_of(copy: WorkingCopy) -> list[Problem]:
    """Everything that keeps the copy from being published."""
    try:
        answers = copies.check(copy)
        require_consent_to_list(copy.format, answers)
        require_safe(copy.format, answers)
    except InvalidRecord as invalid:
        return invalid.problems
    return []


@dataclass(frozen=True)
class Page:
    """What is shown of a copy."""

    copy: WorkingCopy
    section: str
    language: str
    whole: bool = False
    check: bool = False
    more: str = ""
    lookup: str = ""
    model: type[CommonFormat] = field(default=CommonFormat)

    @classmethod
    def asked(cls, given: Mapping[str, Any], copy: WorkingCopy, *, hidden: bool = False) -> "Page":
        """The page that an address asks for, or that a form came from."""
        mark, model = "_" if hidden else "", FORMATS[copy.format]
        section = str(given.get(f"{mark}section", ""))
        return cls(
            copy=copy, model=model, section=section if section in sections(model) else "first",
            language=tongue_of(given, f"{mark}language", copy), whole=given.get(f"{mark}all") == "1",
            check=given.get(f"{mark}check") == "1", more="" if hidden else str(given.get("more", ""))[:200],
            lookup="" if hidden else str(given.get("lookup", ""))[:200],
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """The questions on the page; one that translates has the texts only."""
        every = sections(self.model) if self.whole else (self.section,)
        found = tuple(name for section in every for name in named(self.model, section))
        return found if self.language == self.copy.language else tuple(filter(self._has_text, found))

    @property
    def number(self) -> int:
        """Which of the sections it is, counted from one."""
        return [*sections(self.model)].index(self.section) + 1

    def _has_text(self, name: str) -> bool:
        question = questions(self.model)[name]
        inner = parts(self.model, name) if question.kind == "group" else None
        within = inner is not None and any(isinstance(one, Text) for one in questions(inner).values())
        return isinstance(question, Text) or (within and bool(self.copy.answers.get(name)))

    def pairs(self, **other: str) -> list[tuple[str, str]]:
        """The parameters of this page's address, some of them otherwise."""
        asked = {"section": self.section, "language": self.language if self.language != self.copy.language else "",
                 "all": "1" if self.whole else "", **other}  # fmt: skip
        return [(name, value) for name, value in asked.items() if value]

    def after(self, verb: Verb) -> tuple[list[tuple[str, str]], str]:
        """Where a button leads: the parameters of the page, and the place on it."""
        if verb.name == "go" and verb.path in sections(self.model):
            return self.pairs(section=verb.path, all=""), ""
        if verb.name == "language":
            return self.pairs(language=verb.path), "#tongues"
        if verb.name == "next":
            return self._next()
        if verb.name == "add":
            return self.pairs(more=verb.path), f"#f-{verb.path}"
        if verb.name in ("remove", "up", "down", "upload"):
            return self.pairs(), f"#f-{verb.path}"
        if verb.name == "find":
            return self.pairs(lookup=verb.path), f"#f-{verb.path}"
        return self.pairs(check="1" if self.check else ""), ""

    def _next(self) -> tuple[list[tuple[str, str]], str]:
        """The section that follows; first once what is malformed in this one, so that it is mended where it stands."""
        here = set(self.names)
        malformed = [one for one in problems_of(self.copy) if one.field.partition(".")[0] in here and not _open(one)]
        if malformed and not self.check:
            return self.pairs(check="1"), "#errors"
        following = after(self.model, self.section)
        return self.pairs(section=following or self.section, all=""), "" if following else "#foot"


def _open(problem: Problem) -> bool:
    return problem.code in ("missing", "none_required", "dict_type", "consent_missing")


def page_of(request: HttpRequest, copy: WorkingCopy) -> Page:
    """The page that the address asks for."""
    return Page.asked(request.GET, copy)


def found_records(reader: Reader, text: str, formats: tuple[str, ...], most: int = 8) -> list[Found]:
    """Records whose words a text names, by id, with their titles; only what the reader may see."""
    if not text.strip():
        return []
    query = Query(text=text[:200], types=tuple(one for one in formats if one in FORMATS), limit=most)
    try:
        hits = search(query, reader, reader_language(), with_facets=False).hits
    except BadQuery:
        return []
    return [(hit.id, hit.title if len(formats) == 1 else f"{hit.title} ({format_name(hit.type)})") for hit in hits]


def found_parties(text: str) -> list[Found]:
    """Parties, organisations and communities that a text may name, by id."""
    asked, known = question_of("countries"), vocabulary("countries").terms
    places = candidates(asked, text, 8) if asked else []
    return [*((one, label) for one, label in places if one in known), *naming.named(text, reader_language())]


def asked_of(request: HttpRequest, page: Page, found: list[Wrong]) -> Asked:
    """How the questions of the page are drawn."""
    copy, reader = page.copy, reader_of(request)
    linked_to = set(referred({name: copy.answers.get(name) for name in page.names}))
    named_parties = set(filter(None, map(words, listed(copy.answers.get("disclosed_to"))))) \
        if "disclosed_to" in page.names else set()  # fmt: skip
    return Asked(
        format=copy.format, language=page.language, original=copy.language, errors=beside(found),
        titles=titles(linked_to, reader) if linked_to else {},
        parties=naming.names_of(named_parties, reader_language()) if named_parties else {},
        needed=frozenset(required(page.model)), more=page.more, lookup=page.lookup,
        records=lambda text, formats: found_records(reader, text, formats), those=found_parties,
    )  # fmt: skip


def context(request: HttpRequest, page: Page) -> dict[str, Any]:
    """Everything that the template of a form needs."""
    copy, asked_for = page.copy, questions(page.model)
    found = wrongs(page.model, problems_of(copy)) if page.check else []
    here = [wrong for wrong in found if wrong.path.partition(".")[0] in page.names]
    asked = asked_of(request, page, here)
    fields = {name: draw(asked_for[name], copy.answers.get(name), page.model, name, name, asked)
              for name in page.names}  # fmt: skip
    wrong_in = frozenset(wrong.section for wrong in found)
    return {
        "copy": copy, "page": page, "name": copy.title, "owner": owner_name(copy),
        "fields": _grouped(page, fields), "wrongs": here,
        "steps": steps(page.model, copy.answers, "" if page.whole else page.section, wrong_in),
        "tabs": tabs(copy, page.language), "tongues": other_tongues(copy), "advice": advice(page.model, copy.answers),
        "translating": page.language != copy.language, "state": _state(copy, page.language),
        "lists": _lists("".join(fields.values())), "uploads": "files" in page.names and not asked.translating,
        "was": orjson.dumps(fingerprints(copy, page.names, page.language)).decode(),
        "writer": secrets.token_hex(8), "alike": _alike(request, page), "newer": _is_newer(request, copy),
        "has_rich": any(isinstance(asked_for[name], RichText) for name in page.names),
        "is_last": not after(page.model, page.section), **assets(),
    }  # fmt: skip


def owner_name(copy: WorkingCopy) -> str:
    """For whom the copy is written; empty for the person themselves."""
    return naming.names_of([copy.owner], reader_language()).get(copy.owner, copy.owner) if copy.owner else ""


def assets() -> dict[str, str]:
    """Style and script of the pages for writing."""
    return {
        "write_style": asset("write.css").address, "write_script": asset("write.js").address,
        "half_script": asset("half.js").address,
    }  # fmt: skip


def _grouped(page: Page, fields: Mapping[str, SafeString]) -> list[tuple[str, str, list[SafeString]]]:
    every = sections(page.model) if page.whole else (page.section,)
    grouped = [(one, said(SECTIONS[one]), [fields[name] for name in named(page.model, one) if name in fields])
               for one in every]  # fmt: skip
    return [one for one in grouped if one[2] or not page.whole]


def _lists(html: str) -> list[tuple[str, list[Found]]]:
    """The lists of suggestions that the controls of the page name."""
    return [(name, datalist(name)) for name in dict.fromkeys(_LIST.findall(html))]


def _alike(request: HttpRequest, page: Page) -> Any:
    title = page.copy.title
    return alike(title, page.copy.format, reader_of(request), page.copy.record_id) if "title" in page.names else []


def _is_newer(request: HttpRequest, copy: WorkingCopy) -> bool:
    return bool(copy.record_id) and copies.newer(copy, reader_of(request)) is not None


def _state(copy: WorkingCopy, language: str) -> str:
    states = copy.answers.get("translations")
    return str(states.get(language, "human")) if isinstance(states, dict) else "human"


def texts_in(copy: WorkingCopy) -> list[str]:
    """The languages in which the copy has a text, the original first."""
    asked = questions(FORMATS[copy.format])
    texts = (answer for name, answer in copy.answers.items() if name in asked and isinstance(asked[name], Text))
    found = {tag for one in texts if isinstance(one, dict) for tag in one}
    return [copy.language, *sorted(tag for tag in found if tag != copy.language)]


def tabs(copy: WorkingCopy, language: str) -> list[tuple[str, str, bool]]:
    """The languages that can be written: tag, name, whether it is the one on the page."""
    every = dict.fromkeys([*texts_in(copy), language])
    return [(tag, NAMES.get(tag) or capital(language_name(tag)), tag == language) for tag in every]


def other_tongues(copy: WorkingCopy) -> list[Found]:
    """The languages that can be added: our six first, then all others by name."""
    there = set(texts_in(copy))
    first = [(tag, NAMES[tag]) for tag in LANGUAGES if tag not in there]
    rest = [(term.id, capital(term.label(reader_language()))) for term in vocabulary("languages")]
    return first + sorted(
        (one for one in rest if one[0] not in LANGUAGES and one[0] not in there), key=lambda one: one[1]
    )
