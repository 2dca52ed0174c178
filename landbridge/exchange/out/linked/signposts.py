"""Signposts for machines (FAIR signposting, RFC 8288): from a record's page to its descriptions, licence and class."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.graph import MEDIA_TYPES, iri
from landbridge.exchange.out.linked.identifiers import leads_to
from landbridge.exchange.out.linked.jsonld import classes
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.queries import RecordView

DATACITE: Final = {
    "xml": "application/vnd.datacite.datacite+xml", "json": "application/vnd.datacite.datacite+json",
}  # fmt: skip
"""Ending below `/datacite` to its media type."""
INBOX: Final = "http://www.w3.org/ns/ldp#inbox"
"""The relation to where notifications about a page are sent (Linked Data Notifications)."""
_FILES: Final = 20
"""So many files at most are named in a header."""


def of_page(view: RecordView, doi: str = "") -> str:
    """The `Link` header of the page of a record that everybody may see."""
    return ", ".join(_page_links(view, doi))


def _link(address: str, relation: str, type: str = "") -> str:
    return f'<{iri(address)}>; rel="{relation}"' + (f'; type="{type}"' if type else "")


def _page_links(view: RecordView, doi: str) -> Iterator[str]:
    data = addresses.told(view)
    yield _link(leads_to("DOI", doi) if doi else addresses.of_record(view.id), "cite-as")
    for ending, type in MEDIA_TYPES.items():
        yield _link(addresses.of_record(view.id, f".{ending}"), "describedby", type)
    for ending, type in DATACITE.items():
        yield _link(addresses.of_record(view.id, f"/datacite.{ending}"), "describedby", type)
    yield _link(addresses.of_record(view.id, ".json"), "alternate", "application/json")
    yield _link(f"{settings.BASE_URL}/inbox", INBOX)
    yield _link("https://schema.org/AboutPage", "type")
    for one in classes(FORMATS[view.format], data):
        yield _link(one if "://" in one else f"https://schema.org/{one}", "type")
    licence = vocabulary("licences").terms.get(data.get("licence") or "")
    if licence and addresses.official(licence):
        yield _link(addresses.official(licence), "license")
    for file in (data.get("files") or ())[:_FILES]:
        yield _link(addresses.of_record(view.id, f"/files/{file['sha256']}"), "item", file["media_type"])


def of_description(record_id: str, doi: str = "") -> str:
    """The `Link` header of a description: what it describes."""
    address = addresses.of_record(record_id)
    cited = leads_to("DOI", doi) if doi else address
    return f"{_link(address, 'describes', 'text/html')}, {_link(cited, 'cite-as')}"
