"""What others say of a record: endorsements, translations, comments and corrections, each a record of its own.

They stand beside the record and never within its answers, so that what its people said stays what its people said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import transaction

from landbridge.exchange.models import About
from landbridge.exchange.provenance import nodes_named
from landbridge.registry.disclosure import public_part
from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView, states
from landbridge.registry.rules import Reader, may_read
from landbridge.registry.workflow import State, Visibility
from landbridge.registry.writing import digest

FORMAT: Final = "annotation"
KINDS: Final = ("endorsement", "translation", "correction", "comment")
"""In the order in which they are shown."""
TRANSLATED: Final = {
    "title": "translated_title", "summary": "translated_summary", "description": "translated_description",
}  # fmt: skip
MOST_SUBJECTS: Final = 50
"""An annotation speaks of so many records at most; one that names more would only be in the way of them."""
MOST: Final = 300


class AnnotationFollower:
    """A projection: remembers of which records each published annotation speaks."""

    name = "annotations"
    kind: Literal["projection"] = "projection"

    def built_as(self) -> str:
        return "1"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Write anew what each changed annotation speaks of."""
        changed = {change.record_id for change in changes if change.format == FORMAT}
        if not changed:
            return
        rows = [
            About(annotation_id=view.id, record_id=subject)
            for view in (states[one] for one in sorted(changed) if one in states)
            if view.state != State.RETIRED
            for subject in subjects(view.data)
        ]
        with transaction.atomic():
            About.objects.filter(annotation_id__in=changed).delete()
            About.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)

    def reset(self) -> None:
        """Nothing to forget: every annotation that ever was stands in the journal, and is written anew from there.
        The table belongs to all hosts of the database, and the others go on reading it meanwhile."""

    def release(self) -> None:
        """Nothing is held open."""


def subjects(data: Mapping[str, Any]) -> list[str]:
    """The records of which an annotation speaks."""
    named = (one.get("record") for one in data.get("subject_records") or ())
    return list(dict.fromkeys(filter(None, named)))[:MOST_SUBJECTS]


@dataclass(frozen=True)
class Annotation:
    """What somebody says of a record, and who that is."""

    view: RecordView
    kind: str
    claimed: tuple[str, ...]
    """In whose name it says that it speaks."""
    owner: str
    """The party of this node that published it; empty for a person's own, and for those of other nodes."""
    node: Mapping[str, str]
    """Language to name of the node that it came from; empty for this one."""
    of_this_version: bool | None
    """Whether it speaks of what the record says today; None where it does not tell."""

    @property
    def languages(self) -> list[str]:
        """The languages into which it translates anything."""
        told = (self.view.data.get(name) or {} for name in TRANSLATED.values())
        return sorted({tag for texts in told for tag in texts})


def annotations(view: RecordView, reader: Reader) -> list[Annotation]:
    """What is said of a record, as far as this reader may read it: by kind, the newest first. One query where there
    is nothing."""
    ids = list(About.objects.filter(record_id=view.id).order_by("-pk").values_list("annotation_id", flat=True)[:MOST])
    if not ids:
        return []
    found = [one for one in states(ids, reader).values() if one.state != State.RETIRED and may_read(reader, one)]
    named = nodes_named(one.origin for one in found)
    versions = {view.sha256, digest(public_part(view.format, view.data))}
    every = [_annotation(one, named, versions) for one in found if one.data.get("kind") in KINDS]
    every.sort(key=lambda one: (one.view.published_at or one.view.updated_at, one.view.id), reverse=True)
    return sorted(every, key=lambda one: KINDS.index(one.kind))


def _annotation(view: RecordView, named: Mapping[str, Mapping[str, str]], versions: set[str]) -> Annotation:
    told = view.data.get("subject_digest")
    return Annotation(
        view=view, kind=view.data["kind"], claimed=tuple(_names(view.data)),
        owner="" if view.origin else view.owner or "", node=named.get(view.origin, {}),
        of_this_version=told in versions if told else None,
    )  # fmt: skip


def _names(data: Mapping[str, Any]) -> Iterator[str]:
    for one in data.get("by") or ():
        if one.get("name"):
            yield one["name"]


def begun(view: RecordView, kind: str, title: str, language: str) -> tuple[dict[str, Any], str]:
    """The answers with which a new annotation of a record begins, and who shall read it: nobody who may not read the
    record itself."""
    relation = "translation" if kind == "translation" else "related"
    answers: dict[str, Any] = {
        "title": {language: title[:300]}, "kind": kind,
        "subject_records": [{"record": view.id, "relation": relation}],
        "subject_digest": digest(public_part(view.format, view.data)),
    }  # fmt: skip
    return answers, Visibility(view.visibility).value
