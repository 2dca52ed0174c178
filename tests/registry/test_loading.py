"""Loading many lines: each is checked, what is refused is told, and the same lines can be loaded again."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.parties.models import Party
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.loading import NAMES, Line, Loader, Outcome, Refused
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import changes, get, published
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.workflow import Workflow

pytestmark = pytest.mark.django_db


def line(number: int = 1, **more: Any) -> Line:
    data = {"title": {"fr": f"Pépinière {number}"}, "summary": {"fr": "Des plants."}}
    return Line(number, {"format": "technology", "id": f"t-{number}", "language": "fr", "data": data, **more})


def load(*lines: Line, **options: Any) -> tuple[Outcome, list[Refused]]:
    refused: list[Refused] = []
    return Loader(on_refused=refused.append, **options).load(lines), refused


@pytest.mark.requirement("CHM-3")
def test_lines_become_published_records() -> None:
    outcome, refused = load(*(line(number) for number in range(2_500)))
    assert (outcome.read, outcome.new, refused) == (2_500, 2_500, [])
    assert get("t-7", ANYONE).data["title"] == {"fr": "Pépinière 7"}
    assert Record.objects.count() == Revision.objects.count() == Change.objects.count() == 2_500


def test_a_bad_line_is_told_with_its_place_and_stops_nothing() -> None:
    bad = {"title": {"fr": "x" * 400}, "summary": {"fr": "y"}, "colour": "red", "places": ["Atlantis"]}
    outcome, refused = load(line(1), line(2, data=bad), Line(3, None, "This is not valid JSON"), line(4))
    assert (outcome.new, outcome.refused) == (2, 2)
    problems = {problem.field: problem for problem in refused[0].problems}
    assert set(problems) == {"title", "colour", "places"}
    assert problems["title"].language == "fr"
    assert (refused[0].line, refused[0].record) == (2, "t-2")
    assert refused[1].problems[0].message == "This is not valid JSON"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../etc/passwd"}, {"id": "a" * 101}, {"id": 7}, {"id": "-x"}, {"format": "recipe"}, {"format": None},
        {"language": "klingon!"}, {"language": 5}, {"data": "text"}, {"data": None}, {"visibility": "everyone"},
        {"state": "submitted"}, {"owner": "nobody"}, {"edition": 99}, {"edition": "1"}, {"colour": "red"},
        {"state": "retired"},
    ],
)  # fmt: skip
def test_what_a_line_may_not_say(wrong: dict[str, Any]) -> None:
    outcome, refused = load(line(1, **wrong))
    assert (outcome.new, len(refused)) == (0, 1)
    assert refused[0].problems[0].message
    assert not Record.objects.exists()


def test_loading_again_changes_nothing_and_new_answers_make_a_revision() -> None:
    load(line(1), line(2))
    assert load(line(1), line(2))[0].same == 2
    changed = {"title": {"fr": "Autre"}, "summary": {"fr": "Des plants."}}
    outcome, _ = load(line(1, data=changed), line(2))
    assert (outcome.changed, outcome.same) == (1, 1)
    assert (get("t-1", ANYONE).revision, get("t-2", ANYONE).revision) == (2, 1)
    assert get("t-1", ANYONE, revision=1).data["title"] == {"fr": "Pépinière 1"}


def test_lines_without_an_id_are_not_doubled_by_a_second_load() -> None:
    load(line(1, id=None), line(2, id=""))
    outcome, _ = load(line(2, id=None), line(1, id=None), line(3, id=None))
    assert (outcome.same, outcome.new) == (2, 1)


def test_the_last_of_two_lines_with_one_id_counts() -> None:
    other = {"title": {"fr": "Deux"}, "summary": {"fr": "Des plants."}}
    outcome, _ = load(line(1), line(1, data=other))
    assert (outcome.new, outcome.changed) == (1, 1)
    assert get("t-1", ANYONE).data["title"] == {"fr": "Deux"}


def test_hidden_lines_stay_hidden_and_can_be_shown_later() -> None:
    load(line(1), line(2, visibility="public"), visibility="private")
    assert [view.id for view in published(ANYONE)] == ["t-2"]
    outcome, _ = load(line(1), line(2), visibility="public")
    assert (outcome.changed, outcome.same) == (1, 1)
    assert get("t-1", ANYONE).revision == 1
    load(line(2), visibility="private")
    assert [(one.record, one.gone) for one in changes(ANYONE)[0]][-1] == ("t-2", True)


def test_a_line_can_bring_a_draft_or_take_a_record_away() -> None:
    load(line(1, state="draft"), line(2))
    assert get("t-1", OPERATOR).state == "draft"
    assert load(line(2, state="retired"))[0].changed == 1
    assert load(line(2, state="retired"))[0].same == 1
    assert not published(ANYONE)
    load(line(2))
    assert [view.id for view in published(ANYONE)] == ["t-2"]


def test_what_belongs_to_others_is_left_alone() -> None:
    Party.objects.create(id="FJI", kind="party")
    data = {"title": "Rewa", "summary": "Seedlings."}
    national = {"format": "need", "record_id": "t-1", "data": data, "owner": "FJI", "workflow": Workflow.NATIONAL}
    actions.draft(actor=NODE, **national)  # type: ignore[arg-type]
    actions.draft(actor=NODE, format="technology", record_id="t-2", data=data)
    load(line(3), line(4, owner="FJI"))
    again = (line(1), line(2), line(3, format="offer"), line(3, owner="FJI"), line(4))
    outcome, refused = load(*again)
    assert (outcome.same, outcome.refused) == (1, 4)
    assert [one.problems[0].code for one in refused] == ["conflict"] * 4
    assert Change.objects.count() == 4


def test_signs_that_no_database_holds_are_left_out() -> None:
    contacts = [{"name": "Losa\x00 Vatu\x1b", "role": "Focal\ufffe point"}]
    data = {"title": "a\x00b", "summary": "c", "contacts": contacts}
    assert load(line(1, data=data, note="d\x00e"))[0].new == 1
    view = get("t-1", ANYONE)
    assert view.data["contacts"] == [{"name": "Losa Vatu", "role": "Focal point"}]
    assert (view.data["title"], view.note) == ({"fr": "ab"}, "de")


@pytest.mark.parametrize("number", ["inf", "nan", "-inf", 1e400])
def test_numbers_that_are_none(number: Any) -> None:
    outcome, _ = load(line(1, format="organisation", data={"title": "a", "staff": number}))
    assert outcome.refused == 1


def test_a_dry_run_checks_and_writes_nothing() -> None:
    outcome, refused = load(line(1), line(2, data={}), dry_run=True)
    assert (outcome.new, len(refused), Record.objects.count()) == (1, 1, 0)


@pytest.fixture(scope="module")
def anything() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner), max_leaves=12
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_line_brings_the_load_down(anything: st.SearchStrategy[Any], data: st.DataObject) -> None:
    names = st.sampled_from([*NAMES, "x"])
    fields = ("title", "summary", "places", "cost_lines", "links", "contacts", "point", "trl", "expires_on", "staff")
    answers = st.dictionaries(st.sampled_from(fields), anything)
    record = data.draw(st.dictionaries(names, anything | answers))
    record["format"] = data.draw(st.sampled_from(["technology", "organisation", record.get("format")]))

    def lines() -> Iterator[Line]:
        yield Line(1, record)
        yield line(2)

    outcome = Loader().load(lines())
    assert outcome.new + outcome.changed + outcome.same >= 1
    assert outcome.read == 2
