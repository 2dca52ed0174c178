"""Who may do what with a record, told as stories."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from landbridge.formats.validate import InvalidRecord
from landbridge.parties.models import Membership
from landbridge.registry import actions
from landbridge.registry.actions import NODE, Conflict, Forbidden
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import Gone, Unknown, changes, get, published, revisions
from landbridge.registry.receiving import Arrival
from landbridge.registry.rules import ANYONE, OPERATOR, Reader
from landbridge.registry.workflow import NotPossible, State, Workflow
from tests.cast import Cast, Person
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db


def draft(person: Person, owner: str | None, **more: Any) -> str:
    answers = {"actor": person.actor, "format": "need", "data": NEED, "owner": owner, "workflow": Workflow.NATIONAL}
    return actions.draft(**{**answers, **more}).id


@pytest.mark.requirement("MAT-3")
def test_a_need_travels_from_draft_to_the_public(cast: Cast) -> None:
    need = draft(cast.losa, "FJI")
    with pytest.raises(Unknown):
        get(need, ANYONE)
    assert get(need, cast.losa.reader).state == State.DRAFT
    actions.submit(actor=cast.losa.actor, record_id=need)
    actions.publish(actor=cast.losa.actor, record_id=need)
    assert get(need, ANYONE).data["title"] == {"en": "Restore the mangroves of Rewa"}
    verbs = Change.objects.filter(record_id=need).order_by("serial").values_list("verb", flat=True)
    assert list(verbs) == ["draft", "submit", "publish"]


@pytest.mark.requirement("CHM-16")
def test_only_those_whom_a_party_has_named_speak_for_it(cast: Cast) -> None:
    for outsider in (cast.priya, cast.malia, cast.sven):
        with pytest.raises(Forbidden):
            draft(outsider, "FJI")
    need = draft(cast.losa, "FJI")
    for outsider in (cast.priya, cast.malia, cast.sven):
        with pytest.raises(Unknown):
            actions.publish(actor=outsider.actor, record_id=need)
    assert Record.objects.get(pk=need).state == State.DRAFT


def test_the_help_desk_writes_for_a_party_and_leaves_publishing_to_it(cast: Cast) -> None:
    need = draft(cast.henri, "FJI")
    actions.submit(actor=cast.henri.actor, record_id=need)
    with pytest.raises(Forbidden):
        actions.publish(actor=cast.henri.actor, record_id=need)
    actions.return_(actor=cast.losa.actor, record_id=need)
    actions.revise(actor=cast.henri.actor, record_id=need, data={**NEED, "summary": "Better."}, language="en")
    assert get(need, OPERATOR).data["summary"] == {"en": "Better."}


def test_a_provider_cannot_publish_what_it_submits(cast: Cast) -> None:
    offer = draft(cast.priya, "reef-institute", format="offer")
    with pytest.raises(Forbidden):
        actions.publish(actor=cast.priya.actor, record_id=offer)
    actions.submit(actor=cast.priya.actor, record_id=offer)


@pytest.mark.requirement("TK-1")
def test_a_community_keeps_what_is_its_own(cast: Cast) -> None:
    practice = draft(cast.malia, "navakavu", format="technology", visibility="private")
    actions.publish(actor=cast.malia.actor, record_id=practice)
    for outsider in (ANYONE, cast.sven.reader, cast.losa.reader, Reader(sees_network=True)):
        with pytest.raises(Unknown):
            get(practice, outsider)
        assert not published(outsider)
        assert not changes(outsider)[0]
    assert get(practice, cast.malia.reader).id == practice


def test_a_role_that_has_ended_gives_no_rights(cast: Cast) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    Membership.objects.filter(account=cast.losa.account).update(until=yesterday)
    with pytest.raises(Forbidden):
        draft(cast.losa, "FJI")


def test_an_account_that_is_closed_gives_no_rights(cast: Cast) -> None:
    cast.losa.account.is_active = False
    cast.losa.account.save()
    with pytest.raises(Forbidden):
        draft(cast.losa, "FJI")


def test_readers_see_the_published_revision_while_a_new_one_is_written(cast: Cast) -> None:
    need = draft(cast.losa, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=need)
    actions.revise(actor=cast.losa.actor, record_id=need, data={**NEED, "title": "Rewa and Ba"}, language="en")
    assert get(need, ANYONE).revision == 1
    with pytest.raises(Unknown):
        get(need, ANYONE, revision=2)
    assert [line.number for line in revisions(need, ANYONE)] == [1]
    assert [line.number for line in revisions(need, cast.losa.reader)] == [2, 1]
    actions.publish(actor=cast.losa.actor, record_id=need)
    assert get(need, ANYONE).data["title"] == {"en": "Rewa and Ba"}
    assert get(need, ANYONE, revision=1).data["title"] == {"en": "Restore the mangroves of Rewa"}


def test_two_people_who_edit_at_once_are_told(cast: Cast) -> None:
    need = draft(cast.henri, "FJI")
    actions.revise(actor=cast.losa.actor, record_id=need, data=NEED, language="en", seen=1)
    with pytest.raises(Conflict):
        actions.revise(actor=cast.henri.actor, record_id=need, data=NEED, language="en", seen=1)
    assert Revision.objects.filter(record_id=need).count() == 2


def test_what_does_not_fit_changes_nothing(cast: Cast) -> None:
    need = draft(cast.losa, "FJI")
    with pytest.raises(InvalidRecord):
        actions.revise(actor=cast.losa.actor, record_id=need, data={"title": "No summary"}, language="en")
    with pytest.raises(NotPossible):
        actions.confirm(actor=cast.losa.actor, record_id=need)
    assert Change.objects.count() == 1


def test_a_retired_record_says_so_and_comes_back_only_by_publishing(cast: Cast) -> None:
    need = draft(cast.losa, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=need)
    actions.retire(actor=cast.losa.actor, record_id=need)
    with pytest.raises(Gone):
        get(need, ANYONE)
    actions.revise(actor=cast.losa.actor, record_id=need, data=NEED, language="en")
    with pytest.raises(Unknown):
        get(need, ANYONE)
    actions.publish(actor=cast.losa.actor, record_id=need)
    assert get(need, ANYONE).revision == 2


@pytest.mark.requirement("CHM-6")
def test_a_confirmed_record_carries_the_day(cast: Cast) -> None:
    need = draft(cast.losa, "FJI", data={**NEED, "confirmed_on": "2024-01-01"})
    actions.publish(actor=cast.losa.actor, record_id=need)
    actions.confirm(actor=cast.losa.actor, record_id=need, on=date(2026, 3, 1))
    assert get(need, ANYONE).confirmed_on == date(2026, 3, 1)
    actions.revise(actor=cast.losa.actor, record_id=need, data={**NEED, "confirmed_on": "2024-01-01"}, language="en")
    actions.publish(actor=cast.losa.actor, record_id=need)
    assert get(need, ANYONE).confirmed_on == date(2026, 3, 1)


def test_harvesters_hear_what_is_hidden_and_never_what_it_said(cast: Cast) -> None:
    need = draft(cast.losa, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=need)
    actions.revise(actor=cast.losa.actor, record_id=need, data=NEED, language="en")
    actions.publish(actor=cast.losa.actor, record_id=need, visibility="parties")
    lines, serial = changes(ANYONE)
    assert [(line.record, line.gone, line.revision) for line in lines] == [(need, True, None)]
    assert serial == Change.objects.latest("serial").serial
    assert [line.gone for line in changes(cast.malia.reader)[0]] == [False, False]


def test_the_network_hears_when_a_record_of_the_network_goes(cast: Cast) -> None:
    need = draft(cast.losa, "FJI", visibility="network")
    actions.publish(actor=cast.losa.actor, record_id=need)
    actions.retire(actor=cast.losa.actor, record_id=need)
    assert [line.gone for line in changes(Reader(sees_network=True))[0]] == [True]
    assert changes(ANYONE)[0] == []


def test_a_revision_that_was_for_few_stays_for_few(cast: Cast) -> None:
    need = draft(cast.losa, "FJI", visibility="private")
    actions.publish(actor=cast.losa.actor, record_id=need)
    actions.revise(actor=cast.losa.actor, record_id=need, data={**NEED, "title": "For all"}, language="en")
    actions.publish(actor=cast.losa.actor, record_id=need, visibility="public")
    assert get(need, ANYONE).revision == 2
    assert [line.number for line in revisions(need, ANYONE)] == [2]
    with pytest.raises(Unknown):
        get(need, ANYONE, revision=1)


@pytest.mark.requirement("CHM-13")
def test_a_record_of_another_node_belongs_to_that_node(db: None) -> None:
    theirs = Arrival("seagrass-1", "technology", {**NEED}, "en")
    actions.receive(actor=NODE, origin="node.example", arrival=theirs)
    assert get("seagrass-1", ANYONE).origin == "node.example"
    with pytest.raises(Conflict):
        actions.receive(actor=NODE, origin="other.example", arrival=theirs)
    with pytest.raises(NotPossible):
        actions.revise(actor=NODE, record_id="seagrass-1", data=NEED, language="en")
    with pytest.raises(InvalidRecord):
        actions.receive(actor=NODE, origin="node.example", arrival=Arrival("x", "technology", {"title": ""}, "en"))


def test_a_taken_id_is_refused(cast: Cast) -> None:
    draft(cast.losa, "FJI", record_id="rewa")
    with pytest.raises(Conflict):
        draft(cast.losa, "FJI", record_id="rewa")
