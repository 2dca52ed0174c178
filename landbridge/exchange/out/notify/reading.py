"""What a stranger's notification says, and whether it is one at all. Nothing that it names is fetched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from django.conf import settings

from landbridge.exchange.out.notify.patterns import CONTEXT, inbox
from landbridge.lib.doors.http import Unsafe, target

LARGEST: Final = 64 * 1024
PATTERNS: Final = (
    "Offer", "Announce", "Accept", "Reject", "TentativeAccept", "TentativeReject", "Undo", "Flag",
)  # fmt: skip
REPLIES: Final = frozenset(PATTERNS) - {"Offer", "Announce"}
OLDEST: Final = timedelta(days=7)
"""What says that it was published longer ago is a replay, or was lost."""
_DEEPEST: Final = 12
_AHEAD: Final = timedelta(minutes=10)
_URI: Final = re.compile(r"(urn:[a-z0-9][a-z0-9-]{0,31}:|https?://)[!#$%&'()*+,./:;=?@\[\]_~A-Za-z0-9-]+")
_RECORD: Final = re.compile(r"/records/([A-Za-z0-9][A-Za-z0-9._~-]{0,99})")


class BadNotification(ValueError):
    """It is none; the sentence says why."""


@dataclass(frozen=True)
class Told:
    """A notification as far as it is looked at."""

    id: str
    pattern: str
    origin: str
    """Scheme and host of who says that they sent it."""
    inbox: str
    object: str
    in_reply_to: str
    record_id: str
    """Our record that it is about, where it is about one."""
    body: dict[str, Any]


def read(raw: bytes, now: datetime | None = None) -> Told:
    """The notification.

    Raises:
        BadNotification: it is none for this inbox.
    """
    body = _body(raw)
    _check_frame(body, now or datetime.now(UTC))
    service, to = _service(body, "origin")
    origin = origin_of(service)
    if origin != origin_of(to):
        raise BadNotification("origin.id and origin.inbox must be addresses of one host.")
    pattern = _pattern(body)
    replied = _uri(body.get("inReplyTo"), "inReplyTo") if body.get("inReplyTo") or pattern in REPLIES else ""
    object_ = _uri(_identifier(body.get("object")), "object.id", 1000)
    return Told(_uri(body.get("id"), "id"), pattern, origin, to, object_, replied, own_record(object_), body)


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadNotification(f"The body is not JSON: {str(error)[:100]}.") from None
    if not isinstance(body, dict):
        raise BadNotification("The body must be one JSON object.")
    if b"\\u0000" in raw or _depth(body) > _DEEPEST:
        raise BadNotification("The body holds what cannot be kept: a NUL, or objects nested too deeply.")
    return body


def _depth(value: Any, at: int = 1) -> int:
    if at > _DEEPEST or not isinstance(value, dict | list):
        return at
    return max((_depth(one, at + 1) for one in (value.values() if isinstance(value, dict) else value)), default=at)


def _check_frame(body: Mapping[str, Any], now: datetime) -> None:
    context = body.get("@context")
    if CONTEXT[0] not in (context if isinstance(context, list) else [context]):
        raise BadNotification(f"@context must name {CONTEXT[0]}.")
    to = body.get("target")
    if not isinstance(to, dict) or inbox() not in (to.get("inbox"), f"{to.get('id')}/inbox"):
        raise BadNotification(f"target.inbox must be {inbox()}.")
    for name in ("published", "updated"):
        if name in body:
            _check_moment(body[name], name, now)


def _check_moment(said: Any, name: str, now: datetime) -> None:
    try:
        at = datetime.fromisoformat(str(said))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        is_timely = now - OLDEST <= at <= now + _AHEAD
    except (ValueError, OverflowError):
        raise BadNotification(f"{name} is no moment.") from None
    if not is_timely:
        raise BadNotification(f"{name} lies in the future or more than {OLDEST.days} days back.")


def _pattern(body: Mapping[str, Any]) -> str:
    said = body.get("type")
    types = said if isinstance(said, list) else [said]
    found = [one for one in PATTERNS if one in types]
    # The library of COAR writes the two with another ending than ActivityStreams.
    found += [one for one in PATTERNS if one.replace("Tentative", "Tentatively") in types and one not in found]
    if len(found) != 1:
        raise BadNotification(f"type must hold exactly one of {', '.join(PATTERNS)}.")
    return found[0]


def _service(body: Mapping[str, Any], name: str) -> tuple[str, str]:
    """(id, inbox) of a service.

    Raises:
        BadNotification: they are no addresses that a program may be asked to call.
    """
    said = body.get(name)
    if not isinstance(said, dict):
        raise BadNotification(f"{name} must be an object with id and inbox.")
    for key in ("id", "inbox"):
        try:
            target(str(said.get(key) or "")[:600], local=settings.WEBHOOKS_LOCAL)
        except Unsafe as unsafe:
            raise BadNotification(f"{name}.{key}: {unsafe}") from None
    service, to = said["id"], said["inbox"]
    if len(to) > 300 or len(service) > 300:
        raise BadNotification(f"{name}: addresses have at most 300 characters here.")
    return service, to


def origin_of(address: str) -> str:
    """Scheme and host of an address; the port where it is not the usual one."""
    to = target(address, local=True)
    usual = {"https": 443, "http": 80}[to.scheme]
    return f"{to.scheme}://{to.host.lower()}" + (f":{to.port}" if to.port != usual else "")


def _identifier(said: Any) -> Any:
    return said.get("id") if isinstance(said, dict) else said


def _uri(said: Any, name: str, most: int = 300) -> str:
    if not isinstance(said, str) or len(said) > most or not _URI.fullmatch(said):
        raise BadNotification(f"{name} must be an absolute URI of at most {most} characters.")
    return said


def own_record(address: str) -> str:
    """The id of our record behind an address of ours; empty where it is none."""
    if not address.startswith(f"{settings.BASE_URL}/"):
        return ""
    found = _RECORD.match(address.removeprefix(settings.BASE_URL))
    return found[1].removesuffix(".jsonld").removesuffix(".json") if found else ""
