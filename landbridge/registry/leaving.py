"""When a person comes, hands over or goes: what happens to their records with their roles.

Rights of people live in `parties`; what they were writing lives here. A record passes on, or goes, through the journal:
search, feeds, exports and other nodes follow it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q

from landbridge.parties import actions as people
from landbridge.parties.accounts import sign_out_everywhere
from landbridge.parties.models import Account, Invitation, Membership, Party
from landbridge.parties.permissions import Role
from landbridge.parties.queries import confirmed, left_alone, memberships_of
from landbridge.parties.standing import Actor, Forbidden
from landbridge.registry import erasing, journal
from landbridge.registry.erasing import ERASED as ERASED
from landbridge.registry.models import Record, Revision, WorkingCopy
from landbridge.registry.own_data import hanging_on
from landbridge.registry.workflow import State, Verb
from landbridge.registry.writing import NODE, Said, new_change, shown_to

HANDED_OVER: Final = "Handed over"
_EXPERT: Final = "expert"


def hand_over(*, actor: Actor, membership_id: int, email: str, language: str) -> Membership | Invitation:
    """Pass a role on to a successor: at once where they have an account, else when they accept the invitation.

    With the role go the party's records that the leaver has in hand and their working copies for it; what is the
    leaver's own, records without an owner and copies for nobody, goes only when they themselves hand over.

    Raises:
        Forbidden, Refused: see `parties.actions`.
    """
    leaving = people.own_membership(actor, membership_id)
    wanted = people.Appointment(
        Role(leaving.role), leaving.party, leaving.focal_point_kind, leaving.until, leaving.source_record
    )
    if people.clean_email(email) == leaving.account.email:
        raise people.Refused("They have this role already.", "email")
    successor = confirmed(email)
    # Whoever leaves may name who follows them, also where the role lets nobody else in.
    by = NODE if leaving.account_id == actor.account_id and names_successor(leaving) else actor
    with transaction.atomic():
        if successor is None:
            invitation = people.invite(actor=by, email=email, wanted=wanted, language=language, succeeds=leaving)
            Invitation.objects.filter(pk=invitation.pk).update(invited_by=actor.account_id)
            return invitation
        membership = people.grant(actor=by, account=successor, wanted=wanted)
        _pass_on(leaving, successor, own=leaving.account_id == actor.account_id)
        return membership


def names_successor(leaving: Membership) -> bool:
    """A focal point or administrator may name their successor; others ask those who invite for their party."""
    return Role(leaving.role) in (Role.FOCAL_POINT, Role.ADMINISTRATOR)


def join(*, account: Account, invitation_id: int) -> Membership:
    """Accept an invitation; where it succeeds somebody, their role ends and their work passes on.

    Raises:
        Forbidden: see `parties.actions.accept`.
    """
    with transaction.atomic():
        membership = people.accept(account=account, invitation_id=invitation_id)
        invitation = Invitation.objects.select_related("succeeds__account", "succeeds__party").get(pk=invitation_id)
        leaving = invitation.succeeds
        if leaving is not None and leaving.account_id != account.pk:
            _pass_on(leaving, account, own=invitation.invited_by_id == leaving.account_id)
    return membership


def _pass_on(leaving: Membership, successor: Account, *, own: bool) -> None:
    """Records in hand and copies to the successor; then the leaver's role ends."""
    journal.lock()
    of_party = Q(owner=leaving.party) if leaving.party else Q(pk__in=())
    in_hand = of_party & Q(state__in=(State.DRAFT, State.SUBMITTED, State.RETURNED))
    theirs = Q(owner__isnull=True) if own else Q(pk__in=())
    now = datetime.now(UTC)
    records = list(Record.objects.filter(in_hand | theirs, author=leaving.account_id, origin="").order_by("pk"))
    for record in records:
        record.author = successor
    Record.objects.bulk_update(records, ["author"], batch_size=500)
    actor, said = Actor(leaving.account_id), Said(HANDED_OVER)
    # What is retired is in nobody's sight: there is nothing to tell of it.
    told = [one for one in records if one.state != State.RETIRED]
    journal.append([new_change(one, Verb.REVISE, actor, now, shown_to=shown_to(one), said=said) for one in told])
    owners = ([leaving.party_id] if leaving.party_id else []) + ([""] if own else [])
    WorkingCopy.objects.filter(account=leaving.account_id, owner__in=owners).update(account=successor)
    people.end_all(memberships=[leaving])


@dataclass(frozen=True)
class Farewell:
    """What goes when an account is erased: for the page on which one says yes."""

    records: int
    copies: int
    alone: tuple[Party | None, ...]
    """The parties, and (None) the node, that nobody would answer for any more."""


def farewell(account: Account) -> Farewell:
    """What erasing the account would do."""
    return Farewell(
        records=sum(record.state != State.RETIRED for record in _going(account)),
        copies=WorkingCopy.objects.filter(account=account).count(),
        alone=tuple(left_alone(memberships_of(account.pk))),
    )


def _going(account: Account) -> list[Record]:
    """The records that go with a person: those without an owner, and what a party keeps of them as an expert. Also
    those that are retired: their revisions are still there."""
    known = Record.objects.filter(author=account, origin="", erased_at=None)
    own = list(known.filter(owner__isnull=True).order_by("pk"))
    begun = list(known.filter(format=_EXPERT, owner__isnull=False).order_by("pk"))
    texts = Revision.objects.filter(record__in=begun, number=models.F("record__latest"))
    speaks = {one.record_id for one in texts if account.email in str(one.data.get("contacts", "")).lower()}
    return own + [record for record in begun if record.pk in speaks]


def erase(*, account: Account) -> None:
    """Erase a person: name and address go, and with them all that is only theirs, in every version that there ever was;
    records that others answer for stay without the name.

    Raises:
        Forbidden: the account is erased already.
    """
    with transaction.atomic():
        journal.lock()
        locked = Account.objects.select_for_update().get(pk=account.pk)
        if locked.erased_at is not None:
            raise Forbidden("This account is erased already.")
        brought = erasing.brought_by(locked.pk)
        erasing.erase([record.pk for record in _going(locked)])
        people.end_all(memberships=memberships_of(locked.pk))
        Invitation.objects.filter(email=locked.email).delete()
        for rows in hanging_on(locked):  # Roles, keys, copies, watches, notices, sign-ins, passkeys, identities.
            rows.delete()
        erasing.forget_files(brought)
        _forget(locked)
        transaction.on_commit(erasing.wipe)


def _end_sessions(account: Account) -> None:
    """A session keeps the address with which it was begun, also when it opens nothing any more."""
    for session in Session.objects.iterator(chunk_size=500):
        if str(session.get_decoded().get(SESSION_KEY)) == str(account.pk):
            session.delete()


def _forget_letters(address: str) -> None:
    """On a node without a mail server letters to the person lie in a folder."""
    for letter in Path(settings.EMAIL_FILE_PATH).glob("*.eml"):
        if address.encode() in letter.read_bytes().lower():
            letter.unlink(missing_ok=True)


def _forget(account: Account) -> None:
    transaction.on_commit(partial(_forget_letters, account.email))
    account.email, account.name = f"erased-{account.pk}@erased.invalid", ""
    account.is_active, account.erased_at = False, datetime.now(UTC)
    account.notify = {}
    account.set_unusable_password()
    account.save()
    sign_out_everywhere(account=account)
    _end_sessions(account)
