"""Who may name a file in an answer: whoever brought its bytes. Somebody who only knows their digest could else have
them given to them, by naming them in a record of their own."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q

from landbridge.formats.validate import InvalidRecord, Problem
from landbridge.registry.models import Bringer, StoredFile
from landbridge.registry.writing import Actor


def named_in(data: Any) -> Iterator[Mapping[str, Any]]:
    """The files that answers name."""
    if isinstance(data, dict):
        if isinstance(data.get("sha256"), str) and "media_type" in data:
            yield data
        else:
            for inner in data.values():
                yield from named_in(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from named_in(inner)


def note_bringer(file: StoredFile, actor: Actor) -> None:
    """Remember that the actor has the bytes of the file: the same ones may come from several people."""
    if actor.account_id is not None:
        Bringer.objects.get_or_create(file=file, account_id=actor.account_id)


def brought(wanted: Iterable[str], actor: Actor) -> set[str]:
    """Those of the files, by SHA-256, that the actor brought."""
    if actor.account_id is None:
        return set()
    mine = Q(brought_by_id=actor.account_id) | Q(bringers__account_id=actor.account_id)
    return set(StoredFile.objects.filter(mine, pk__in=wanted).values_list("pk", flat=True))


def require_brought(actor: Actor, data: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Go on only when the actor brought every file that the answers name and those of `before` do not.

    Raises:
        InvalidRecord: naming the answers with other people's files.
    """
    there = {answer["sha256"] for answer in named_in(before)}
    named = {name: {one["sha256"] for one in named_in(answer)} - there for name, answer in data.items()}
    wanted = set().union(*named.values())
    if actor.node or not wanted:
        return
    stored = set(StoredFile.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if foreign := stored - brought(wanted, actor):
        message = "Bring the file itself: the node has it from somebody else."
        raise InvalidRecord([Problem(name, message, "file_of_others") for name, own in named.items() if own & foreign])
