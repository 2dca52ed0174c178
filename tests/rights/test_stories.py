"""Who may do what, told as stories: what each of the cast sees and cannot do, and what comes of trying."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from landbridge.parties.models import Membership
from landbridge.parties.permissions import Permission
from landbridge.registry import actions
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import (
    Unknown,
    get,
    latest,
    revisions,
    titles,
)
from landbridge.registry.readers import reader_of, standing_of, who_may
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import Actor, Forbidden, Said
from tests.cast import Company
from tests.registry.conftest import NEED
from tests.rights.telling import draft, published_as, revise, shown

pytestmark = pytest.mark.django_db


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_an_expert_keeps_what_they_began_themselves(company: Company) -> None:
    mine = draft(company.yusuf.actor, None, "expert")
    revise(company.yusuf.actor, mine, "Yusuf", consent_to_list=True)
    actions.submit(actor=company.yusuf.actor, record_id=mine)
    with pytest.raises(Forbidden):
        actions.publish(actor=company.yusuf.actor, record_id=mine)
    for other in (company.sven, company.losa, company.ines, company.emil):
        with pytest.raises(Unknown):
            latest(mine, other.reader)
        with pytest.raises(Unknown):
            actions.withdraw(actor=other.actor, record_id=mine)
    assert latest(mine, company.henri.reader).id == mine
    actions.publish(actor=company.chen.actor, record_id=mine)
    assert shown(mine) == "Yusuf"


def test_the_author_of_a_partys_record_loses_it_with_the_role(company: Company) -> None:
    offer = draft(company.priya.actor, "reef-institute")
    Membership.objects.filter(account=company.priya.account).update(until=datetime.now(UTC).date() - timedelta(days=1))
    assert latest(offer, company.noor.reader).author == company.priya.account.pk
    with pytest.raises(Unknown):
        latest(offer, reader_of(company.priya.account))
    with pytest.raises(Unknown):
        actions.submit(actor=company.priya.actor, record_id=offer)


def test_who_was_focal_point_until_yesterday_is_nobody_special(company: Company) -> None:
    need = draft(company.losa.actor, "FJI", visibility="parties")
    actions.publish(actor=company.losa.actor, record_id=need)
    with pytest.raises(Unknown):
        get(need, company.kofi.reader)
    with pytest.raises(Unknown):
        actions.retire(actor=company.kofi.actor, record_id=need)
    with pytest.raises(Forbidden):
        draft(company.kofi.actor, "FJI")


def test_who_is_focal_point_until_today_still_is(company: Company) -> None:
    Membership.objects.filter(account=company.kofi.account).update(until=datetime.now(UTC).date())
    draft(company.kofi.actor, "FJI")
    Membership.objects.filter(account=company.kofi.account).update(since=datetime.now(UTC).date() + timedelta(days=1))
    with pytest.raises(Forbidden):
        draft(company.kofi.actor, "FJI")


def test_a_closed_account_loses_its_own_records_as_well(company: Company) -> None:
    mine = draft(company.yusuf.actor, None)
    company.yusuf.account.is_active = False
    company.yusuf.account.save()
    assert standing_of(company.yusuf.account.pk).reader() == ANYONE
    with pytest.raises(Unknown):
        actions.submit(actor=company.yusuf.actor, record_id=mine)
    with pytest.raises(Forbidden):
        draft(company.yusuf.actor, None)
    assert company.yusuf.account.pk not in who_may(Permission.CONFIRM, None, company.yusuf.account.pk)


def test_nobody_at_all_drafts_nothing(company: Company) -> None:
    for actor in (Actor(), Actor(account_id=10**9)):
        with pytest.raises(Forbidden):
            draft(actor, None)
    assert not Record.objects.exists()


def test_those_who_may_are_those_who_are_told(company: Company) -> None:
    ids = {person.account.pk: name for name, person in company.everybody().items()}

    def may(permission: Permission, owner: str | None, author: int | None = None) -> set[str]:
        return {ids[one] for one in who_may(permission, owner, author)}

    assert may(Permission.PUBLISH, "FJI") == {"losa", "mere", "ada", "chen"}
    assert may(Permission.ENDORSE, "FJI") == {"losa"}
    assert may(Permission.ENDORSE, "reef-institute") == set()
    assert may(Permission.VET, "reef-institute") == {"henri", "ada"}
    assert may(Permission.RECEIVE, "reef-institute") == {"ada"}
    assert may(Permission.PUBLISH, None, company.yusuf.account.pk) == {"ada", "chen"}
    assert may(Permission.CONFIRM, None, company.yusuf.account.pk) == {"yusuf", "henri", "ada", "chen"}
    for permission in Permission:
        for owner in ("FJI", "reef-institute", None):
            holds = {name for name, one in company.everybody().items()
                     if standing_of(one.account.pk).may(permission, owner, company.yusuf.account.pk)}  # fmt: skip
            assert holds == may(permission, owner, company.yusuf.account.pk), (permission, owner)


def test_an_organisation_does_not_vet_its_own_experts_nor_take_records_in(company: Company) -> None:
    ines = standing_of(company.ines.account.pk)
    assert not ines.may(Permission.VET, "reef-institute")
    with pytest.raises(Forbidden):
        arrival = Arrival("x", "need", {"title": {"en": "x"}, "summary": {"en": "x"}}, owner="reef-institute")
        receive_many([arrival], actor=company.ines.actor, workflow=Workflow.REFERENCE)


def test_rights_are_asked_once(company: Company) -> None:
    for person in (company.losa, company.ada, company.sven):
        with CaptureQueriesContext(connection) as asked:
            reader_of(person.account)
        assert len(asked) == 1


# --- the help desk ---------------------------------------------------------------------------------------------------


def test_the_help_desk_reads_what_waits_and_nothing_else(company: Company) -> None:
    need = draft(company.losa.actor, "FJI")
    revise(company.losa.actor, need, "Second thoughts")
    with pytest.raises(Unknown):
        latest(need, company.henri.reader)
    with pytest.raises(Unknown):
        revise(company.henri.actor, need, "Henri was here")
    actions.submit(actor=company.losa.actor, record_id=need)
    assert latest(need, company.henri.reader).revision == 2
    with pytest.raises(Unknown):
        get(need, company.henri.reader, revision=1)
    assert [line.number for line in revisions(need, company.henri.reader)] == [2]
    actions.return_(actor=company.henri.actor, record_id=need, said=Said("Please say where."))
    with pytest.raises(Unknown):
        latest(need, company.henri.reader)


def test_the_help_desk_does_not_read_what_a_community_keeps_while_it_waits(company: Company) -> None:
    practice = draft(company.malia.actor, "navakavu", visibility="private")
    actions.submit(actor=company.malia.actor, record_id=practice)
    for read in (lambda: get(practice, company.henri.reader), lambda: latest(practice, company.henri.reader)):
        with pytest.raises(Unknown):
            read()
    with pytest.raises(Unknown):
        actions.return_(actor=company.henri.actor, record_id=practice)
    assert titles([practice], company.henri.reader) == {}
    assert latest(practice, company.malia.reader).id == practice


def test_the_help_desk_goes_on_with_what_it_began_as_long_as_it_is_the_help_desk(company: Company) -> None:
    need = draft(company.henri.actor, "FJI")
    revise(company.henri.actor, need, "As told on the telephone")
    Membership.objects.filter(account=company.henri.account).delete()
    with pytest.raises(Unknown):
        revise(company.henri.actor, need, "Once more")
    assert latest(need, company.losa.reader).data["title"] == {"en": "As told on the telephone"}


def test_who_does_not_see_an_answer_neither_loses_nor_opens_it(company: Company) -> None:
    held = {"withheld": ["description"], "description": {"en": "The place of the old trees"},
            "point": {"latitude": -18.12345, "longitude": 178.43219, "blurred": True}}  # fmt: skip
    practice = draft(company.malia.actor, "navakavu", "technology", data={**NEED, **held})
    actions.publish(actor=company.malia.actor, record_id=practice)
    whole, seen = latest(practice, OPERATOR).data, get(practice, company.henri.reader).data
    assert "description" not in seen
    assert seen["point"]["latitude"] != whole["point"]["latitude"]
    opened = {**seen, "title": {"en": "Corrected"}, "withheld": [], "disclosed_to": ["FJI"], "description": {"en": "x"}}
    actions.revise(actor=company.henri.actor, record_id=practice, data=opened, language="en")
    assert latest(practice, OPERATOR).data == {**whole, "title": {"en": "Corrected"}}
    moved = {**seen, "point": {"latitude": -17.0, "longitude": 177.0, "blurred": True}}
    Record.objects.filter(pk=practice).update(author=company.henri.account, state="draft")
    actions.revise(actor=company.malia.actor, record_id=practice, data=moved, language="en")
    assert latest(practice, OPERATOR).data["point"]["latitude"] == -17.0


# --- what is told to those who may not -------------------------------------------------------------------------------


def test_a_focal_point_does_not_endorse_what_it_cannot_read(company: Company) -> None:
    practice = draft(company.malia.actor, "navakavu", visibility="private")
    actions.publish(actor=company.malia.actor, record_id=practice)
    with pytest.raises(Unknown):
        actions.endorse(actor=company.losa.actor, record_id=practice, party="FJI")
    network = draft(company.malia.actor, "navakavu", visibility="parties")
    actions.publish(actor=company.malia.actor, record_id=network)
    actions.endorse(actor=company.losa.actor, record_id=network, party="FJI")


def test_who_may_not_do_it_learns_nothing_of_the_state(company: Company) -> None:
    need = published_as(company, "public")
    said = set()
    for verb in (None, actions.submit, actions.return_):
        if verb is None:
            revise(company.losa.actor, need, "Second")
        else:
            verb(actor=company.losa.actor, record_id=need)
        with pytest.raises(Forbidden) as refusal:
            actions.publish(actor=company.sven.actor, record_id=need)
        said.add(str(refusal.value))
    assert len(said) == 1


def test_odd_ids_and_long_remarks_are_no_accident(company: Company) -> None:
    need = published_as(company, "public")
    for odd in ("", "\0", "a\0b", "x" * 5_000, "\ud800"[:0] + "none"):
        with pytest.raises(Unknown):
            actions.confirm(actor=company.losa.actor, record_id=odd)
        with pytest.raises(Unknown):
            get(odd, company.losa.reader)
        with pytest.raises(Unknown):
            latest(odd, company.losa.reader)
    said = Said("Because \0" + "x" * 5_000, batch="b" * 99)
    actions.confirm(actor=company.losa.actor, record_id=need, said=said)
    actions.endorse(actor=company.losa.actor, record_id=need, party="FJI", said=said)
    actions.revise(actor=company.losa.actor, record_id=need, data=NEED, language="en", note="n\0" + "x" * 5_000)
    assert len(Change.objects.filter(verb="confirm").get().note) == 2_000


def test_nobody_confirms_the_future(company: Company) -> None:
    need = published_as(company, "public")
    today = datetime.now(UTC).date()
    actions.confirm(actor=company.losa.actor, record_id=need, on=today + timedelta(days=900))
    assert Record.objects.get(pk=need).confirmed_on == today
