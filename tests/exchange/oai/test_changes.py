"""What a harvester is told of a change: all that it can see gets a new datestamp, and nothing that it may not."""

from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from landbridge.exchange.models import OaiClock, OaiRecord, Source, SourceItem
from landbridge.exchange.out.oai import dublin_core, keeping, listing, provenance, stamps, whole
from landbridge.exchange.out.oai.follower import OaiFollower, Reword
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import every, states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import State, Visibility, Workflow
from tests.cast import assemble
from tests.exchange.oai.door import (
    NEED,
    OAI,
    Clock,
    Harvester,
    ask,
    datestamp,
    error,
    follow,
    identifier,
    named,
    pages,
    publish,
    revise,
    root,
)

pytestmark = pytest.mark.django_db
LIST: Final = "verb=ListRecords&metadataPrefix=oai_dc"


def bumped(clock: Clock, record_id: str = "rewa") -> bool:
    """Whether the follower gave the record another datestamp."""
    before = datestamp(record_id)
    clock.tick()
    follow()
    return datestamp(record_id) != before


def test_whatever_a_harvester_can_see_has_a_new_datestamp(clock: Clock) -> None:
    publish("rewa")
    assert bumped(clock)
    assert not bumped(clock)
    revise("rewa", title={"en": "Restore more mangroves"})
    assert bumped(clock)
    assert named(root(LIST)) == {"rewa": False}
    actions.take_back(actor=NODE, record_id="rewa")
    assert bumped(clock)
    actions.withdraw(actor=NODE, record_id="rewa")
    actions.publish(actor=NODE, record_id="rewa")
    assert bumped(clock)
    actions.confirm(actor=NODE, record_id="rewa")
    assert bumped(clock)
    actions.retire(actor=NODE, record_id="rewa")
    assert bumped(clock)
    assert named(root(LIST)) == {"rewa": True}
    actions.restore(actor=NODE, record_id="rewa")
    assert bumped(clock)
    assert named(root(LIST)) == {"rewa": False}


def test_hidden_and_shown_again(clock: Clock) -> None:
    publish("rewa")
    follow()
    for visibility, gone in (("network", True), ("parties", True), ("public", False), ("private", True)):
        actions.revise(actor=NODE, record_id="rewa", data=NEED, language="en")
        actions.publish(actor=NODE, record_id="rewa", visibility=visibility)
        follow()
        assert named(root(LIST)) == {"rewa": gone}, visibility
    assert not OaiRecord.objects.get().dublin_core


def test_what_nobody_can_see_changes_nothing(clock: Clock) -> None:
    cast = assemble()
    publish("rewa")
    assert bumped(clock)
    actions.revise(actor=NODE, record_id="rewa", data={**NEED, "title": {"en": "A secret plan"}}, language="en")
    assert not bumped(clock)
    actions.submit(actor=NODE, record_id="rewa")
    actions.return_(actor=NODE, record_id="rewa")
    assert not bumped(clock)
    publish("ba")
    assert bumped(clock, "ba")
    actions.endorse(actor=cast.losa.actor, record_id="ba", party="FJI")
    assert not bumped(clock, "ba")
    assert b"secret" not in ask(LIST)


def test_what_never_was_public_never_appears(clock: Clock) -> None:
    for visibility in ("network", "parties", "private"):
        publish(visibility, visibility)
    actions.draft(actor=NODE, format="need", record_id="draft", data=NEED)
    follow()
    actions.retire(actor=NODE, record_id="private")
    follow()
    assert error(LIST) == "noRecordsMatch"
    assert error(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={identifier('network')}") == "idDoesNotExist"
    assert OaiRecord.objects.count() == 0


def test_what_is_withheld_is_in_no_format(clock: Clock) -> None:
    publish("rewa", withheld=["places"], subnational={"en": "Rewa delta"}, disclosed_to=["FJI"])
    follow()
    for prefix in listing.PREFIXES:
        said = ask(f"verb=ListRecords&metadataPrefix={prefix}")
        assert b"Fiji" not in said
        assert b"disclosed_to" not in said
        assert b"mangroves" in said


@pytest.mark.parametrize("prefix", listing.PREFIXES)
def test_nothing_goes_out_that_was_hidden_a_moment_ago(clock: Clock, prefix: str) -> None:
    """Before the follower knows: the door looks at the registry for every page."""
    publish("hidden", title={"en": "Hidden now"})
    publish("withheld", subnational={"en": "Sacred grove"}, requester=[{"name": "Sacred Council"}])
    publish("rewa")
    follow()
    actions.retire(actor=NODE, record_id="hidden")
    revise("withheld", subnational={"en": "Sacred grove"}, requester=[{"name": "Sacred Council"}],
           withheld=["subnational", "requester"])  # fmt: skip
    for query in (f"verb=ListRecords&metadataPrefix={prefix}",
                  f"verb=GetRecord&metadataPrefix={prefix}&identifier={identifier('hidden')}",
                  f"verb=GetRecord&metadataPrefix={prefix}&identifier={identifier('withheld')}"):  # fmt: skip
        said = ask(query)
        assert b"Hidden now" not in said
        assert b"Sacred" not in said
    assert named(root(f"verb=ListRecords&metadataPrefix={prefix}")) == {
        "hidden": True,
        "withheld": False,
        "rewa": False,
    }
    assert named(root(f"verb=ListIdentifiers&metadataPrefix={prefix}"))["hidden"]


def test_what_was_read_before_it_was_taken_back_is_corrected(clock: Clock) -> None:
    """Published, harvested and taken back, all before the follower looked: the table never held it."""
    publish("rewa", title={"en": "First"})
    follow()
    clock.tick()
    revise("rewa", title={"en": "A mistake"})
    harvester = Harvester()
    harvester.harvest()
    assert harvester.holds == {"rewa": "A mistake"}
    clock.tick()
    actions.take_back(actor=NODE, record_id="rewa")
    follow()
    harvester.harvest()
    assert harvester.holds == {"rewa": "First"}


@pytest.mark.parametrize("many", [1, 30])
def test_a_page_asks_little(clock: Clock, many: int) -> None:
    for number in range(many):
        publish(f"need-{number}")
    follow()
    for prefix, most in (("oai_dc", 2), ("mods", 4), ("datacite", 5), ("landbridge", 4)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(named(root(f"verb=ListRecords&metadataPrefix={prefix}"))) == many
        assert len(asked) <= most, [one["sql"][:200] for one in asked]


def test_a_record_that_cannot_be_written_out_keeps_no_other_back(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for record_id in ("good", "odd"):
        publish(record_id)
    honest = whole.metadata
    monkeypatch.setattr(dublin_core, "oai_dc", _fails_for("odd", dublin_core.oai_dc))
    follow()
    assert named(root(LIST)) == {"good": False}
    monkeypatch.undo()
    keeping.take(["odd"])
    monkeypatch.setattr(whole, "metadata", lambda view: 1 / 0 if view.id == "odd" else honest(view))
    assert named(root("verb=ListRecords&metadataPrefix=landbridge")) == {"good": False, "odd": True}
    assert caplog.text.count("Record odd could not be written out") == 2


def _fails_for(record_id: str, honest: Any) -> Any:
    def oai_dc(said: Any) -> bytes:
        told = list(said)
        if any(one.text.endswith(f"/{record_id}") for one in told):
            raise KeyError(record_id)
        return bytes(honest(told))

    return oai_dc


# Records of others


def _receive(origin: str, **more: Any) -> None:
    arrival = Arrival(id="theirs", format="need", data={**NEED, "requester": [{"name": "Them"}]}, **more)
    receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=origin)


def _provenance(page: "etree._Element") -> dict[str, Any]:
    space = f"{{{provenance.NAMESPACE}}}"
    one = page.find(f".//{OAI}about/{space}provenance/{space}originDescription")
    return {**one.attrib, **{part.tag.removeprefix(space): part.text for part in one}}


def test_a_record_of_another_node_says_where_it_comes_from(clock: Clock) -> None:
    _receive("https://chm.example.org")
    follow()
    for prefix in listing.PREFIXES:
        told = _provenance(root(f"verb=ListRecords&metadataPrefix={prefix}"))
        assert told["altered"] == "false"
        assert told["baseURL"] == "https://chm.example.org/oai"
        assert told["identifier"] == "oai:chm.example.org:theirs"
    _receive("https://chm.example.org", state=State.RETIRED)
    assert bumped(clock, "theirs")
    page = root(LIST)
    assert named(page) == {"theirs": True}
    assert page.find(f".//{OAI}about") is None


def test_a_record_of_a_source_names_it(clock: Clock) -> None:
    source = Source.objects.create(id="ror", door="ror", title="ROR", address="https://ror.example.org/oai?a=1&b=2")
    SourceItem.objects.create(source=source, key="oai:ror:1 2", record_id="theirs")
    _receive("source:ror")
    follow()
    told = _provenance(root(LIST))
    assert (told["altered"], told["baseURL"]) == ("true", "https://ror.example.org/oai?a=1&b=2")
    assert told["identifier"] == "oai:ror:1%202"


# A new version, a new address


def test_a_new_wording_reaches_harvesters(clock: Clock, settings: Any) -> None:
    for number in range(3):
        publish(f"need-{number}")
    actions.draft(actor=NODE, format="need", record_id="gone", data=NEED)
    follow()
    before = datestamp("need-1")
    Reword().run(None)  # type: ignore[arg-type]
    assert datestamp("need-1") == before
    settings.BASE_URL = "https://new.example.org"
    keeping.wording.cache_clear()
    clock.tick()
    Reword().run(None)  # type: ignore[arg-type]
    page = root("verb=ListRecords&metadataPrefix=oai_dc")
    assert len(named(page)) == 3
    assert before not in {one.text for one in page.iter(f"{OAI}datestamp")}
    assert b"https://new.example.org/records/need-1" in ask(LIST)
    assert OaiClock.objects.get().wording == keeping.wording()
    keeping.wording.cache_clear()


# Any history


STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["publish", "revise", "retire", "restore", "hide", "show", "take_back", "follow", "harvest"]),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([0.3, 0.3, 4.0]),
    ),
    min_size=4, max_size=25,
)  # fmt: skip


def _step(what: str, record_id: str, number: int) -> None:
    """Do it, where it can be done."""
    title = {"en": f"Title {number}"}
    try:
        if what == "publish" and not Record.objects.filter(pk=record_id).exists():
            publish(record_id, title=title)
        elif what == "revise":
            revise(record_id, title=title)
        elif what in ("hide", "show"):
            actions.revise(actor=NODE, record_id=record_id, data={**NEED, "title": title}, language="en")
            visibility = Visibility.NETWORK if what == "hide" else Visibility.PUBLIC
            actions.publish(actor=NODE, record_id=record_id, visibility=visibility)
        elif what in ("retire", "restore", "take_back"):
            getattr(actions, what)(actor=NODE, record_id=record_id)
    except (ValueError, LookupError):
        pass


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_who_comes_back_holds_what_is_public(clock: Clock, steps: list[tuple[str, str, float]]) -> None:
    """Incremental harvests after any edits, in any order with those of the follower, end where the registry is. The
    clock moves by fractions of a second, or by several: some changes and harvests fall into one second of the
    datestamps, others far apart."""
    from django.db import transaction

    with transaction.atomic():
        publish("a", title={"en": "First"})
        publish("b", title={"en": "Second"})
        harvester, read = Harvester(), follow(0)
        harvester.harvest()
        for number, (what, record_id, seconds) in enumerate(steps):
            clock.tick(seconds)
            if what == "follow":
                read = follow(read)
            elif what == "harvest":
                harvester.harvest()
            else:
                _step(what, record_id, number)
        follow(read)
        harvester.harvest()
        assert harvester.holds == {view.id: view.data["title"]["en"] for view in every(ANYONE)}
        transaction.set_rollback(True)


def test_the_follower_can_be_told_twice(clock: Clock) -> None:
    publish("rewa")
    changes = list(Change.objects.order_by("serial"))
    OaiFollower().apply(changes, states(["rewa"]))
    before = datestamp("rewa")
    clock.tick()
    OaiFollower().apply(changes, states(["rewa"]))
    assert before == stamps.written(int(clock.now) - 5 + stamps.AHEAD)
    assert datestamp("rewa") > before
    assert [len(list(page.iter(f"{OAI}record"))) for page in pages(LIST)] == [1]
