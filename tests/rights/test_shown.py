"""What readers are shown after a publication was taken back, a record retired or restored; told as stories."""

import pytest

from landbridge.registry import actions
from landbridge.registry.models import Record
from landbridge.registry.queries import Unknown, changes, get, pair, published, revisions
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE
from landbridge.registry.safeguards import Unsafe
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import NODE, Forbidden
from tests.cast import Company
from tests.registry.conftest import NEED
from tests.rights.telling import draft, published_as, revise, shown

pytestmark = pytest.mark.django_db


def take_back(company: Company, need: str) -> None:
    actions.take_back(actor=company.losa.actor, record_id=need)


def test_what_is_taken_back_is_seen_by_nobody_any_more(company: Company) -> None:
    need = published_as(company, "public", "public")
    assert (shown(need), shown(need, 2)) == ("Second", "Second")
    take_back(company, need)
    assert (shown(need), shown(need, 1), shown(need, 2)) == ("First", "First", "unknown")
    assert [line.number for line in revisions(need, ANYONE)] == [1]
    assert Record.objects.get(pk=need).state == "submitted"


def test_what_was_for_few_stays_for_few_when_the_publication_for_all_is_taken_back(company: Company) -> None:
    need = published_as(company, "private", "public")
    take_back(company, need)
    assert (shown(need), shown(need, 1), shown(need, 2)) == ("unknown",) * 3
    assert get(need, company.losa.reader).data["title"] == {"en": "First"}
    assert not published(ANYONE)
    lines = [(line.gone, line.revision) for line in changes(ANYONE)[0]]
    assert lines[-1] == (True, None)


def test_taking_back_twice_does_not_bring_back_what_was_taken_back(company: Company) -> None:
    need = published_as(company, "public", "public")
    take_back(company, need)
    actions.return_(actor=company.losa.actor, record_id=need)
    revise(company.losa.actor, need, "Third")
    actions.submit(actor=company.losa.actor, record_id=need)
    actions.publish(actor=company.losa.actor, record_id=need)
    assert shown(need) == "Third"
    take_back(company, need)
    assert (shown(need), shown(need, 2), shown(need, 3)) == ("First", "unknown", "unknown")


def test_the_first_publication_taken_back_leaves_nothing_and_harvesters_hear_of_it(company: Company) -> None:
    need = published_as(company, "public")
    take_back(company, need)
    assert (shown(need), shown(need, 1)) == ("unknown", "unknown")
    assert [(line.verb, line.gone) for line in changes(ANYONE)[0]] == [("take_back", True)]


def test_harvesters_hear_when_an_earlier_revision_is_shown_again(company: Company) -> None:
    need = published_as(company, "public", "public")
    take_back(company, need)
    last = changes(ANYONE)[0][-1]
    assert (last.verb, last.gone, last.revision) == ("take_back", False, 1)


def test_a_record_that_was_taken_in_whole_goes_back_to_what_it_was(company: Company) -> None:
    whole = {"title": {"en": "As loaded"}, "summary": {"en": "x"}}
    receive_many([Arrival("loaded", "need", whole)], actor=NODE, workflow=Workflow.REFERENCE)
    revise(NODE, "loaded", "Revised")
    actions.publish(actor=NODE, record_id="loaded")
    actions.take_back(actor=NODE, record_id="loaded")
    assert shown("loaded") == "As loaded"


def test_what_was_retired_does_not_come_back_with_the_next_publication(company: Company) -> None:
    need = published_as(company, "public")
    actions.retire(actor=company.losa.actor, record_id=need)
    assert (shown(need), shown(need, 1), shown(need, 2)) == ("gone", "gone", "unknown")
    revise(company.losa.actor, need, "Second")
    actions.publish(actor=company.losa.actor, record_id=need)
    assert (shown(need), shown(need, 1), shown(need, 2)) == ("Second", "unknown", "Second")
    take_back(company, need)
    assert (shown(need), shown(need, 1)) == ("unknown", "unknown")


def test_a_retirement_undone_shows_all_that_was_shown(company: Company) -> None:
    need = published_as(company, "public", "public")
    revise(company.losa.actor, need, "Third")
    actions.retire(actor=company.losa.actor, record_id=need)
    actions.restore(actor=company.losa.actor, record_id=need)
    assert (shown(need), shown(need, 1), shown(need, 2), shown(need, 3)) == ("Second", "First", "Second", "unknown")


def test_a_retired_record_tells_nothing_of_its_drafts(company: Company) -> None:
    need = published_as(company, "private", "public")
    revise(company.losa.actor, need, "Third")
    actions.retire(actor=company.losa.actor, record_id=need)
    assert [shown(need, number) for number in (1, 2, 3, 4)] == ["unknown", "gone", "unknown", "unknown"]


def test_the_author_does_not_undo_what_the_editors_retired(company: Company) -> None:
    mine = draft(company.yusuf.actor, None)
    actions.publish(actor=company.chen.actor, record_id=mine)
    actions.retire(actor=company.chen.actor, record_id=mine)
    with pytest.raises(Forbidden):
        actions.restore(actor=company.yusuf.actor, record_id=mine)
    actions.restore(actor=company.chen.actor, record_id=mine)
    actions.retire(actor=company.yusuf.actor, record_id=mine)
    assert shown(mine) == "gone"


def test_what_has_no_consent_does_not_come_back_either(company: Company) -> None:
    told = {"traditional_knowledge": True, "consent_reference": "FPIC 12"}
    practice = draft(company.malia.actor, "navakavu", "technology", data={**NEED, **told})
    actions.publish(actor=company.malia.actor, record_id=practice)
    actions.retire(actor=company.malia.actor, record_id=practice)
    stored = Record.objects.get(pk=practice).revisions.get(number=1)
    type(stored).objects.filter(pk=stored.pk).update(
        data={name: answer for name, answer in stored.data.items() if name != "consent_reference"}
    )
    with pytest.raises(Unsafe):
        actions.restore(actor=company.malia.actor, record_id=practice)


def test_only_what_is_shown_is_laid_beside_each_other(company: Company) -> None:
    need = published_as(company, "private", "public", "public")
    revise(company.losa.actor, need, "Fourth")
    assert [line[0] for line in pair(need, company.losa.reader).lines] == [4, 3, 2, 1]
    assert [line[0] for line in pair(need, ANYONE).lines] == [3, 2]
    for numbers in ((1, 2), (2, 4)):
        with pytest.raises(Unknown):
            pair(need, ANYONE, *numbers)
    actions.retire(actor=company.losa.actor, record_id=need)
    for reader in (ANYONE, company.wanjiru.reader):
        with pytest.raises(Unknown):
            pair(need, reader)
