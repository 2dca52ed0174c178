"""Lists of work: whoever sees a record there because it is published sees nothing of the draft that follows it."""

import pytest

from landbridge.parties.models import Membership
from landbridge.registry import actions, audit, bulk, review, tallies
from landbridge.registry.models import Change
from landbridge.registry.readers import standing_of
from landbridge.registry.writing import Said
from tests.cast import Company
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db
SECRET = "zyxwombat"


@pytest.fixture
def reopened(company: Company) -> str:
    """A need that Litia began and Henri confirmed, with a new title that waits to be published; she has left."""
    need = actions.draft(actor=company.litia.actor, format="need", data=NEED, owner="FJI").id
    actions.publish(actor=company.losa.actor, record_id=need)
    actions.confirm(actor=company.henri.actor, record_id=need, said=Said(batch="b" * 32))
    tallies.count("viewed", [need])
    data = {**NEED, "title": f"Rewa {SECRET}"}
    actions.revise(actor=company.losa.actor, record_id=need, data=data, language="en")
    Membership.objects.filter(account=company.litia.account).delete()
    return need


@pytest.mark.parametrize("name", ["henri", "litia", "sven"])
def test_no_list_tells_the_title_of_a_draft_to_those_who_read_what_is_published(
    company: Company, reopened: str, name: str
) -> None:
    standing = standing_of(company.everybody()[name].account.pk)
    told = [
        review.titles_of([reopened], standing),
        bulk.done_in("b" * 32, standing),
        audit.of_person(standing, standing.account_id or 0),
        tallies.of_records(review.own(standing), Change.objects.get(verb="publish").at.date()),
        review.lines(review.unfinished(standing), "-updated_at", 9),
    ]
    assert SECRET not in str(told)
    assert "Rewa" in str(told[0]), "the published title is there"
    if name != "henri":  # The help desk answers for all records, and has no right to read their trails either.
        assert not audit.may_audit(standing, "FJI", company.litia.account.pk)


def test_those_who_work_on_it_see_it_among_what_is_unfinished(company: Company, reopened: str) -> None:
    standing = standing_of(company.losa.account.pk)
    assert SECRET in str(review.lines(review.own(standing), "-updated_at", 9))
    assert audit.of_record(standing, reopened).lines
