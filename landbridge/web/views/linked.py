"""Linked data: records, vocabularies and the catalogue in the shapes of others, and the lists for those who crawl.

Everything here shows what everybody may see, whoever asks.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from landbridge.exchange.out.linked import addresses, datacite, graph, jsonld, signposts, triples
from landbridge.exchange.out.linked.minting import dois
from landbridge.formats.vocabulary import Term
from landbridge.registry.queries import RecordView, Unknown, get, newest_serial
from landbridge.registry.rules import ANYONE
from landbridge.web.negotiation import accepted
from landbridge.web.views.errors import telling

XML: Final = "application/xml; charset=utf-8"
_PIECE: Final = 30_000
"""Characters that are sent at once: a piece for every line would take longer than what is in it."""


def record(record_id: str, ending: str) -> HttpResponse:
    """A record that everybody may see, as linked data; `web.views.records` asks for it."""
    view = get(record_id, ANYONE)
    if not addresses.is_public(view):
        raise Unknown(record_id)
    doi = dois([view.id]).get(view.id, "")
    made = jsonld.thing(view, addresses.titles_for([view]), doi=doi)
    body = orjson.dumps(made) if ending == "jsonld" else "".join(graph.written(triples.nodes(made), ending))
    return _described(view, HttpResponse(body, content_type=_type(ending)), f".{ending}", doi)


def _described(view: RecordView, response: HttpResponse, rest: str, doi: str) -> HttpResponse:
    response["Link"] = signposts.of_description(view.id, doi)
    response["Content-Location"] = addresses.of_record(view.id, rest)
    return response


def _type(ending: str) -> str:
    media_type = graph.MEDIA_TYPES[ending]
    return media_type if ending == "jsonld" else f"{media_type}; charset=utf-8"


@telling
def as_datacite(request: HttpRequest, record_id: str, ending: str) -> HttpResponse:
    """The DataCite metadata of a record."""
    view = get(record_id, ANYONE)
    if not addresses.is_public(view):
        raise Unknown(record_id)
    titles, doi = addresses.titles_for([view]), dois([view.id]).get(view.id, "")
    if ending == "json":
        body = orjson.dumps(datacite.metadata(view, titles, doi))
    else:
        # Inner import: a process that serves pages only has no need of lxml's tree for it.
        from landbridge.exchange.out.linked.datacite_xml import xml

        body = xml(view, titles, doi)
    response = HttpResponse(body, content_type=signposts.DATACITE[ending])
    return _described(view, response, f"/datacite.{ending}", doi)


def vocabulary(name: str, ending: str) -> HttpResponse:
    """A whole vocabulary as SKOS; `web.views.vocabularies` asks for it."""
    # Inner import: who reads pages needs it not.
    from landbridge.exchange.out.linked import vocabularies

    return _nodes(vocabularies.whole(name), ending, f"{addresses.of_vocabulary(name)}.{ending}")


def term(one: Term, ending: str) -> HttpResponse:
    """A term as SKOS."""
    from landbridge.exchange.out.linked import vocabularies  # As above.

    return _nodes(vocabularies.single(one), ending, f"{addresses.of_term(one)}.{ending}")


def _nodes(nodes: Iterable[graph.Node], ending: str, address: str) -> HttpResponse:
    response = HttpResponse("".join(graph.written(nodes, ending)), content_type=_type(ending))
    response["Content-Location"] = address
    return response


def _streamed(pieces: Iterable[str], content_type: str) -> StreamingHttpResponse:
    """An answer in pieces. Nothing of it is made for somebody who has it as it was after the last change."""
    response = StreamingHttpResponse(_gathered(pieces), content_type=content_type)
    response["ETag"] = f'W/"{newest_serial()}-{settings.VERSION}-{content_type.partition(";")[0]}"'
    return response


def _gathered(pieces: Iterable[str]) -> Iterator[bytes]:
    kept, length = [], 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > _PIECE:
            yield "".join(kept).encode()
            kept, length = [], 0
    yield "".join(kept).encode()


def catalogue(request: HttpRequest, ending: str = "") -> HttpResponseBase:
    """The node as a DCAT-AP catalogue; its bare address gives what the Accept header asks for, Turtle at first."""
    # Inner import: who reads pages needs it not.
    from landbridge.exchange.out.linked import dcat

    shape = ending or accepted(request) or "ttl"
    response = _streamed(graph.written(dcat.catalogue(), shape), _type(shape))
    response["Content-Location"] = f"{settings.BASE_URL}/catalogue.{shape}"
    if not ending:
        response["Vary"] = "Accept"
    return response


def sitemap(request: HttpRequest, part: str = "") -> HttpResponseBase:
    """The sitemap: its index, the pages, or a part with records."""
    from landbridge.exchange.out.linked import sitemap as written  # As above.

    return _list(written.pages() if part == "pages" else written.part(int(part)) if part else written.index())


def resourcesync(request: HttpRequest, name: str = "", number: str = "") -> HttpResponseBase:
    """ResourceSync: what there is to take, and what changed."""
    from landbridge.exchange.out.linked import sitemap as written  # As above.

    if number:
        part = written.resource_part if name == "resourcelist" else written.change_part
        return _list(part(int(number)))
    lists = {
        "": written.description, "capabilitylist": written.capabilities, "resourcelist": written.resources,
        "changelist": written.changes,
    }  # fmt: skip
    return _list(lists[name]())


def _list(pieces: Iterable[str] | None) -> HttpResponseBase:
    if pieces is None:
        raise Http404
    return _streamed(pieces, XML)
