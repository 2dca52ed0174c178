"""What a door in is: something that reads one kind of source and gives what it finds, one after the other.

A door knows nothing of runs, records' ids, the database or people; `exchange/in_/running.py` does. It asks addresses
only through `Ask.get`, so that limits, neighbours and the report of bytes hold for all of them alike.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from landbridge.lib.doors.fetch import Fetched


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a source tells of: a record, a deletion, or why it could not be read."""

    key: str
    """The source's own identifier, at most 500 characters; the same thing has the same key in every run."""
    record: Mapping[str, Any] | None = None
    """As a line of JSON Lines without an id: `{"format", "language", "data"}`; answers are checked by the run."""
    problem: str = ""
    """Why it was not read, in a sentence that tells what to do."""
    place: str = ""
    """Where it stands in the source: page and element, line, sheet and row."""
    gone: bool = False
    """The source says that it deleted it."""
    kept: bool = False
    """Put by until a person makes a draft of it; `record` is then what the draft will say."""
    title: str = ""
    address: str = ""
    """Where a person reads it at the source."""
    stated_at: datetime | None = None
    """When the source says that it last changed."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What is told beside the answers: events, identifiers, licence, dates; shown as provenance, kept as JSON."""
    record_id: str = ""
    """The id that it should have on this node, where the world has agreed on one (ROR); else one is made."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that was found before this is whole: the next run, or this one after a crash, may go on from `state`."""

    state: Mapping[str, Any]
    done: bool = False
    """Whether the source was read to its end, so that what it no longer names may count as gone."""


Setting_kinds = Literal["text", "choice", "choices", "yes_no", "mapping", "language", "secret", "number"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a door asks of who adds a source. Labels and helps are translated when they are shown."""

    name: str
    label: str
    help: str = ""
    kind: Setting_kinds = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    default: Any = ""


@dataclass
class Ask:
    """What a door is asked to read."""

    address: str
    settings: Mapping[str, Any]
    state: Mapping[str, Any]
    """The state of the last checkpoint of a run that ended well, or of the run that is gone on with; {} at first."""
    get: Callable[..., AbstractContextManager[Fetched]]
    """`fetch.fetched` with the limits of this run: `with ask.get(url, headers={…}) as answer`."""
    file: Path | None = None
    """The file that was brought, for doors that take one."""
    file_name: str = ""
    now: datetime | None = None


class BadSource(ValueError):
    """The source as a whole cannot be read, or not any further; the message tells where and what to do."""


class Door(Protocol):
    """One kind of source; see `settings.DOORS`."""

    name: str
    label: str
    """English, marked for translation with `gettext_noop`."""
    about: str
    takes: Literal["address", "file", "both"]
    settings: tuple[Setting, ...]

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        """What the source tells, from `ask.state` on. What cannot be read of one thing is a `Found` with a problem;
        only what stops everything is raised.

        Raises:
            BadSource, landbridge.lib.doors.http.Failed, landbridge.lib.doors.http.Unsafe, landbridge.lib.xml.BadXml
        """
