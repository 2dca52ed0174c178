"""Records that tell of one thing, as people decide about them: found, linked, merged, kept apart, all of it undone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from landbridge.exchange.in_ import doors
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.likeness import deciding, finding, showing
from landbridge.exchange.models import Likeness, Trait
from landbridge.registry import actions, queries
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import Unknown
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import NODE, Actor, Conflict, Forbidden
from tests import cast
from tests.exchange.in_.fakes import DOOR, FakeDoor, source, told, whole

pytestmark = pytest.mark.django_db
TITLE = "Reef restoration field guide"
OTHER_NODE = "https://reefs.example.org"


@pytest.fixture
def company() -> cast.Company:
    return cast.assemble_all()


@pytest.fixture
def reefs(settings: LazySettings) -> Iterator[Any]:
    settings.DOORS = {"fake": DOOR}
    doors.door.cache_clear()
    FakeDoor.asked = []
    yield source()
    doors.door.cache_clear()


def own(record_id: str, owner: str | None = "FJI", visibility: str = "public", **data: Any) -> str:
    answers = {"title": {"en": TITLE}, "summary": {"en": "How to."}, **data}
    actions.draft(actor=NODE, format="resource", data=answers, record_id=record_id, owner=owner, visibility=visibility)
    return actions.publish(actor=NODE, record_id=record_id).id


def received(record_id: str, origin: str = OTHER_NODE, **data: Any) -> str:
    answers = {"title": {"en": TITLE}, "summary": {"en": "Theirs."}, **data}
    arrival = Arrival(id=record_id, format="resource", data=answers)
    assert not receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=origin).refused
    return record_id


def found() -> list[Likeness]:
    finding.find_all()
    return list(Likeness.objects.filter(decision="").order_by("first", "second"))


def the_pair() -> int:
    pairs = found()
    assert len(pairs) == 1
    return pairs[0].pk


def seen(person: cast.Person) -> list[int]:
    from landbridge.registry.readers import standing_of

    standing = standing_of(person.account.pk)
    return [one.pk for one in showing.waiting(standing, person.reader)]


def data(record_id: str) -> dict[str, Any]:
    return queries.get(record_id, ANYONE).data


def test_pairs_follow_what_is_written() -> None:
    own("a", owner=None)
    assert found() == []
    received("b")
    assert [(one.first, one.second) for one in found()] == [("a", "b")]
    assert finding.find_once() == 0, "nothing is looked at twice"
    actions.retire(actor=NODE, record_id="a")
    assert found() == []
    actions.restore(actor=NODE, record_id="a")
    assert len(found()) == 1
    receive_many([Arrival(id="b", format="resource", data={"title": {"en": "Ponds"}, "summary": {"en": "Ponds."}})],
                 actor=NODE, workflow=Workflow.RECEIVED, origin=OTHER_NODE)  # fmt: skip
    assert found() == []
    assert Trait.objects.count() == 2


def test_the_clock_looks_at_what_was_written() -> None:
    own("a", owner=None), received("b")
    finding.FindLikenesses().run(datetime.now(UTC))
    assert Likeness.objects.count() == 1


def test_who_was_merged_twice_leads_to_the_last(company: cast.Company) -> None:
    for record in "abc":
        own(record)
    found()
    for first, second in (("a", "b"), ("b", "c")):
        pair = Likeness.objects.get(first=first, second=second)
        deciding.merge(actor=company.losa.actor, likeness_id=pair.pk, keep=second)
    assert showing.in_its_place("a", ANYONE) == "c"
    actions.retire(actor=NODE, record_id="c")
    assert showing.in_its_place("a", ANYONE) == ""


def test_a_crowd_of_namesakes_makes_no_list() -> None:
    answers = {"title": {"en": "Workshop report"}, "summary": {"en": "Text."}}
    arrivals = [Arrival(id=f"r{number}", format="resource", data=answers) for number in range(60)]
    receive_many(arrivals, actor=NODE, workflow=Workflow.RECEIVED, origin=OTHER_NODE)
    assert found() == []


def test_apart_stays_apart_until_one_changes_much(company: cast.Company) -> None:
    own("a"), received("b")
    deciding.apart(actor=company.chen.actor, likeness_id=the_pair())
    actions.revise(actor=NODE, record_id="a", data={**data("a"), "year": 2020}, language="en")
    actions.publish(actor=NODE, record_id="a")
    assert found() == []
    for record, text in (("a", "Seagrass meadows of Rewa"), ("b", "Seagrass meadows of Rewa")):
        answers = {"title": {"en": text}, "summary": {"en": text}}
        if record == "a":
            actions.revise(actor=NODE, record_id="a", data=answers, language="en")
            actions.publish(actor=NODE, record_id="a")
        else:
            receive_many([Arrival(id="b", format="resource", data=answers)], actor=NODE, workflow=Workflow.RECEIVED,
                         origin=OTHER_NODE)  # fmt: skip
    assert len(found()) == 1, "they say something else by now"


def test_a_link_shows_on_both_pages_and_is_undone(company: cast.Company) -> None:
    own("a"), received("b")
    pair = the_pair()
    deciding.link(actor=company.losa.actor, likeness_id=pair, refer=["a"])
    assert data("a")["related"] == [{"record": "b", "relation": "related"}]
    assert [one.id for one in showing.elsewhere("a", ANYONE)] == ["b"]
    assert [one.id for one in showing.elsewhere("b", ANYONE)] == ["a"]
    with pytest.raises(Conflict):
        deciding.apart(actor=company.chen.actor, likeness_id=pair)
    assert deciding.undo(actor=company.losa.actor, likeness_id=pair).left == ()
    assert "related" not in data("a")
    assert showing.elsewhere("a", ANYONE) == []
    assert Record.objects.get(pk="a").state == "published"


def test_own_records_are_merged_with_what_the_kept_one_lacks(company: cast.Company) -> None:
    own("a"), own("b", year=2021, places=["FJI"], licence="cc-by-4.0")
    pair = the_pair()
    kept, other = Record.objects.get(pk="a"), Record.objects.get(pk="b")
    losa = company.losa.actor
    assert set(deciding.may_be_taken(losa, kept, other, data("a"), data("b"))) == {"year", "places"}
    with pytest.raises(Conflict):
        deciding.merge(actor=losa, likeness_id=pair, keep="a", take=["licence"])
    outcome = deciding.merge(actor=losa, likeness_id=pair, keep="a", take=["year"])
    assert outcome.other == "retired"
    assert (data("a")["year"], "places" in data("a")) == (2021, False)
    with pytest.raises(queries.Gone):
        data("b")
    assert showing.in_its_place("b", ANYONE) == "a"
    assert found() == []
    assert deciding.undo(actor=losa, likeness_id=pair).left == ()
    assert "year" not in data("a")
    assert data("b")["year"] == 2021
    assert [Record.objects.get(pk=key).state for key in "ab"] == ["published", "published"]
    assert Record.objects.get(pk="a").latest == kept.latest + 2
    assert other.latest == Record.objects.get(pk="b").latest
    assert len(found()) == 1


def test_undoing_leaves_what_somebody_wrote_meanwhile(company: cast.Company) -> None:
    own("a"), own("b", year=2021)
    pair = the_pair()
    deciding.merge(actor=company.losa.actor, likeness_id=pair, keep="a", take=["year"])
    actions.revise(actor=NODE, record_id="a", data={**data("a"), "places": ["KEN"]}, language="en")
    actions.publish(actor=NODE, record_id="a")
    assert deciding.undo(actor=company.losa.actor, likeness_id=pair).left == ("a",)
    assert (data("a")["year"], data("a")["places"]) == (2021, ["KEN"])
    assert data("b")["year"] == 2021


def test_a_record_of_another_node_stays_as_its_node_says_it(company: cast.Company) -> None:
    own("a"), received("b", year=2021)
    pair = the_pair()
    assert deciding.merge(actor=company.chen.actor, likeness_id=pair, keep="a", take=["year"]).other == "linked"
    assert data("a")["year"] == 2021
    assert [(one.id, one.stays) for one in showing.elsewhere("b", ANYONE)] == [("a", True)]
    received("b", year=2022)
    assert data("a")["year"] == 2021, "what its node says later does not overwrite what was merged"
    assert found() == []
    deciding.undo(actor=company.chen.actor, likeness_id=pair)
    assert "year" not in data("a")


def test_a_record_of_a_source_does_not_come_back(company: cast.Company, reefs: Any) -> None:
    FakeDoor.script = [told("1", TITLE), whole()]
    run_source(reefs)
    own("a")
    theirs = Record.objects.get(origin="source:reefs").pk
    pair = the_pair()
    assert deciding.merge(actor=company.ada.actor, likeness_id=pair, keep="a").other == "taken"
    FakeDoor.script = [told("1", TITLE, data={"year": 2022}), whole()]
    run = run_source(reefs)
    assert (run.new, run.changed, run.refused) == (0, 0, 1)
    assert Record.objects.get(pk=theirs).state == "retired"
    assert Record.objects.count() == 2
    assert "year" not in data("a")
    deciding.undo(actor=company.ada.actor, likeness_id=pair)
    assert data(theirs)["title"] == {"en": TITLE}
    run_source(reefs)
    assert data(theirs)["year"] == 2022, "now it follows its source again"


def test_who_decides(company: cast.Company) -> None:
    own("a"), own("b", owner="KEN")
    pair = the_pair()
    for name, person in company.everybody().items():
        assert bool(seen(person)) == (name in {"losa", "mere", "wanjiru", "henri", "ada", "chen"}), name
    for person in (company.sven, company.priya, company.litia, company.noor, company.kofi, company.olga):
        for do in (deciding.link, deciding.apart, deciding.undo):
            with pytest.raises((Forbidden, Unknown)):
                do(actor=person.actor, likeness_id=pair)
    with pytest.raises(Forbidden):
        deciding.link(actor=Actor(), likeness_id=pair)
    before = Change.objects.count()
    for person in (company.losa, company.henri):
        with pytest.raises(Forbidden):
            deciding.merge(actor=person.actor, likeness_id=pair, keep="a")
    assert Change.objects.count() == before
    assert Likeness.objects.get(pk=pair).decision == ""
    assert deciding.merge(actor=company.losa.actor, likeness_id=pair, keep="b").other == "retired"
    with pytest.raises((Forbidden, Unknown)):
        deciding.undo(actor=company.wanjiru.actor, likeness_id=pair)
    assert Record.objects.get(pk="a").state == "retired"


def test_nobody_learns_of_what_they_may_not_read(company: cast.Company) -> None:
    own("a"), own("b", owner="KEN", visibility="private", year=2021)
    pair = the_pair()
    for person in (company.losa, company.henri, company.priya, company.sven):
        assert seen(person) == []
        with pytest.raises(Unknown):
            deciding.link(actor=person.actor, likeness_id=pair)
    assert seen(company.wanjiru) == [pair]
    assert seen(company.ada) == [pair]
    with pytest.raises(Conflict):
        deciding.link(actor=company.ada.actor, likeness_id=pair, refer=["a"])
    with pytest.raises(Conflict):
        deciding.merge(actor=company.ada.actor, likeness_id=pair, keep="a", take=["year"])
    deciding.link(actor=company.wanjiru.actor, likeness_id=pair)
    assert showing.elsewhere("a", ANYONE) == []
    assert [one.id for one in showing.elsewhere("a", company.ada.reader)] == ["b"]


def test_what_is_withheld_is_neither_compared_nor_taken(company: cast.Company) -> None:
    own("a"), own("b", year=2021, withheld=["year"], disclosed_to=["FJI"])
    pair = the_pair()
    assert "years" not in {reason[0] for reason in Likeness.objects.get(pk=pair).reasons}
    assert Trait.objects.get(pk="b").facts["years"] == []
    with pytest.raises(Conflict):
        deciding.merge(actor=company.losa.actor, likeness_id=pair, keep="a", take=["year"])


def test_a_decision_is_whole_or_not_at_all(company: cast.Company, monkeypatch: pytest.MonkeyPatch) -> None:
    own("a"), own("b", year=2021)
    pair = the_pair()
    counts = Revision.objects.count(), Change.objects.count()

    def breaks(**given: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(actions, "retire", breaks)
    with pytest.raises(RuntimeError):
        deciding.merge(actor=company.losa.actor, likeness_id=pair, keep="a", take=["year"])
    assert (Revision.objects.count(), Change.objects.count()) == counts
    assert Likeness.objects.get(pk=pair).decision == ""
    assert "year" not in data("a")
