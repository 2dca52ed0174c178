"""Loading many records from lines: each is checked, batches are written whole, and what is refused is told.

The same lines can be loaded again at any time: a record that is there already with the same answers stays as it
is, so a load that was broken off is completed by running it once more.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from landbridge.formats import tidy
from landbridge.formats.editions import current, upgrade
from landbridge.formats.validate import InvalidRecord, Problem, format_named, validate
from landbridge.lib.languages import DEFAULT, is_language_tag
from landbridge.parties.models import Party
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.safeguards import require_safe
from landbridge.registry.workflow import State, Visibility, Workflow
from landbridge.registry.writing import NODE, Actor

BATCH: Final = 1_000
STATES: Final = (State.PUBLISHED, State.DRAFT, State.RETIRED)
_ID_SIGNS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-")
NAMES: Final = ("format", "id", "language", "data", "visibility", "state", "owner", "note", "edition")
"""What a line may hold."""
PASSED_OVER: Final = frozenset(
    {"url", "title", "revision", "sha256", "origin", "created_at", "updated_at", "published_at", "workflow", "type",
     "confirmed_on", "expires_on", "published", "revised_at", "edition_notes"}
)  # fmt: skip
"""What an export of another node may hold beside that; its registry keeps its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record as a reader found it: where, and what; or the reason why it could not be read."""

    number: int
    record: Mapping[str, Any] | None
    problem: str = ""
    source: str = ""


@dataclass(frozen=True)
class Refused:
    """One line that was not taken in, and every reason."""

    line: int
    source: str
    record: str | None
    problems: tuple[Problem, ...]


@dataclass
class Outcome:
    """What became of the lines."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


@dataclass
class Loader:
    """Takes lines into the registry as published reference records of this node."""

    actor: Actor = NODE
    visibility: str | None = None
    """The visibility of lines that name none; public when this is None, too."""
    dry_run: bool = False
    on_refused: Callable[[Refused], None] = lambda refused: None
    on_batch: Callable[[Outcome], None] = lambda outcome: None
    outcome: Outcome = field(default_factory=Outcome)

    def load(self, lines: Iterable[Line]) -> Outcome:
        """Take in all lines, a batch a transaction. A line that is refused never stops the rest."""
        batch: dict[str, tuple[Line, Arrival]] = {}
        for line, arrival in self._checked(lines):
            if arrival.id in batch or len(batch) >= BATCH:
                self._write(batch)
                batch = {}
            batch[arrival.id] = (line, arrival)
        self._write(batch)
        return self.outcome

    def _checked(self, lines: Iterable[Line]) -> Iterator[tuple[Line, Arrival]]:
        owners = frozenset(Party.objects.values_list("pk", flat=True))
        for line in lines:
            self.outcome.read += 1
            try:
                yield line, self._arrival(line, owners)
            except InvalidRecord as error:
                self._refuse(line, tuple(error.problems))

    def _arrival(self, line: Line, owners: frozenset[str]) -> Arrival:
        if line.record is None:
            raise _invalid("", line.problem, "unreadable")
        record, language = line.record, line.record.get("language") or DEFAULT
        _check_names(record)
        data = _current_edition(record)
        if not isinstance(language, str) or not is_language_tag(language):
            raise _invalid(
                "language", f"“{str(language)[:40]}” is not a language tag; use en, fr, zh …", "language_tag"
            )
        clean = validate(record.get("format"), data, language)
        state = _one_of("state", record.get("state"), STATES)
        if state == State.PUBLISHED:
            require_safe(record["format"], clean)
        return Arrival(
            id=_identifier(record, data, language), format=record["format"], data=clean, language=language,
            visibility=_one_of("visibility", record.get("visibility") or self.visibility, tuple(Visibility)),
            state=state, owner=_owner(record.get("owner"), owners),
            note=tidy.line(str(record.get("note") or ""))[:500],
        )  # fmt: skip

    def _write(self, batch: Mapping[str, tuple[Line, Arrival]]) -> None:
        lines = [line for line, _ in batch.values()]
        if self.dry_run:
            self.outcome.new += len(batch)
        elif batch:
            arrivals = [arrival for _, arrival in batch.values()]
            taken = receive_many(arrivals, actor=self.actor, workflow=Workflow.REFERENCE)
            self.outcome.new += taken.new
            self.outcome.changed += taken.changed
            self.outcome.same += taken.same
            for position, reason in taken.refused:
                self._refuse(lines[position], (Problem("id", reason, "conflict"),))
        self.on_batch(self.outcome)

    def _refuse(self, line: Line, problems: tuple[Problem, ...]) -> None:
        self.outcome.refused += 1
        given = line.record.get("id") if line.record else None
        self.on_refused(Refused(line.number, line.source, str(given)[:100] if given else None, problems))


def _invalid(field_path: str, message: str, code: str) -> InvalidRecord:
    return InvalidRecord([Problem(field_path, message, code)])


def _check_names(record: Mapping[str, Any]) -> None:
    unknown = [name for name in record if name not in NAMES and name not in PASSED_OVER]
    if unknown:
        problem = f"A line has no “{str(unknown[0])[:40]}”; it holds {', '.join(NAMES)}."
        raise _invalid(str(unknown[0])[:40], problem, "unknown_name")


def _current_edition(record: Mapping[str, Any]) -> Any:
    """The answers of a line, brought up to date when it says in which edition they were written."""
    data, edition = record.get("data"), record.get("edition")
    if edition is None or not isinstance(data, dict):
        return data
    editions = format_named(record.get("format")).editions
    if type(edition) is not int or not 1 <= edition <= current(editions):
        raise _invalid("edition", f"This node knows the editions 1 to {current(editions)}.", "edition")
    return upgrade(data, edition, editions)[0]


def _identifier(record: Mapping[str, Any], data: Any, language: str) -> str:
    """The id of a line, or one that is made from what it says, so that a second run finds the same record."""
    given = record.get("id")
    if given in (None, ""):
        said = orjson.dumps([record["format"], language, data], option=orjson.OPT_SORT_KEYS)
        return f"{record['format']}-{hashlib.sha256(said).hexdigest()[:24]}"
    if isinstance(given, str) and len(given) <= 100 and _ID_SIGNS.issuperset(given) and given[0].isalnum():
        return given
    message = "An id has up to 100 letters a-z, digits and . _ ~ - and starts with a letter or a digit."
    raise _invalid("id", message, "id_form")


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value in (None, ""):
        return str(allowed[0])
    if isinstance(value, str) and value in allowed:
        return str(value)
    raise _invalid(name, f"“{str(value)[:40]}” is none of {', '.join(allowed)}.", name)


def _owner(value: Any, owners: frozenset[str]) -> str | None:
    if value in (None, ""):
        return None
    if isinstance(value, str) and value in owners:
        return value
    raise _invalid("owner", f"There is no party “{str(value)[:40]}” on this node.", "owner")
