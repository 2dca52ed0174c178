"""Who may read a record: the one place that decides, for rows in the database and for views in memory."""

from dataclasses import dataclass
from typing import Final, Protocol

from django.db.models import Q

from landbridge.registry.workflow import State, Visibility


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: what they may see beyond the public. See `readers.reader_of`."""

    account_id: int | None = None
    parties: frozenset[str] = frozenset()
    """The parties whose drafts and private records they read, because they work for them."""
    sees_parties: bool = False
    """Whether records for Parties only are meant for them."""
    sees_network: bool = False
    sees_submitted: bool = False
    """Whether they read whatever waits for review, as the help desk does."""
    sees_all: bool = False
    writes_for_all: bool = False
    """Whether they write for any party, as the help desk does, and so go on reading what they themselves began."""
    vets: bool = False
    """Whether they vet the experts of the roster, and so read the whole of what those tell."""
    speaks_for: frozenset[str] = frozenset()
    """The parties of which they are anything at all: a community may open a withheld text to them."""


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
    def author(self) -> int | None: ...
    @property
    def is_published(self) -> bool: ...


def is_own(reader: Reader, owner: str | None, author: int | None) -> bool:
    """Whether the record is the reader's own: of a party that they work for, or, without owner, begun by them."""
    began = author is not None and author == reader.account_id
    if owner is None:
        return began
    return owner in reader.parties or (began and reader.writes_for_all)


def reads_drafts(reader: Reader, owner: str | None, author: int | None, state: str, visibility: str) -> bool:
    """Whether the reader also sees what is not published.

    What waits for review is read by the help desk as well, save what a party or a community keeps to itself.
    """
    is_kept = owner is not None and visibility == Visibility.PRIVATE
    waits = state == State.SUBMITTED and reader.sees_submitted and not is_kept
    return reader.sees_all or waits or is_own(reader, owner, author)


def sees(reader: Reader, visibility: str) -> bool:
    """Whether records of this visibility are meant for the reader, whoever owns them."""
    return reader.sees_all or visibility in visibilities(reader)


def visibilities(reader: Reader) -> frozenset[str]:
    """The visibilities that the reader may read without being the owner."""
    seen = {Visibility.PUBLIC.value}
    if reader.sees_network:
        seen.add(Visibility.NETWORK.value)
    if reader.sees_parties:
        seen.add(Visibility.PARTIES.value)
    return frozenset(seen)


def may_read(reader: Reader, record: Readable) -> bool:
    """Whether the reader may see the record at all."""
    if reads_drafts(reader, record.owner, record.author, record.state, record.visibility):
        return True
    if not record.is_published or record.state == State.RETIRED:
        return False
    return sees(reader, record.visibility)


def readable(reader: Reader) -> Q:
    """The same rule as a condition on the table of records, for what is published."""
    published = Q(published__isnull=False) & ~Q(state=State.RETIRED)
    if reader.sees_all:
        return published
    return published & (Q(visibility__in=visibilities(reader)) | _own(reader))


def _own(reader: Reader) -> Q:
    own = Q(owner_id__in=reader.parties)
    if reader.account_id is None:
        return own
    began = Q(author_id=reader.account_id)
    return own | (began if reader.writes_for_all else began & Q(owner_id__isnull=True))


def workable(reader: Reader) -> Q:
    """The records in any state whose drafts the reader sees, as a condition on the table of records. Of what was erased
    there is nothing to see for anybody."""
    there = Q(erased_at__isnull=True)
    if reader.sees_all:
        return there
    if not reader.sees_submitted:
        return there & _own(reader)
    waits = Q(state=State.SUBMITTED) & ~Q(owner_id__isnull=False, visibility=Visibility.PRIVATE)
    return there & (_own(reader) | waits)


NOT_PUBLIC: Final = "not-public"
"""The audience token of every record that not everybody may read."""


def audiences(reader: Reader) -> tuple[str, ...]:
    """The audience tokens of the search index that the reader belongs to; see `audience`."""
    if reader.sees_all:
        return ("public", "network", "parties", "private")
    own = (f"author:{reader.account_id}",) if reader.account_id is not None else ()
    return (*sorted(visibilities(reader)), *(f"party:{party}" for party in sorted(reader.parties)), *own)


def audience(record: Readable) -> tuple[str, ...]:
    """The tokens under which the index keeps a published record: its visibility, whether that is less than public,
    and whose it is."""
    hidden = () if record.visibility == Visibility.PUBLIC else (NOT_PUBLIC,)
    whose = f"party:{record.owner}" if record.owner else f"author:{record.author}" if record.author else ""
    return (record.visibility, *hidden, *((whose,) if whose else ()))
