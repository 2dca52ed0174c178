"""A published focal-point notice becomes a role: at once where the person has an account, else as an invitation.

A messenger of the journal. What it does is found again by the record that it came from, so that a batch that is read
twice, because the process was killed before the cursor moved, gives nothing twice.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import DEFAULT
from landbridge.parties import actions as people
from landbridge.parties.models import Invitation, Membership, Party
from landbridge.parties.permissions import FOCAL_POINT_KINDS, Permission, Role
from landbridge.parties.queries import confirmed
from landbridge.parties.standing import NODE, current, held_by, today
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import RecordView
from landbridge.registry.workflow import State, Verb

logger = logging.getLogger(__name__)
FORMAT: Final = "focal_point"
_GIVING: Final = frozenset({Verb.PUBLISH, Verb.RETIRE, Verb.RESTORE, Verb.TAKE_BACK})
"""What changes who is named. A role that somebody ended by hand must not come back because the notice was confirmed."""


@dataclass(frozen=True)
class Notice:
    """What a notice says, as far as it gives a role."""

    record: str
    party: str
    kind: str
    email: str
    until: date | None
    language: str


class Appointments(Messenger):
    """Gives, changes and ends the roles that focal-point notices speak of."""

    name = "appointments"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        said = (change.record_id for change in changes if change.format == FORMAT and change.verb in _GIVING)
        for record_id in dict.fromkeys(said):
            settle(record_id)


def settle(record_id: str) -> None:
    """Bring roles in step with what the notice says now: safe to do again."""
    with transaction.atomic():
        notice = _trusted(record_id)
        ending = _held_from(record_id, notice)
        if ending:
            people.end_all(memberships=ending)
        _invited_from(record_id, notice)
        if notice is not None:
            try:
                _appoint(notice)
            except people.Refused as problem:
                # Whoever reads the journal must get on: what cannot be given is told to the operator.
                logger.warning("The notice %s gives no role: %s", record_id, problem)


def _trusted(record_id: str) -> Notice | None:
    """What a notice says, when it is in force and was published by somebody who may nominate for that Party.

    The answers are read from the revision itself: what followers are given leaves out the address.
    """
    record = Record.objects.filter(pk=record_id, format=FORMAT, origin="").exclude(state=State.RETIRED).first()
    if record is None or record.published is None:
        return None
    data = Revision.objects.get(record=record, number=record.published).data
    party, kind, email = (str(data.get(name) or "") for name in ("party", "focal_point_kind", "email"))
    until = date.fromisoformat(data["serves_until"]) if data.get("serves_until") else record.expires_on
    is_whole = bool(party and email and kind in FOCAL_POINT_KINDS and vocabulary("countries").terms.get(party))
    if not is_whole or (until is not None and until < today()) or not _may_name(record, party):
        return None
    return Notice(record_id, party, kind, email.lower(), until, record.language)


def _may_name(record: Record, party: str) -> bool:
    """Whether the notice is the Party's own, and whoever published it may nominate for the Party: a publishing
    authority must not make itself a focal point. The node's administrators may for every Party."""
    published = Change.objects.filter(record_id=record.pk, verb=Verb.PUBLISH, revision=record.published)
    actor = published.order_by("-serial").values_list("actor", flat=True).first()
    held = held_by(actor) if actor is not None else None
    if held is None:
        return False
    is_own = record.owner_id == party and party in held.parties_with(Permission.NOMINATE)
    return is_own or (Role.ADMINISTRATOR, None) in held.roles


def _held_from(record_id: str, notice: Notice | None) -> list[Membership]:
    """The memberships that came from the notice and that it does not give any more."""
    held = Membership.objects.filter(current(), source_record=record_id).select_related("party", "account")
    return [one for one in held if notice is None or not _is_of(one.party_id, one.focal_point_kind, one.account.email,
                                                                notice)]  # fmt: skip


def _invited_from(record_id: str, notice: Notice | None) -> None:
    """Withdraw the invitations that came from the notice and that it does not give any more."""
    for one in Invitation.objects.filter(source_record=record_id, accepted_at=None, withdrawn_at=None):
        if notice is None or not _is_of(one.party_id, one.focal_point_kind, one.email, notice):
            Invitation.objects.filter(pk=one.pk).update(withdrawn_at=timezone.now())


def _is_of(party: str | None, kind: str, email: str, notice: Notice) -> bool:
    return (party, kind, email) == (notice.party, notice.kind, notice.email)


def _appoint(notice: Notice) -> None:
    wanted = people.Appointment(Role.FOCAL_POINT, _party(notice.party), notice.kind, notice.until, notice.record)
    known: dict[str, Any] = {"source_record": notice.record, "focal_point_kind": notice.kind}
    mine = Membership.objects.filter(current(), party_id=notice.party, account__email=notice.email, **known)
    alive = Q(accepted_at__isnull=False) | Q(expires_at__gt=timezone.now())
    waits = Invitation.objects.filter(alive, party_id=notice.party, email=notice.email, withdrawn_at=None, **known)
    if mine.exists() or waits.exists():
        mine.update(until=notice.until)
        waits.filter(accepted_at=None).update(until=notice.until)
    elif person := confirmed(notice.email):
        people.grant(actor=NODE, account=person, wanted=wanted)
    else:
        people.invite(actor=NODE, email=notice.email, wanted=wanted, language=notice.language)


def _party(country: str) -> Party:
    term = vocabulary("countries").terms[country]
    names = {tag: labels[0] for tag, labels in term.labels.items()}
    defaults = {"kind": "party", "country": country, "names": names or {DEFAULT: country}}
    party, _ = Party.objects.get_or_create(pk=country, defaults=defaults)
    return party
