"""What goes into a bundle: which of our statements, for whom, since when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Final

from landbridge.exchange.models import BundleJob, Peer, Statement
from landbridge.exchange.nodes import moments, policy
from landbridge.exchange.nodes.serving import epoch_for, order
from landbridge.exchange.nodes.statements import says
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.workflow import Visibility
from landbridge.search.places import with_regions

Put = Callable[[str, bytes], None]
"""Puts a file into the bundle, by its name below `data/`."""
_BATCH: Final = 500
LAST: Final = "last"


class BadWish(ValueError):
    """What was asked for cannot be. `code`: format, language, day, place, pages or volume."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """What somebody wants in a bundle."""

    peer: str = ""
    """The address of the active peer that it is for; without one it is for everybody, and holds what is public."""
    place: str = ""
    """A country, region or group: only what is there or applies there."""
    formats: tuple[str, ...] = ()
    language: str = ""
    """Only what can be read in this language."""
    since: str = ""
    """A day, `last` for the last bundle of the same kind, or nothing for all."""
    files: bool = True
    largest: int = 0
    """Bytes at most of one volume; 0 for no limit."""
    pages: tuple[str, ...] = ()
    """The languages in which it can be read as pages."""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @property
    def whole(self) -> bool:
        """Whether it leaves out nothing that its reader would get by a line."""
        return not (self.place or self.formats or self.language) and self.files


def asked(told: Mapping[str, Any]) -> Asked:
    """What was typed or kept, checked.

    Raises:
        BadWish: it names what there is not.
    """
    given: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}
    wish = Asked(**given)
    if missing := [one for one in wish.formats if one not in FORMATS]:
        raise BadWish("format", f"There is no format {missing[0][:40]!r}; there are {', '.join(FORMATS)}.")
    if wrong := [one for one in (*wish.pages, *filter(None, (wish.language,))) if one not in LANGUAGES]:
        raise BadWish("language", f"There is no language {wrong[0][:12]!r}; there are {', '.join(LANGUAGES)}.")
    if wish.since not in ("", LAST) and not _is_day(wish.since):
        raise BadWish("day", f"{wish.since[:20]!r} is no day; write it like 2026-03-31.")
    if wish.place and with_regions(wish.place) == (wish.place,) and wish.place not in _known_places():
        raise BadWish("place", f"There is no country or region {wish.place[:40]!r}.")
    if wish.largest and wish.pages:
        raise BadWish("pages", "Pages belong together: a bundle in volumes has none. Make the pages on their own.")
    if wish.largest and wish.largest < 1_000_000:
        raise BadWish("volume", "A volume has at least 1 MB.")
    return wish


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _known_places() -> set[str]:
    # Inner import: the vocabularies are read when they are first asked for.
    from landbridge.formats.vocabulary import vocabulary

    return {*vocabulary("countries").terms, *vocabulary("regions").terms}


@dataclass(frozen=True)
class Selection:
    """The statements of a bundle: those after one serial, up to another."""

    wish: Asked
    policy: policy.Policy
    journal: str
    """The name of the order of our statements, as its reader knows it by a line."""
    since: int
    until: int
    day: datetime | None = None

    def statements(self) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
        """(serial, canonical bytes, the statement), in the order in which they were said. A page at a time: memory
        does not grow with the node, and records that change meanwhile come with the next bundle."""
        after = self.since
        while True:
            found = Statement.objects.filter(self.policy.rows(moments.now()), serial__gt=after, serial__lte=self.until)
            if self.wish.peer:
                found = found.exclude(origin=self.wish.peer)  # It knows what it said itself.
            rows = list(found.order_by("serial").values_list("serial", "body", "farewell")[:_BATCH])
            if not rows:
                return
            for serial, body, farewell in rows:
                shown = self._shown(bytes(body), bytes(farewell) if farewell else b"")
                if shown is not None:
                    yield (serial, *shown)
            after = rows[-1][0]

    def _shown(self, body: bytes, farewell: bytes) -> tuple[bytes, dict[str, Any]] | None:
        """What this reader is told: the statement, the word that it is gone from the public, or nothing."""
        public_only = self.policy.visibility == Visibility.PUBLIC
        said = says(body)
        if farewell and public_only and said.get("visibility") != Visibility.PUBLIC and not said.get("gone"):
            body, said = farewell, says(farewell)
        if not self.policy.allows(said) or (self.day and moments.read(said["said"]) < self.day):
            return None
        if said["gone"]:
            if said.get("erased") is True:
                return body, said  # Whoever ever got the record, by whatever bundle, must hear of this.
            wanted = not self.wish.formats or said["format"] in self.wish.formats
            return (body, said) if wanted and not (self.wish.place or self.wish.language) else None
        return (body, said) if _is_within(self.wish, said) else None


def _is_within(wish: Asked, said: Mapping[str, Any]) -> bool:
    if wish.formats and said["format"] not in wish.formats:
        return False
    if wish.language and wish.language not in said["data"].get("title", {}):
        return False
    if not wish.place:
        return True
    return any(wish.place in with_regions(place) for place in places_of(said["format"], said["data"]))


def places_of(format: str, data: Mapping[str, Any]) -> Iterator[str]:
    """The countries and regions that the answers name as theirs."""
    for name, question in questions(FORMATS[format]).items() if format in FORMATS else ():
        if question.role in ("place", "served"):
            kept = data.get(name) or ()
            yield from (kept,) if isinstance(kept, str) else kept


def selection(wish: Asked) -> Selection:
    """The statements as they stand now.

    Raises:
        ValueError: the peer is not there or not active, or there is no last bundle.
    """
    peer = Peer.objects.filter(address=wish.peer).first() if wish.peer else None
    if wish.peer and (peer is None or peer.state != "active"):
        raise ValueError(f"{wish.peer[:200]} is no active peer of this node; a bundle for everybody needs none.")
    gives = policy.gives(peer)
    (_, high), epoch = order(), epoch_for(gives)
    since, day = 0, None
    if wish.since == LAST:
        since = _last(wish, epoch)
    elif wish.since:
        day = datetime.combine(date.fromisoformat(wish.since), time(), UTC)
    return Selection(wish, gives, epoch, since, high, day)


def _last(wish: Asked, journal: str) -> int:
    """The serial at which the last bundle for the same place ended; 0 where there was none in this order."""
    same = replace(wish, since="", largest=0, pages=()).as_json()
    for job in BundleJob.objects.filter(kind="make", state="done").order_by("-at")[:200]:
        before = {**job.asked, "since": "", "largest": 0, "pages": []}
        if before == same and job.report.get("journal") == journal:
            return int(job.report["until"])
    return 0


def origins_lists(origins: Sequence[str]) -> list[dict[str, Any]]:
    """The signed lists of keys of other nodes, as they were verified here."""
    found = Peer.objects.filter(address__in=origins).exclude(keys={})
    return [dict(peer.keys) for peer in found.order_by("address")]
