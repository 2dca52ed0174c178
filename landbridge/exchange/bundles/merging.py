"""A record that comes with work of another node: drafted anew, laid over what is here, or put before the help desk."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from landbridge.exchange.models import WorkTaken
from landbridge.exchange.nodes.answers import NotTaken, checked
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.parties.models import Party
from landbridge.registry import actions, comments
from landbridge.registry.bringing import named_in
from landbridge.registry.copies import workflow_of
from landbridge.registry.guards import as_vetted
from landbridge.registry.merging import Choice, apply, merge
from landbridge.registry.models import Record, StoredFile
from landbridge.registry.queries import latest
from landbridge.registry.rules import OPERATOR
from landbridge.registry.workflow import State, Visibility
from landbridge.registry.writing import NODE, Actor, Said

_MOST_NAMED: Final = 20
_NOBODY: Final = Actor()


@dataclass(frozen=True)
class Came:
    """What came of a record."""

    record: str
    outcome: str
    """`new`, `changed`, `merged`, `conflict`, `waits`, `same` or `older`; of words `confirmed` or `remark`."""
    data: dict[str, Any] | None = None
    """The answers as they came, in our ids: what both sides know from now on."""


@dataclass(frozen=True)
class Merger:
    """The records of one bundle of work."""

    node: str
    parties: frozenset[str]
    """Those that the node may write for."""
    brought: frozenset[str]
    """The files that came with it."""

    def own_id(self, source: str) -> str:
        """The id under which a record of that node is kept here: always the same, and never one that it chose."""
        known = self._last(source)
        return known.record_id if known else hashlib.sha256(f"{self.node} {source}".encode()).hexdigest()[:32]

    def take(self, item: Mapping[str, Any]) -> Came:
        """Take a record in, inside the caller's transaction.

        Raises:
            NotTaken, and what actions raise: it was not taken in.
        """
        given = checked(item.get("format"), item.get("edition"), item.get("language"), item.get("data"))
        data = self.with_our_ids(given)
        last = self._last(str(item["record"]))
        if last is not None and last.revision > item["revision"]:
            return Came(last.record_id, "older")
        target = self._target(item, last)
        self._check_files(data, target)
        # An island vouches for nobody: how far others do stays as it is here.
        data = as_vetted(_NOBODY, target or Record(format=str(item["format"])), data)
        came = self._begin(item, data) if target is None else self._lay_over(item, data, last, target)
        return replace(came, data=data)

    def _last(self, source: str) -> WorkTaken | None:
        found = WorkTaken.objects.filter(origin=self.node, source=source).exclude(data=None)
        return found.order_by("-revision", "-pk").first()

    def _target(self, item: Mapping[str, Any], last: WorkTaken | None) -> Record | None:
        """The record of ours that it continues or changes, where the node may write it."""
        if last is not None:
            there = Record.objects.filter(pk=last.record_id).first()
            if there is not None and there.owner_id is not None and there.owner_id not in self.parties:
                raise NotTaken("policy", f"This node may not write for {there.owner_id} any more.")
            return there
        wanted = str(item.get("changes") or "")
        known = wanted and "\0" not in wanted
        record = Record.objects.filter(pk=wanted, erased_at=None).first() if known else None
        if record is None:
            return None
        if record.origin:
            raise NotTaken("claim", f"The record {wanted[:100]} is of {record.origin}; take the work there.")
        if record.format != item.get("format"):
            raise NotTaken("invalid", f"The record {wanted[:100]} is of the format {record.format}.")
        return record if record.owner_id in self.parties else None

    def with_our_ids(self, data: dict[str, Any]) -> dict[str, Any]:
        """References to other records of the same work lead to what became of them here."""

        def led(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: self.led(one) if name == "record" and isinstance(one, str) else led(one)
                        for name, one in value.items()}  # fmt: skip
            return [led(one) for one in value] if isinstance(value, list) else value

        found: dict[str, Any] = led(data)
        return found

    def led(self, record_id: str) -> str:
        """The id here of a record of that node, where it came with work."""
        known = self._last(record_id)
        return known.record_id if known else record_id

    def _check_files(self, data: Mapping[str, Any], target: Record | None) -> None:
        """A file is named by whoever has its bytes: who only knows a digest is not given them."""
        there = {one["sha256"] for one in named_in(latest(target.pk, OPERATOR).data)} if target is not None else set()
        named = {str(one["sha256"]) for one in named_in(data)} - there - self.brought
        if StoredFile.objects.filter(pk__in=named).exists():
            raise NotTaken("invalid", "It names a file that the bundle does not bring.")

    def _begin(self, item: Mapping[str, Any], data: dict[str, Any]) -> Came:
        """A new record: of the party, when the node may write for it; otherwise it waits for the help desk."""
        wanted = str(item.get("owner") or "")
        changes = str(item.get("changes") or "")
        may_write = wanted in self.parties and not changes and Party.objects.filter(pk=wanted).exists()
        owner = wanted if may_write else None
        if changes:
            data = _replacing(str(item["format"]), data, changes)
        made = actions.draft(
            actor=NODE, format=str(item["format"]), data=data, language=str(item["language"]), owner=owner,
            record_id=self.own_id(str(item["record"])), visibility=_visibility(item), workflow=workflow_of(owner or ""),
            note=self.note(item),
        )  # fmt: skip
        if not may_write or item.get("state") == State.SUBMITTED:
            actions.submit(actor=NODE, record_id=made.pk, said=Said(self.note(item)))
        if not may_write and wanted:
            self._remark(made.pk, f"It was written for {wanted[:100]}, for which this node may not write.")
        return Came(made.pk, "new" if may_write else "waits")

    def _lay_over(
        self, item: Mapping[str, Any], data: dict[str, Any], last: WorkTaken | None, target: Record
    ) -> Came:  # fmt: skip
        """Bring a version and what is here together; readers go on seeing what is published."""
        if target.state == State.RETIRED and target.owner_id not in self.parties:
            raise NotTaken("retired", "It was taken out of sight here, and stays so.")
        base = last.data if last is not None else item.get("base")
        now = latest(target.pk, OPERATOR)
        merged, choices = merge(now.format, base if isinstance(base, dict) else {}, data, now.data)
        waits = item.get("state") == State.SUBMITTED or target.owner_id not in self.parties
        said = Said(self.note(item))
        if not choices and merged == now.data:
            if waits and target.state in (State.DRAFT, State.RETURNED):
                actions.submit(actor=NODE, record_id=target.pk, said=said)
                return Came(target.pk, "changed")
            return Came(target.pk, "same")
        if target.state == State.SUBMITTED:
            actions.withdraw(actor=NODE, record_id=target.pk, said=said)
            waits = True
        if choices:
            self._keep_both(item, target.pk, merged, choices, now.language)
        else:
            self._revise(target.pk, merged, now.language, self.note(item))
        if waits:
            actions.submit(actor=NODE, record_id=target.pk, said=said)
        return Came(target.pk, "conflict" if choices else "changed" if base == now.data else "merged")

    def _keep_both(
        self, item: Mapping[str, Any], record_id: str, merged: dict[str, Any], choices: list[Choice], language: str
    ) -> None:  # fmt: skip
        """Their version as a revision, ours as the one after it, and a remark on what both changed."""
        theirs = merged
        for choice in choices:
            theirs = apply(theirs, choice.path, choice.mine)
        self._revise(record_id, theirs, language, f"{self.note(item)} Their version.")
        self._revise(record_id, merged, language, f"{self.note(item)} What both changed stands as it was here.")
        self._tell_conflict(record_id, [choice.path for choice in choices])

    def _revise(self, record_id: str, data: dict[str, Any], language: str, note: str) -> None:
        actions.revise(actor=NODE, record_id=record_id, data=data, language=language, note=note)

    def _tell_conflict(self, record_id: str, paths: list[str]) -> None:
        number = Record.objects.get(pk=record_id).latest
        asked = questions(FORMATS[Record.objects.get(pk=record_id).format])
        named = [f"{asked[path.partition('.')[0]].label} ({path})" if path.partition(".")[0] in asked else path
                 for path in paths[:_MOST_NAMED]]  # fmt: skip
        self._remark(record_id, f"Both sides changed: {'; '.join(named)}. Revision {number} keeps what stood here; "
                                f"revision {number - 1} is their version. Compare them and choose.")  # fmt: skip

    def _remark(self, record_id: str, text: str) -> None:
        comments.add(actor=NODE, reader=OPERATOR, record_id=record_id, text=f"{self.node}: {text}"[: comments.LONGEST])

    def note(self, item: Mapping[str, Any]) -> str:
        """What stands with a revision: where it was written, and by whom."""
        by = " ".join(str(item.get("by") or "").split())[:100]
        return f"Written on {self.node}{f' by {by}' if by else ''}."


def _visibility(item: Mapping[str, Any]) -> str:
    wanted = item.get("visibility")
    return str(wanted) if wanted in tuple(Visibility) else Visibility.PRIVATE.value


def _replacing(format: str, data: dict[str, Any], record_id: str) -> dict[str, Any]:
    """A change that waits for review says which record it would change."""
    related = [one for one in data.get("related") or () if one.get("record") != record_id]
    return {**data, "related": [*related, {"record": record_id, "relation": "replaces"}]}
