"""Who may read a record: the one place that decides, for rows in the database and for views in memory."""

from dataclasses import dataclass
from typing import Final, Protocol

from django.db.models import Q

from landbridge.registry.workflow import State, Visibility


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: what they may see beyond the public. Sign-in fills these in."""

    account_id: int | None = None
    parties: frozenset[str] = frozenset()
    sees_network: bool = False
    sees_all: bool = False


ANYONE: Final = Reader()
OPERATOR: Final = Reader(sees_all=True)
"""The command line of the node's own operator."""


class Readable(Protocol):
    """What the rules need to know of a record."""

    @property
    def state(self) -> str: ...
    @property
    def visibility(self) -> str: ...
    @property
    def owner(self) -> str | None: ...
    @property
    def is_published(self) -> bool: ...


def reads_drafts(reader: Reader, owner: str | None) -> bool:
    """Whether the reader also sees what is not published: the node's operator, and those who work for the owner."""
    return reader.sees_all or (owner is not None and owner in reader.parties)


def sees(reader: Reader, visibility: str) -> bool:
    """Whether records of this visibility are meant for the reader, whoever owns them."""
    return reader.sees_all or visibility in visibilities(reader)


def visibilities(reader: Reader) -> frozenset[str]:
    """The visibilities that the reader may read without being the owner."""
    seen = {Visibility.PUBLIC.value}
    if reader.sees_network:
        seen.add(Visibility.NETWORK.value)
    if reader.parties:
        seen.add(Visibility.PARTIES.value)
    return frozenset(seen)


def may_read(reader: Reader, record: Readable) -> bool:
    """Whether the reader may see the published revision of the record."""
    if reads_drafts(reader, record.owner):
        return True
    if not record.is_published or record.state == State.RETIRED:
        return False
    return sees(reader, record.visibility)


def readable(reader: Reader) -> Q:
    """The same rule as a condition on the table of records, for what is published."""
    published = Q(published__isnull=False) & ~Q(state=State.RETIRED)
    if reader.sees_all:
        return published
    seen = Q(visibility__in=visibilities(reader))
    if reader.parties:
        seen |= Q(owner_id__in=reader.parties)
    return published & seen


NOT_PUBLIC: Final = "not-public"
"""The audience token of every record that not everybody may read."""


def audiences(reader: Reader) -> tuple[str, ...]:
    """The audience tokens of the search index that the reader belongs to; see `audience`."""
    if reader.sees_all:
        return ("public", "network", "parties", "private")
    return (*sorted(visibilities(reader)), *(f"party:{party}" for party in sorted(reader.parties)))


def audience(record: Readable) -> tuple[str, ...]:
    """The tokens under which the index keeps a published record: its visibility, whether that is less than public,
    and its owner."""
    owner = record.owner
    hidden = () if record.visibility == Visibility.PUBLIC else (NOT_PUBLIC,)
    return (record.visibility, *hidden, *((f"party:{owner}",) if owner else ()))
