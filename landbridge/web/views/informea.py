"""InforMEA's service: its sets as plain JSON, or as OData of the first version with `$format=atom`."""

import re
from typing import Any, Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from landbridge.exchange.out.informea import atom
from landbridge.exchange.out.informea.asking import Wrong, answer, asked, single
from landbridge.exchange.out.informea.sets import SETS
from landbridge.exchange.out.linked import addresses
from landbridge.registry.queries import Unknown, get
from landbridge.registry.rules import ANYONE
from landbridge.web.openly import openly

_SHAPES: Final = {"": "", "json": "json", "application/json": "json", "atom": "atom", "xml": "atom",
                  "application/atom+xml": "atom"}  # fmt: skip
_ATOM: Final = "application/atom+xml; charset=utf-8"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


def _base() -> str:
    return f"{settings.BASE_URL}/informea/"


def _json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), status=status, content_type="application/json")


def _error(status: int, sentence: str) -> HttpResponse:
    return _json({"error": {"code": str(status), "message": sentence}}, status)


def _wants_atom(request: HttpRequest) -> bool:
    """By `$format`, else by what the program would rather have; JSON where it does not mind.

    Raises:
        Wrong: the format is none that there is.
    """
    shape = _SHAPES.get(request.GET.get("$format", ""))
    if shape is None:
        raise Wrong("$format must be json or atom.")
    accepted = request.headers.get("Accept", "")
    at = accepted.find("application/atom")
    return shape == "atom" or (not shape and at >= 0 and not 0 <= accepted.find("json") < at)


def _told(response: HttpResponse) -> HttpResponse:
    response["DataServiceVersion"] = "1.0"
    response["Vary"] = "Accept"
    return response


@openly
def service(request: HttpRequest) -> HttpResponse:
    """The list of sets."""
    try:
        asked(request.GET.dict())
        if _wants_atom(request):
            return _told(HttpResponse(atom.service(_base()), content_type="application/atomsvc+xml; charset=utf-8"))
    except Wrong as wrong:
        return _error(400, str(wrong))
    sets = [{"name": name, "url": f"{_base()}{name}"} for name in SETS]
    return _told(_json({"treaty": "cbd", "sets": sets, "metadata": f"{_base()}$metadata"}))


@openly
def metadata(request: HttpRequest) -> HttpResponse:
    """The types of the sets."""
    return _told(HttpResponse(atom.metadata(), content_type="application/xml; charset=utf-8"))


@openly
def entities(request: HttpRequest, name: str) -> HttpResponse:
    """A page of a set."""
    of = SETS.get(name)
    if of is None:
        return _error(404, f"There is no such set; there are {', '.join(SETS)}.")
    try:
        as_atom, question = _wants_atom(request), asked(request.GET.dict())
    except Wrong as wrong:
        return _error(400, str(wrong))
    found = answer(of, question)
    if request.GET.get("$count") == "true":
        return _told(_json({"count": found.count}))
    if as_atom:
        count = found.count if question.counted else None
        body = "".join(atom.feed(of, found.things, _base(), found.updated, count))
        return _told(HttpResponse(body, content_type=_ATOM))
    if question.counted:
        return _told(_json({"d": {"results": found.things, "__count": str(found.count)}}))
    return _told(_json(found.things))


@openly
def entity(request: HttpRequest, name: str, record_id: str) -> HttpResponse:
    """One thing."""
    of = SETS.get(name)
    try:
        view = get(record_id, ANYONE) if of and of.formats and _ID.fullmatch(record_id) else None
        as_atom = _wants_atom(request)
    except Unknown:
        view, as_atom = None, False
    except Wrong as wrong:
        return _error(400, str(wrong))
    one = single(of, view) if of and view and addresses.is_public(view) else None
    if of is None or one is None:
        return _error(404, "There is no such thing in this set.")
    if as_atom:
        return _told(HttpResponse("".join(atom.entry(of, one, _base())), content_type=f"{_ATOM}; type=entry"))
    return _told(_json(one))
