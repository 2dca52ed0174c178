"""The six verbs: a request in, the bytes of the answer out. Nothing here knows of a web framework."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from django.conf import settings
from django.db.models import Min
from django.utils import translation
from django.utils.translation import gettext

from landbridge.exchange.models import OaiRecord
from landbridge.exchange.out.oai import dublin_core, listing, marking, stamps
from landbridge.exchange.out.oai.arguments import Asked, Problem, read
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES

_ROOT: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
)
"""The namespace of the protocol has no prefix: other people's validators look for the plain name."""
_IDENTIFIER: Final = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_DOMAIN: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]+)+")
_MAILBOX: Final = re.compile(r"\w[\w\-.+]*@[a-zA-Z0-9\-.]+\.[a-z]{2,}", re.ASCII)
_NO_MAILBOX: Final = "no-address-set@landbridge.invalid"
"""What a node says whose operator gave no address: of the right form, and nobody's."""
_SAID_BACK: Final = ("badVerb", "badArgument")
Answer = Iterable[bytes]


def base_url() -> str:
    """The address of this door."""
    return f"{settings.BASE_URL}/oai"


def answer(pairs: Sequence[tuple[str, str]]) -> bytes:
    """The answer to a request, given as the pairs of its query or form; never raises for what it holds."""
    now = stamps.written(time.time())  # Before anything is read: see `stamps`.
    asked: Asked | None = None
    try:
        asked = read(pairs)
        body = [f"<{asked.verb}>".encode(), *_VERBS[asked.verb](asked), f"</{asked.verb}>".encode()]
    except Problem as problem:
        body = [marking.element("error", problem.message, code=problem.code).encode()]
        asked = None if problem.code in _SAID_BACK else asked
    return b"".join([_opening(now, asked).encode(), *body, b"</OAI-PMH>\n"])


def _opening(now: str, asked: Asked | None) -> str:
    """What stands before the answer. A request that could not be read is not repeated."""
    told = {"verb": asked.verb, **asked.arguments} if asked is not None else {}
    return f"{_ROOT}<responseDate>{now}</responseDate>{marking.element('request', base_url(), **told)}"


def _identify(asked: Asked) -> Answer:
    earliest = OaiRecord.objects.aggregate(earliest=Min("stamp"))["earliest"]
    since = stamps.second(earliest) if earliest is not None else time.time()
    told = {
        "repositoryName": settings.NODE_NAME, "baseURL": base_url(), "protocolVersion": "2.0",
        "adminEmail": _mailbox(), "earliestDatestamp": stamps.written(since), "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ", "compression": "gzip",
    }  # fmt: skip
    yield "".join(marking.element(name, text) for name, text in told.items()).encode()
    if _DOMAIN.fullmatch(listing.domain()):
        yield _about_identifiers().encode()


def _mailbox() -> str:
    return settings.NODE_EMAIL if _MAILBOX.fullmatch(settings.NODE_EMAIL) else _NO_MAILBOX


def _about_identifiers() -> str:
    """Only for a node with a name of its own: one under a bare number or `localhost` has no namespace to speak of."""
    sample = OaiRecord.objects.filter(deleted=False).values_list("record_id", flat=True).first() or "1"
    parts = {
        "scheme": "oai", "repositoryIdentifier": listing.domain(), "delimiter": ":",
        "sampleIdentifier": listing.identifier(sample),
    }  # fmt: skip
    inner = "".join(marking.element(name, text) for name, text in parts.items())
    return (
        f'<description><oai-identifier xmlns="{_IDENTIFIER}" xsi:schemaLocation="{_IDENTIFIER} {_IDENTIFIER}.xsd">'
        f"{inner}</oai-identifier></description>"
    )


def _list_metadata_formats(asked: Asked) -> Answer:
    if "identifier" in asked.arguments:
        _row(asked)
    for name, prefix in listing.PREFIXES.items():
        told = {"metadataPrefix": name, "schema": prefix.schema(), "metadataNamespace": prefix.namespace}
        inner = "".join(marking.element(key, text) for key, text in told.items())
        yield f"<metadataFormat>{inner}</metadataFormat>".encode()


def _list_sets(asked: Asked) -> Answer:
    """One axis only: the format, which a record keeps for good. That a record left a set cannot be told to somebody who
    harvests that set alone, so nothing that may change, such as a country, is a set."""
    if asked.token is not None:
        raise Problem("badResumptionToken", "The list of sets is given as a whole.")
    for name in listing.sets():
        model = FORMATS[name]
        told = _in_all_languages("title", model.plural) + _in_all_languages("description", model.about)
        description = f"<setDescription>{dublin_core.OPENING}{told}{dublin_core.CLOSING}</setDescription>"
        spec, title = marking.element("setSpec", name), marking.element("setName", model.plural)
        yield f"<set>{spec}{title}{description}</set>".encode()


@cache
def _in_all_languages(name: str, text: str) -> str:
    said: dict[str, str] = {}
    for tag in ("en", *LANGUAGES):
        with translation.override(tag):
            said.setdefault(tag, gettext(text))
    return "".join(
        marking.element(f"dc:{name}", one, tag) for tag, one in said.items() if tag == "en" or one != said["en"]
    )


def _get_record(asked: Asked) -> Answer:
    row = _row(asked)
    prefix = asked.arguments["metadataPrefix"]
    if prefix not in listing.PREFIXES:
        raise Problem("cannotDisseminateFormat", f"We give {', '.join(listing.PREFIXES)}.")
    return listing.records([row], prefix)


def _row(asked: Asked) -> listing.Row:
    said = asked.arguments["identifier"]
    row = listing.one(listing.record_of(said))
    if row is None:
        raise Problem("idDoesNotExist", f"This repository has no {said}.")
    return row


def _list_identifiers(asked: Asked) -> Answer:
    return _list(asked, lambda rows, prefix: listing.headers(rows))


def _list_records(asked: Asked) -> Answer:
    return _list(asked, listing.records)


def _list(asked: Asked, write: Callable[[Sequence[listing.Row], str], Iterable[bytes]]) -> Answer:
    token = listing.begun(asked)
    page = listing.page(token)
    if not page.rows:
        raise Problem("noRecordsMatch", "No record of this set changed in this time.")
    return [*write(page.rows, token.prefix), listing.resumption(token, page).encode()]


_VERBS: Final[Mapping[str, Callable[[Asked], Answer]]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
