"""Where a record comes from, as far as everybody may know: the node that signed it, or the source that told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings

from landbridge.exchange.models import Peer, Received, Source, SourceItem
from landbridge.registry.queries import RecordView

SOURCE: Final = "source:"
_EARLIEST: Final = 946_684_800_000
_LATEST: Final = 7_258_118_400_000
"""The years 2000 and 2200 in milliseconds: another number was no time."""


@dataclass(frozen=True)
class FromNode:
    """A record of another node."""

    address: str
    names: Mapping[str, str]
    page: str
    """Where its own node shows it; empty when that is no address of the web."""
    key: str = ""
    first_at: datetime | None = None
    seen_at: datetime | None = None
    gone_at: datetime | None = None
    sequence: int = 0
    via: Mapping[str, str] = field(default_factory=dict)
    """Through whom it came, when that was not its own node."""

    @property
    def stated_at(self) -> datetime | None:
        """When its node said it: the number of a statement is the time of its signing, in milliseconds, or a little
        more where its clock had gone back."""
        if not _EARLIEST <= self.sequence < _LATEST:
            return None
        return datetime.fromtimestamp(self.sequence / 1000, UTC)


@dataclass(frozen=True)
class FromSource:
    """A record that was read from a source that signs nothing."""

    title: str
    page: str
    key: str = ""
    licence: str = ""
    stated_at: datetime | None = None
    """As of when the source tells it."""
    first_at: datetime | None = None
    seen_at: datetime | None = None
    gone_at: datetime | None = None


def provenance(view: RecordView) -> FromNode | FromSource | None:
    """Where a record comes from; None for this node's own, without a query."""
    if not view.origin:
        return None
    return _of_source(view) if view.origin.startswith(SOURCE) else _of_node(view)


def _of_node(view: RecordView) -> FromNode:
    row = Received.objects.filter(pk=view.id).first()
    via = row.via if row and row.via not in ("", view.origin) else ""
    named = nodes_named([view.origin, via])
    page = f"{view.origin}/records/{view.id}" if _is_web(view.origin) else ""
    start = FromNode(address=view.origin, names=named[view.origin], page=page)
    if row is None or row.origin != view.origin:
        return start
    return FromNode(
        address=start.address, names=start.names, page=start.page, key=row.key, first_at=row.first_at,
        seen_at=row.seen_at, gone_at=row.gone_at, sequence=row.sequence, via=named[via] if via else {},
    )  # fmt: skip


def nodes_named(origins: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Address of a node to its names, or to its bare address where nobody told one: one query."""
    wanted = {one for one in origins if one}
    if not wanted:
        return {}
    known = dict(Peer.objects.filter(address__in=wanted).values_list("address", "names"))
    return {one: _checked(known.get(one)) or {"": bare(one)} for one in wanted}


def _checked(names: Any) -> dict[str, str]:
    """Names as others sent them: only what is text."""
    if not isinstance(names, dict):
        return {}
    return {tag: name for tag, name in names.items() if isinstance(name, str) and name.strip()}


def bare(address: str) -> str:
    """An address as people say it."""
    return address.removeprefix("https://").removeprefix("http://")


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _of_source(view: RecordView) -> FromSource:
    key = view.origin.removeprefix(SOURCE)
    source = Source.objects.filter(pk=key).first()
    item = SourceItem.objects.filter(source_id=key, record_id=view.id).order_by("-seen_at").first()
    title = source.title if source else key
    if item is None:
        return FromSource(title=title, page="")
    licence = item.facts.get("licence") if isinstance(item.facts, dict) else None
    return FromSource(
        title=title, page=item.address if _is_web(item.address) else "", key=item.key,
        licence=licence if isinstance(licence, str) else "", stated_at=item.stated_at, first_at=item.first_at,
        seen_at=item.seen_at, gone_at=item.gone_at,
    )  # fmt: skip


def name_in(names: Mapping[str, str], language: str) -> str:
    """The name of a node in a language, else in English, else any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def own_address() -> str:
    """The address by which other nodes know this one."""
    return str(settings.BASE_URL)
