"""What is told: notices, mails, watches and webhooks bring nobody a word of what they may not read."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from landbridge.exchange.models import Delivery, Webhook
from landbridge.parties.models import Notice
from landbridge.registry import actions, clock, journal
from landbridge.registry.models import Comment, Record
from landbridge.registry.writing import NODE, Said
from landbridge.search import watching
from tests.cast import Company
from tests.rights import table, world
from tests.rights.world import EVERY, WORDS, reads, words_for, works_on

pytestmark = pytest.mark.django_db
WATCHES = (("search", "q=reed"), ("search", "place=FJI"), ("party", "FJI"))


@pytest.fixture
def told(company: Company, folder: Path, translations: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Everybody watches, has a webhook and wants every mail at once; then all of it happens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name, person in company.everybody().items():
        if name not in table.CLOSED:
            for kind, subject in WATCHES:
                watching.watch(person.account, kind, subject)
            Webhook.objects.create(account=person.account, url=f"https://{name}.example/", secret="x")
    world.build(company)
    Record.objects.filter(owner="FJI").update(author=company.kofi.account)  # Who began them has left.
    for one in EVERY:
        if one.state in ("draft", "returned"):
            actions.submit(actor=NODE, record_id=one.id, said=Said(f"Handed in: {one.withheld}"))
            actions.return_(actor=NODE, record_id=one.id, said=Said(f"Please mend {one.withheld}"))
        author = company.yusuf if one.owner is None else company.malia if one.owner == "navakavu" else company.litia
        Comment.objects.create(
            record_id=one.id, revision=1, text=f"About {one.withheld}", author=author.account, at=timezone.now()
        )
    Record.objects.update(confirm_by=timezone.now().date())
    journal.follow_to_end()
    from landbridge.exchange.out import deliveries

    monkeypatch.setattr(deliveries.DeliverWebhooks, "run", lambda self, now: None)
    for task in clock.tasks():
        task.run(timezone.now() + timedelta(days=8 if task.name == "mails" else 0))
    return company


def after_all(one: world.Known) -> world.Known:
    """The record as it is after what the fixture did with it."""
    return world.Known(one.owner, "returned", one.visibility) if one.state == "draft" else one


def may_hear(person: str, record_id: str) -> bool:
    one = next(one for one in EVERY if one.id == record_id)
    began = one.owner is None and person == "yusuf"
    return table.reads(person, one.owner, began, after_all(one).state, one.visibility)


def test_notices_and_mails_hold_nothing_that_their_reader_may_not_see(told: Company) -> None:
    names = {person.account.pk: name for name, person in told.everybody().items()}
    notices = list(Notice.objects.all())
    assert len(notices) > 30, "there was something to tell"
    assert {names[one.account_id] for one in notices}.isdisjoint(table.CLOSED)
    for one in notices:
        name = names[one.account_id]
        if one.record_id:
            assert may_hear(name, one.record_id), (name, one.kind, one.record_id)
        works = {known.withheld for known in EVERY if works_on(name, known) or works_on(name, after_all(known))}
        assert set(WORDS.findall(str(one.told))) <= words_for(name) | works, (name, one.kind, one.told)
    addresses = {person.account.email: name for name, person in told.everybody().items()}
    assert mail.outbox
    for letter in mail.outbox:
        name = addresses[letter.to[0]]
        works = {known.withheld for known in EVERY if works_on(name, known) or works_on(name, after_all(known))}
        found = set(WORDS.findall(letter.subject + letter.body))
        assert found <= words_for(name) | works, (name, letter.subject, found)


def test_watches_tell_of_what_is_public_only(told: Company) -> None:
    public = {one.id for one in EVERY if one.is_shown and one.visibility == "public"}
    from landbridge.search.models import Told

    heard = set(Told.objects.values_list("record_id", flat=True))
    assert heard == public


def test_webhooks_name_no_record_that_their_owner_may_not_read(told: Company) -> None:
    names = {person.account.pk: name for name, person in told.everybody().items()}
    sent = Delivery.objects.select_related("webhook")
    assert sent.count() > 100
    for one in sent:
        name, record = names[one.webhook.account_id], one.body["id"]
        known = next(known for known in EVERY if known.id == record)
        was_meant = known.visibility in table.READS[name].split()
        assert may_hear(name, record) or (one.body["gone"] and was_meant), (name, one.body)
        assert not WORDS.findall(str({key: value for key, value in one.body.items() if key not in ("id", "url")}))
    assert not {names[one.webhook.account_id] for one in sent} & set(table.CLOSED)
    assert reads("ada", EVERY[0])
