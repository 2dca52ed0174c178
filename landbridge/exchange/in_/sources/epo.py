"""EPO: patent families from its services (OPS) by a search, or from files of the services and of DOCDB."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import IO, Any, Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.epo_documents import patent
from landbridge.exchange.in_.sources.epo_service import MOST_RESULTS, Paused, Service
from landbridge.exchange.in_.sources.gathered import Gathered, gathered
from landbridge.exchange.in_.sources.known import refused
from landbridge.exchange.in_.sources.opening import opened
from landbridge.exchange.in_.sources.patents import CLASSES, Patent, family, wanted

EVERY: Final = 20
_OVERLAP: Final = timedelta(days=14)
"""What was published before the last run may be loaded after it."""
_WITHOUT_BIBLIO: Final = {
    "search-result": "It holds the list of hits of a search only; ask for the bibliographic data (biblio) as well.",
    "fulltext-document": "It holds claims or a description only; ask for the bibliographic data (biblio).",
    "inquiry-result": "It holds a list of images only; ask for the bibliographic data (biblio).",
    "fault": "It holds an error message of the service.",
}


class Epo:
    name = "epo"
    label = gettext_noop("Patents of the EPO")
    about = gettext_noop("Patent families by a search at https://ops.epo.org/3.2, or from files; drafts for people.")
    takes = "both"
    settings = (
        Setting("query", gettext_noop("Search"), help=gettext_noop("In the words of the EPO, such as cpc=Y02A.")),
        Setting("key", gettext_noop("Key"), kind="secret", help=gettext_noop("Of developers.epo.org; it is free.")),
        Setting("secret", gettext_noop("Secret"), kind="secret"),
        Setting("legal", gettext_noop("With legal events"), kind="yes_no", default=True),
        CLASSES,
    )  # fmt: skip

    def __init__(self, pause: Callable[[float], None] = time.sleep) -> None:
        self._pause = pause

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        if ask.file is None:
            yield from _searched(ask, Service(ask, self._pause))
            return
        with opened(ask) as source, gathered() as store:
            if source is None:
                return
            yield from _documents(source.stream, store)
            yield from _families(store, str(ask.settings.get("classes") or ""))
            yield Checkpoint({})


def _documents(stream: IO[bytes], store: Gathered) -> Iterator[Found]:
    """Put the documents of a file into the store, by family; what cannot be read is given."""
    from landbridge.lib.xml import elements, outermost

    start = stream.read(4_096).lstrip()
    stream.seek(0)
    if start[:1] in (b"{", b"["):
        raise BadSource("This is JSON, whatever its name says; ask the service for XML (Accept: application/xml).")
    root = outermost(stream)[0].rpartition("}")[2]
    other = ""
    number = 0
    # What is read is let go of: a document inside a member of a family must come with the member.
    document = "family-member" if b"patent-family" in start else "exchange-document"
    for element in elements(stream, [f"{{*}}{name}" for name in (document, *_WITHOUT_BIBLIO)]):
        name = str(element.tag).rpartition("}")[2]
        if name in _WITHOUT_BIBLIO:
            other = other or _WITHOUT_BIBLIO[name]
            continue
        number += 1
        try:
            _put(store, patent(element))
        except ValueError as error:
            yield refused("", str(error), f"{name} {number}")
    if not number:
        raise BadSource(other or f"This is no file of patents of the EPO: the outermost element is {root[:60]}.")


def _put(store: Gathered, one: Patent) -> None:
    store.put(f"family {one.family}" if one.family else one.name, one.plain())


def _families(store: Gathered, classes: str) -> Iterator[Found]:
    for key, said in store.groups():
        patents = [Patent(**one) for one in said]
        if any(one.deleted or wanted(one, classes) for one in patents):
            yield family(key, patents, "EPO DOCDB")


def _searched(ask: Ask, service: Service) -> Iterator[Found | Checkpoint]:
    """The families of a search that were published since the last run, in the order of their numbers."""
    query = str(ask.settings.get("query") or "").strip()
    if not query:
        raise BadSource("Write what to search for, such as cpc=Y02A.")
    today = (ask.now or datetime.now(UTC)).date()
    since, after = str(ask.state.get("since") or ""), str(ask.state.get("after") or "")
    until = str(ask.state.get("until") or today.isoformat())
    asked = f'({query}) and pd within "{since.replace("-", "")} {until.replace("-", "")}"' if since else query
    hits = _by_family(service, asked)
    here = {"since": since, "until": until}
    try:
        for count, (number, references) in enumerate(sorted(hits.items()), 1):
            if number <= after:
                continue
            yield _looked_up(service, number, references, bool(ask.settings.get("legal", True)))
            if count % EVERY == 0:
                yield Checkpoint({**here, "after": number})
            after = number
    except Paused:
        yield Checkpoint({**here, "after": after})
        raise
    if len(hits) >= MOST_RESULTS:
        yield refused("too many hits", f"The search has more than {MOST_RESULTS} hits; narrow it.", "search")
    yield Checkpoint({"since": (date.fromisoformat(until) - _OVERLAP).isoformat()})


def _by_family(service: Service, query: str) -> dict[str, list[str]]:
    """Family to the references of its publications, as the service takes them back."""
    hits: dict[str, list[str]] = {}
    for reference in service.found(query):
        said: dict[str, Any] = {
            name: (reference.findtext(f"{{*}}document-id/{{*}}{name}") or "").strip()
            for name in ("country", "doc-number", "kind")
        }
        number = ".".join(part for part in said.values() if part)
        if number:
            hits.setdefault(reference.get("family-id") or number, []).append(number)
    return hits


def _looked_up(service: Service, number: str, references: list[str], legal: bool) -> Found:
    root = service.family(references[0], legal)
    if root is None:
        return refused(f"family {number}", "The service found it, but has no data of its family.", references[0])
    patents = [patent(member) for member in root.iter("{*}family-member")]
    if not patents:
        return refused(f"family {number}", "The service answers without a single publication of it.", references[0])
    for one in patents:
        one.family = one.family or number
    return family(f"family {number}", patents, "EPO Open Patent Services")
