"""Webhooks: addresses elsewhere that are told of changes, each with the eyes of the account that registered it.

The follower here writes down what is to be sent, once per change and address; `deliveries` sends it.
"""

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from landbridge.exchange.models import Delivery, Webhook
from landbridge.formats.library import FORMATS
from landbridge.lib.doors.http import resolve, target
from landbridge.parties.models import Account
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import RecordView, Unknown, newest_serial
from landbridge.registry.readers import reader_of
from landbridge.registry.rules import Reader, may_read, reads_drafts, sees
from landbridge.registry.workflow import State, Verb
from landbridge.registry.writing import Actor, Forbidden, row_of

MOST: Final = 20
"""Webhooks of one account."""
SECRET_MARK: Final = "whsec_"  # noqa: S105
"""What the Standard Webhooks scheme lets secrets begin with."""
TEST: Final = "test"
VERBS: Final = tuple(verb.value for verb in Verb)


@dataclass(frozen=True)
class Address:
    """An address that was looked at: only `checked` makes one."""

    url: str


def checked(url: str) -> Address:
    """The address, when it leads to a host in the open Internet. It asks a name server, which may take its time; what
    the name means is looked at again each time that something is sent.

    Raises:
        Unsafe: it is none that may be called.
        Failed: its host is not known.
    """
    resolve(target(url, local=settings.WEBHOOKS_LOCAL), local=settings.WEBHOOKS_LOCAL)
    return Address(url)


def register(
    *, actor: Actor, account: Account, to: Address, formats: Iterable[str] = (), verbs: Iterable[str] = ()
) -> Webhook:
    """Have an address told of changes from now on. No formats, or no verbs, means all of them.

    Raises:
        Forbidden: the account is not the actor's own.
        ValueError: an unknown format or verb, or too many webhooks.
    """
    if account.pk != actor.account_id:
        raise Forbidden("A webhook belongs to who registers it.")
    chosen, done = sorted(set(formats)), sorted(set(verbs))
    if set(chosen) - set(FORMATS) or set(done) - set(VERBS):
        raise ValueError("There is no such format, or no such verb.")
    if of(actor).count() >= MOST:
        raise ValueError(f"There are {MOST} webhooks already; remove one first.")
    return Webhook.objects.create(
        account=account, url=to.url, secret=new_secret(), formats=chosen, verbs=done, since=newest_serial()
    )


def new_secret() -> str:
    """A secret as the Standard Webhooks scheme has it: 32 random bytes in base64."""
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(32)).decode()


def of(actor: Actor) -> "QuerySet[Webhook]":
    """The webhooks of the actor."""
    if actor.account_id is None:
        return Webhook.objects.none()
    return Webhook.objects.filter(account_id=actor.account_id).order_by("pk")


def own(actor: Actor, webhook_id: int) -> Webhook:
    """One of the actor's webhooks.

    Raises:
        Unknown: there is none of this number, or it is somebody else's; nobody can tell which.
    """
    found = of(actor).filter(pk=webhook_id).first()
    if found is None:
        raise Unknown(str(webhook_id))
    return found


def remove(*, actor: Actor, webhook_id: int) -> None:
    """Forget a webhook with all that waits to be sent to it."""
    own(actor, webhook_id).delete()


def turn_on(*, actor: Actor, webhook_id: int) -> Webhook:
    """Try again an address that was given up; what waited is sent now."""
    webhook = own(actor, webhook_id)
    webhook.disabled_at, webhook.failures = None, 0
    webhook.save(update_fields=["disabled_at", "failures"])
    Delivery.objects.filter(webhook=webhook, done_at=None).update(next_at=timezone.now(), attempts=0)
    return webhook


def send_test(*, actor: Actor, webhook_id: int) -> Delivery:
    """Put a message to try the address by in the queue. Tests have numbers below zero; the journal counts above it."""
    webhook = own(actor, webhook_id)
    earliest = Delivery.objects.filter(webhook=webhook, change_serial__lt=0).order_by("change_serial").first()
    number = (earliest.change_serial if earliest else 0) - 1
    body = {"id": "", "format": "", "verb": TEST, "revision": None, "gone": False, "serial": number,
            "url": settings.BASE_URL, "at": timezone.now().isoformat()}  # fmt: skip
    return Delivery.objects.create(webhook=webhook, change_serial=number, body=body)


def newest_deliveries(hooks: Sequence[Webhook], most: int) -> dict[int, list[Delivery]]:
    """The newest messages of each webhook: one query for all of them."""
    place = Window(RowNumber(), partition_by="webhook_id", order_by="-pk")
    found: dict[int, list[Delivery]] = {}
    if hooks:
        for one in (
            Delivery.objects.filter(webhook__in=hooks).annotate(place=place).filter(place__lte=most).order_by("-pk")
        ):
            found.setdefault(one.webhook_id, []).append(one)
    return found


def told(change: Change, record: Record | None, reader: Reader) -> dict[str, Any] | None:
    """What a reader is told of a change: none of the answers, and nothing of what they cannot read.

    A record that the reader could read and that is hidden now is told as gone.
    """
    if record is None or record.format not in FORMATS:
        return None
    if reads_drafts(reader, record.owner_id, record.author_id, record.state, record.visibility):
        return _body(change, gone=change.state == State.RETIRED)
    taken_back = change.verb == Verb.TAKE_BACK
    is_shown = change.state == State.PUBLISHED or (taken_back and change.revision is not None)
    if is_shown and sees(reader, change.visibility) and may_read(reader, row_of(record)):
        return _body(change, gone=False)
    is_gone = change.state == State.RETIRED or (taken_back and change.revision is None)
    if change.shown_to and sees(reader, change.shown_to) and (is_gone or not sees(reader, change.visibility)):
        return _body(change, gone=True)
    return None


def _body(change: Change, *, gone: bool) -> dict[str, Any]:
    return {
        "serial": change.serial, "id": change.record_id, "format": change.format, "verb": change.verb,
        "revision": None if gone else change.revision, "gone": gone, "at": change.at.isoformat(),
        "url": f"{settings.BASE_URL}/records/{change.record_id}",
    }  # fmt: skip


def _asks_for(webhook: Webhook, change: Change) -> bool:
    wanted = not webhook.formats or change.format in webhook.formats
    return wanted and (not webhook.verbs or change.verb in webhook.verbs) and change.serial > webhook.since


class WebhookFollower(Messenger):
    """A messenger: one delivery for each change that an account with a webhook may read."""

    name = "webhooks"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Write down what is to be sent. A batch that is taken in twice is written down once."""
        living = Webhook.objects.filter(disabled_at=None, account__is_active=True).select_related("account")
        hooks = [hook for hook in living if any(_asks_for(hook, change) for change in changes)]
        if not hooks:
            return
        readers = {account.pk: reader_of(account) for account in {hook.account for hook in hooks}}
        records = Record.objects.in_bulk({change.record_id for change in changes})
        Delivery.objects.bulk_create(
            [
                Delivery(webhook=hook, change_serial=change.serial, body=body)
                for hook in hooks for change in changes if _asks_for(hook, change)
                and (body := told(change, records.get(change.record_id), readers[hook.account_id])) is not None
            ],
            ignore_conflicts=True,
            batch_size=500,
        )  # fmt: skip
