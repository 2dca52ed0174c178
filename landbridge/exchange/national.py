"""The register of national clearing-houses: what the focal point of each Party tells, beside what this node measures.

What is not told is never taken for a no, and what is not there to be measured is never taken for nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

from django.db.models import Count, Max, Q

from landbridge.exchange.models import Peer
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, published
from landbridge.registry.rules import ANYONE, Reader, audiences, readable
from landbridge.registry.workflow import Workflow
from landbridge.search.index import index
from landbridge.search.places import countries_in
from landbridge.search.plan import NEVER, Plan, Range

FORMAT: Final = "clearing_house"
GROUPS: Final = ("AFR", "APAC", "CEE", "GRULAC", "WEOG")
"""The regional groups of the Convention."""
NOT_TOLD: Final = "not-told"
_ASIDE: Final = (*(name for name, model in FORMATS.items() if not model.listed), FORMAT, "focal_point")
"""Records that tell of the clearing-house, and not of nature or of help."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MOST: Final = 2000


@dataclass(frozen=True)
class Told:
    """What is told of the clearing-house of a Party."""

    view: RecordView
    is_own_word: bool
    """Whether it is the Party's own word: published by its authority on this node. Another node may say that it is a
    Party's, and this one cannot know."""

    @property
    def data(self) -> Mapping[str, Any]:
        return self.view.data

    @property
    def sample(self) -> bool:
        return bool(self.view.data.get("sample"))


@dataclass(frozen=True)
class Measured:
    """What this node can see of a Party by itself. None means that there is nothing to measure it by."""

    about: int = 0
    """Public records that name the Party as a place."""
    fresh: int = 0
    """Of these, how many were confirmed in time."""
    needs: int = 0
    needs_closed: int = 0
    offers: int = 0
    published: int = 0
    """Records that the Party itself has published here."""
    last_published: datetime | None = None
    node: str = ""
    """The address of its node, as it tells it."""
    node_state: str = ""
    """The state of that peer; empty where there is none."""
    last_contact: datetime | None = None
    received: int = 0

    @property
    def freshness(self) -> float | None:
        return self.fresh / self.about if self.about else None


@dataclass(frozen=True)
class Line:
    """One Party."""

    party: str
    group: str
    told: Told | None
    measured: Measured
    others: int = 0
    """Further records on its clearing-house."""

    @property
    def status(self) -> str:
        return (self.told.data.get("clearing_house_status") if self.told else None) or NOT_TOLD


@dataclass(frozen=True)
class Register:
    """All Parties that were asked for, and the counts over them."""

    lines: Sequence[Line]
    statuses: Mapping[str, int] = field(default_factory=dict)
    obstacles: Mapping[str, int] = field(default_factory=dict)
    help_wanted: Mapping[str, int] = field(default_factory=dict)
    help_offered: Mapping[str, int] = field(default_factory=dict)

    @property
    def told(self) -> int:
        return sum(line.told is not None for line in self.lines)

    @property
    def samples(self) -> int:
        return sum(line.told is not None and line.told.sample for line in self.lines)


@cache
def parties() -> Mapping[str, str]:
    """Party to the Convention to its regional group, "" for none."""
    every = (term for term in vocabulary("countries") if term.extra.get("cbd") == "party")
    return {term.id: next((one for one in term.extra.get("groups", "").split() if one in GROUPS), "") for term in every}


def told_by_party(reader: Reader) -> dict[str, list[Told]]:
    """Party to what is told of its clearing-house: its own word first, the newest first, samples last."""
    found: dict[str, list[Told]] = {}
    for view in _views(reader):
        party = str(view.data.get("party") or "")
        if party in parties():
            found.setdefault(party, []).append(Told(view, _is_own_word(view, party)))
    for every in found.values():
        every.sort(key=lambda one: (one.sample, not one.is_own_word, -one.view.updated_at.timestamp()))
    return found


def _views(reader: Reader) -> Iterable[RecordView]:
    after, read = "", 0
    while read < _MOST and (page := published(reader, (FORMAT,), after, limit=500)):
        yield from page
        after, read = page[-1].id, read + len(page)
        if len(page) < 500:
            return


def _is_own_word(view: RecordView, party: str) -> bool:
    return not view.origin and view.workflow == Workflow.NATIONAL and view.owner == party


def node_of(data: Mapping[str, Any]) -> str:
    """The address of the node that a record names, as nodes are known by it."""
    return str(data.get("node_address") or "").rstrip("/")


def register(reader: Reader, region: str = "", status: str = "", today: date | None = None) -> Register:
    """The register as this reader may see it, of all Parties, of a region, or of those with a status."""
    wanted = set(parties()) & (countries_in(region) if region else set(parties()))
    told = told_by_party(reader)
    measured = _measured(reader, {party: told[party][0] for party in told}, today or datetime.now(UTC).date())
    lines = [
        Line(party, parties()[party], told[party][0] if party in told else None, measured.get(party, Measured()),
             max(0, len(told.get(party, ())) - 1))
        for party in parties() if party in wanted
    ]  # fmt: skip
    if status:
        lines = [line for line in lines if line.status == status]
    return Register(
        lines, Counter(line.status for line in lines), _counted(lines, "obstacles"), _counted(lines, "help_wanted"),
        _counted(lines, "help_offered"),
    )  # fmt: skip


def _counted(lines: Iterable[Line], name: str) -> dict[str, int]:
    every = Counter(one for line in lines if line.told for one in line.told.data.get(name) or ())
    return dict(sorted(every.items(), key=lambda one: (-one[1], one[0])))


def _measured(reader: Reader, told: Mapping[str, Told], today: date) -> dict[str, Measured]:
    about = _by_place(_ASIDE)
    fresh = _by_place(_ASIDE, ranges=(_in_time(today),))
    needs, offers = _by_place(types=("need",)), _by_place(types=("offer", "technology"))
    closed = _by_place(types=("need",), state=("closed",))
    own, nodes = _published(reader), _nodes(reader, told)
    found = {}
    for party in parties():
        count, last = own.get(party, (0, None))
        found[party] = Measured(
            about=about.get(party, 0), fresh=fresh.get(party, 0), needs=needs.get(party, 0),
            needs_closed=closed.get(party, 0), offers=offers.get(party, 0), published=count, last_published=last,
            **nodes.get(party, {}),
        )  # fmt: skip
    return found


def _in_time(today: date) -> Range:
    """Records whose day of confirmation is known, and not past."""
    return Range("confirm_by", least=today.toordinal() - _EPOCH, most=NEVER - 1)


def _by_place(
    without: tuple[str, ...] = (), *, types: tuple[str, ...] = (), state: tuple[str, ...] = (),
    ranges: tuple[Range, ...] = (),
) -> dict[str, int]:  # fmt: skip
    """Country to the number of public records that name it, from the index."""
    filters = {
        "audience": audiences(ANYONE),
        **({"type": types} if types else {}),
        **({"state": state} if state else {}),
    }
    plan = Plan(
        filters=filters, without={"type": without} if without else {}, ranges=ranges, limit=1, facets=("place",),
        facet_size=600,
    )  # fmt: skip
    return dict(index().search(plan).facets["place"])


def _published(reader: Reader) -> dict[str, tuple[int, datetime | None]]:
    """Party to how many records it has published here, and when it last published one."""
    found = Record.objects.filter(readable(reader), owner__kind="party", origin="")
    rows = found.order_by().values_list("owner_id").annotate(n=Count("pk"), last=Max("published_at"))
    return {owner: (count, last) for owner, count, last in rows if owner}


def _nodes(reader: Reader, told: Mapping[str, Told]) -> dict[str, dict[str, Any]]:
    """Party to what its node and this one have to do with each other, where it tells of a node."""
    addresses = {party: address for party, one in told.items() if (address := node_of(one.data))}
    if not addresses:
        return {}
    wanted = set(addresses.values())
    known = {peer.address: peer for peer in Peer.objects.filter(address__in=wanted).exclude(state="blocked")}
    received: dict[str, int] = dict(
        Record.objects.filter(readable(reader) & Q(origin__in=wanted))
        .order_by().values_list("origin").annotate(n=Count("pk"))
    )  # fmt: skip
    return {
        party: {
            "node": address, "node_state": known[address].state if address in known else "",
            "last_contact": known[address].seen_at if address in known else None,
            "received": received.get(address, 0),
        }
        for party, address in addresses.items()
    }  # fmt: skip
