"""The roster of experts: who may nominate and vet, what must be told first, and what no author can say themself."""

from typing import Any

import pytest

from landbridge.parties.models import Membership, Notice
from landbridge.parties.permissions import Role
from landbridge.registry import vetting
from landbridge.registry.actions import NODE, Conflict, Forbidden, draft, publish, return_, revise, submit
from landbridge.registry.models import Change, Nomination, Record, Revision
from landbridge.registry.queries import Unknown, get, latest
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.safeguards import Unsafe
from landbridge.registry.vetting import Incomplete, Step, answer, missing, nominate, take_back, vet
from landbridge.registry.workflow import NotPossible, State, Workflow
from landbridge.registry.writing import Said
from tests.cast import Cast, Person

COMPLETE: dict[str, Any] = {
    "title": "Tanoa reef adviser", "summary": "Coral nurseries with villages.", "kinds": ["practice"],
    "places": ["FJI"], "languages": [{"language": "en", "level": "good"}],
    "expertise": [{"field": "Coral nurseries", "years": 12}], "contacts": [{"email": "tanoa@example.org"}],
    "degrees": "MSc in marine science", "conflict_statement": "None.", "consent_to_list": True,
    "consent_on": "2026-11-01",
}  # fmt: skip


def _applied(by: Person, submitted: bool = True, **more: Any) -> Record:
    """An application that somebody made for themself."""
    made = draft(actor=by.actor, format="expert", data={**COMPLETE, **more}, record_id="expert-tanoa")
    return submit(actor=by.actor, record_id=made.id) if submitted else made


def _vetting(record_id: str = "expert-tanoa") -> tuple[str, list[str] | None]:
    data = get(record_id, OPERATOR).data
    return data["vetting"], data.get("nominated_by")


@pytest.mark.requirement("POW-5.1")
@pytest.mark.requirement("EXP-1")
def test_an_application_is_listed_nominated_approved_and_referenced(cast: Cast) -> None:
    _applied(cast.sven)
    assert vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST).state == State.PUBLISHED
    assert get("expert-tanoa", ANYONE).data["vetting"] == "self_declared"
    asked = nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI", said=Said(note="Works with us."))
    assert (_vetting(), asked.accepted) == (("self_declared", None), None)
    notice = Notice.objects.get(account=cast.sven.account, kind="nominated")
    assert (notice.record_id, notice.told["party"], notice.told["note"]) == ("expert-tanoa", "FJI", "Works with us.")
    answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert _vetting() == ("nominated", ["FJI"])
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.APPROVE, said=Said(note="Papers seen."))
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.REFERENCE)
    assert _vetting() == ("referenced", ["FJI"])
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.SET_BACK, said=Said(note="Reference withdrawn."))
    assert _vetting() == ("approved", ["FJI"])
    noted = Change.objects.filter(record_id="expert-tanoa", actor=cast.henri.account).values_list("note", flat=True)
    assert set(noted) == {"", "Papers seen.", "Reference withdrawn."}


def test_a_nomination_that_the_expert_declines_counts_for_nothing_and_can_be_made_again(cast: Cast) -> None:
    _applied(cast.sven)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    asked = nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI")
    with pytest.raises(Conflict):
        nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI")
    for other in (cast.losa, cast.henri, cast.priya):
        with pytest.raises(Unknown):
            answer(actor=other.actor, nomination_id=asked.pk, accept=True)
    answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=False)
    assert _vetting() == ("self_declared", None)
    with pytest.raises(Unknown):
        answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    again = nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI")
    assert answer(actor=cast.sven.actor, nomination_id=again.pk, accept=True).accepted
    assert _vetting() == ("nominated", ["FJI"])


def test_a_party_takes_its_nomination_back(cast: Cast) -> None:
    _applied(cast.sven)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    asked = nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI")
    with pytest.raises(Forbidden):
        take_back(actor=cast.henri.actor, nomination_id=asked.pk)
    take_back(actor=cast.losa.actor, nomination_id=asked.pk)
    assert Notice.objects.get(kind="nominated").read_at is not None
    with pytest.raises(Unknown):
        answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    with pytest.raises(Unknown):
        take_back(actor=cast.losa.actor, nomination_id=asked.pk)
    again = nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI")
    answer(actor=cast.sven.actor, nomination_id=again.pk, accept=True)
    assert _data() == ("nominated", ["FJI"])
    take_back(actor=cast.losa.actor, nomination_id=again.pk, said=Said(note="No longer with us."))
    assert _data() == ("self_declared", None)


def test_who_is_approved_stays_so_when_the_nomination_is_taken_back(cast: Cast) -> None:
    _applied(cast.sven)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    asked = nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="FJI")
    answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.APPROVE)
    take_back(actor=cast.losa.actor, nomination_id=asked.pk)
    assert _vetting() == ("approved", None)


def test_an_expert_whom_the_focal_point_wrote_down_is_nominated_at_once(cast: Cast) -> None:
    draft(actor=cast.losa.actor, format="expert", data=COMPLETE, record_id="e", owner="FJI", workflow=Workflow.NATIONAL)
    publish(actor=cast.losa.actor, record_id="e")
    assert nominate(actor=cast.losa.actor, record_id="e", party="FJI").accepted
    assert _vetting("e") == ("nominated", ["FJI"])
    with pytest.raises(Conflict):
        nominate(actor=cast.losa.actor, record_id="e", party="FJI")


def test_who_may_not_nominate_or_vet(cast: Cast) -> None:
    _applied(cast.sven)
    for person in (cast.sven, cast.losa, cast.priya, cast.malia):
        with pytest.raises((Forbidden, Unknown)):
            vet(actor=person.actor, record_id="expert-tanoa", step=Step.LIST)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    for person in (cast.sven, cast.henri, cast.priya, cast.malia):
        with pytest.raises(Forbidden):
            nominate(actor=person.actor, record_id="expert-tanoa", party="FJI")
    with pytest.raises(Unknown):
        nominate(actor=cast.losa.actor, record_id="expert-tanoa", party="navakavu")
    assert not Nomination.objects.exists()
    for record_id in ("nothing", "\0"):
        with pytest.raises(Unknown):
            vet(actor=cast.henri.actor, record_id=record_id, step=Step.LIST)


def test_not_even_an_administrator_of_the_node_nominates_for_a_party(cast: Cast) -> None:
    Membership.objects.create(account=cast.priya.account, party=None, role=Role.ADMINISTRATOR)
    _applied(cast.sven)
    vet(actor=cast.priya.actor, record_id="expert-tanoa", step=Step.LIST)
    with pytest.raises(Forbidden):
        nominate(actor=cast.priya.actor, record_id="expert-tanoa", party="FJI")


def test_nobody_vets_themself(cast: Cast) -> None:
    _applied(cast.henri)
    with pytest.raises(Forbidden, match="Nobody vets"):
        vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)


@pytest.mark.parametrize("claimed", ["nominated", "approved", "referenced"])
def test_no_author_says_how_far_others_vouch_for_them(cast: Cast, claimed: str) -> None:
    _applied(cast.sven, submitted=False, vetting=claimed, nominated_by=["FJI"])
    assert _data() == ("self_declared", None)
    revise(
        actor=cast.sven.actor, record_id="expert-tanoa", language="en",
        data={**COMPLETE, "vetting": claimed, "nominated_by": ["KEN"]},
    )  # fmt: skip
    assert _data() == ("self_declared", None)


def test_an_authors_revision_keeps_what_was_vetted(cast: Cast) -> None:
    _applied(cast.sven)
    asked = nominate(actor=NODE, record_id="expert-tanoa", party="FJI")
    answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.APPROVE)
    revise(actor=cast.sven.actor, record_id="expert-tanoa", data={**COMPLETE, "vetting": "referenced"}, language="en")
    assert _data() == ("approved", ["FJI"])
    without = {name: value for name, value in COMPLETE.items() if name != "vetting"}
    revise(actor=cast.sven.actor, record_id="expert-tanoa", data=without, language="en")
    assert _data() == ("approved", ["FJI"])
    submit(actor=cast.sven.actor, record_id="expert-tanoa")
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    assert _vetting() == ("approved", ["FJI"])


def _data() -> tuple[str, list[str] | None]:
    data = latest("expert-tanoa", OPERATOR).data
    return data["vetting"], data.get("nominated_by")


def test_steps_have_their_order(cast: Cast) -> None:
    _applied(cast.sven)
    for step in (Step.APPROVE, Step.REFERENCE, Step.SET_BACK):
        with pytest.raises(NotPossible):
            vet(actor=cast.henri.actor, record_id="expert-tanoa", step=step)
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    with pytest.raises(NotPossible):
        vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)


def test_while_somebody_writes_nothing_is_vetted(cast: Cast) -> None:
    _applied(cast.sven)
    return_(actor=cast.henri.actor, record_id="expert-tanoa", said=Said(note="No degrees."))
    with pytest.raises((NotPossible, Unknown)):
        vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    with pytest.raises(Conflict):
        nominate(actor=NODE, record_id="expert-tanoa", party="FJI")


@pytest.mark.parametrize("name", ["conflict_statement", "degrees", "languages", "contacts", "expertise", "kinds"])
def test_nobody_is_approved_on_an_incomplete_form(cast: Cast, name: str) -> None:
    _applied(cast.sven, **{name: None})
    asked = nominate(actor=NODE, record_id="expert-tanoa", party="FJI")
    answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    with pytest.raises(Incomplete) as refused:
        vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.APPROVE)
    assert [problem.field for problem in refused.value.problems] == [name]
    assert _data()[0] == "nominated"
    assert Record.objects.get(pk="expert-tanoa").published is None


def test_what_is_missing_is_told_in_the_order_of_the_form() -> None:
    assert missing(COMPLETE) == ()
    assert missing({}) == vetting._DEMANDED
    assert missing({**COMPLETE, "languages": [{"language": "fr"}]}) == ("languages",)
    assert missing({**COMPLETE, "degrees": None}) == ("degrees",)
    assert missing({**COMPLETE, "degrees": None, "knowledge_holder": True}) == ()


def test_nobody_is_listed_without_having_agreed(cast: Cast) -> None:
    _applied(cast.sven, consent_to_list=False)
    with pytest.raises(Unsafe):
        vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    with pytest.raises(Unsafe):
        nominate(actor=NODE, record_id="expert-tanoa", party="FJI")
    with pytest.raises(Unsafe):
        publish(actor=NODE, record_id="expert-tanoa")
    assert Record.objects.get(pk="expert-tanoa").state == State.SUBMITTED


def test_who_vets_reads_what_the_expert_withholds_and_loses_none_of_it(cast: Cast) -> None:
    _applied(cast.sven, withheld=["contacts", "degrees"], gender="woman")
    seen = get("expert-tanoa", cast.henri.reader).data
    assert (seen["contacts"], seen["gender"]) == ([{"email": "tanoa@example.org"}], "woman")
    vet(actor=cast.henri.actor, record_id="expert-tanoa", step=Step.LIST)
    shown = get("expert-tanoa", ANYONE).data
    assert "contacts" not in shown and "degrees" not in shown and "gender" not in shown
    whole = Revision.objects.get(record_id="expert-tanoa", number=2).data
    assert {"contacts", "degrees", "gender"} <= set(whole)


def test_a_party_that_nominates_more_than_the_precedent_takes_can_see_it(cast: Cast) -> None:
    for number in range(vetting.MOST_PER_SPECIALIZATION + 1):
        name = f"e{number}"
        draft(actor=cast.losa.actor, format="expert", data=COMPLETE, record_id=name, owner="FJI")
        publish(actor=cast.losa.actor, record_id=name)
        assert nominate(actor=cast.losa.actor, record_id=name, party="FJI").accepted
    assert vetting.beyond("FJI") == (6, {"practice": 6})


def test_an_expert_of_another_node_is_vetted_there(cast: Cast) -> None:
    from landbridge.registry.actions import receive
    from landbridge.registry.receiving import Arrival

    clean = {**COMPLETE, "title": {"en": "t"}, "summary": {"en": "s"}}
    receive(actor=NODE, origin="https://other.example", arrival=Arrival("far", "expert", clean))
    with pytest.raises(Conflict, match=r"other\.example"):
        nominate(actor=cast.losa.actor, record_id="far", party="FJI")
