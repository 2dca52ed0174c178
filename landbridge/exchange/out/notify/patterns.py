"""The notifications that this node sends, in the patterns of COAR Notify 1.0."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from django.conf import settings

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.jsonld import classes
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView

CONTEXT: Final = ("https://www.w3.org/ns/activitystreams", "https://coar-notify.net")
ANSWERS: Final = {
    "accept": "Accept", "reject": "Reject", "tentatively-accept": "TentativeAccept",
    "tentatively-reject": "TentativeReject",
}  # fmt: skip
"""What is done with an offer to the pattern that says so."""
MEDIA_TYPE: Final = "application/ld+json"


def inbox() -> str:
    """The address of our inbox."""
    return f"{settings.BASE_URL}/inbox"


def _own() -> dict[str, str]:
    return {"id": settings.BASE_URL, "type": "Service", "inbox": inbox()}


def _frame(pattern: str, target: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@context": list(CONTEXT), "id": f"urn:uuid:{uuid4()}", "type": pattern,
        "actor": {"id": settings.BASE_URL, "type": "Service", "name": settings.NODE_NAME},
        "origin": _own(), "target": dict(target),
    }  # fmt: skip


def of_record(pattern: str, view: RecordView, to: str, service: str) -> dict[str, Any]:
    """An Offer or Announce of a record; the other side reads the rest at its address."""
    address, kind = addresses.of_record(view.id), classes(FORMATS[view.format], view.data)[0]
    item = {"id": addresses.of_record(view.id, ".jsonld"), "type": ["Object", _typed(kind)], "mediaType": MEDIA_TYPE}
    object_ = {
        "id": address, "type": ["Page", "sorg:AboutPage"], "ietf:cite-as": address, "ietf:item": item,
        "name": view.data["title"].get(view.language) or next(iter(view.data["title"].values())),
    }  # fmt: skip
    return {**_frame(pattern, {"id": service, "type": "Service", "inbox": to}), "object": object_}


def _typed(kind: str) -> str:
    return kind if "://" in kind else f"sorg:{kind}"


def answer(pattern: str, offer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer to an offer that came in: the offer stands in it as it was."""
    origin = {name: offer["origin"][name] for name in ("id", "inbox")}
    made = _frame(pattern, {**origin, "type": offer["origin"].get("type") or "Service"})
    return {**made, "inReplyTo": offer["id"], "object": _without_context(offer)}


def undo(offer: Mapping[str, Any]) -> dict[str, Any]:
    """The withdrawal of an offer that went out."""
    return {**_frame("Undo", offer["target"]), "inReplyTo": offer["id"], "object": _without_context(offer)}


def _without_context(offer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in offer.items() if name != "@context"}
