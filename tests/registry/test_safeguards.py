"""Traditional knowledge is shown with the consent that covers it, or not at all, whichever way it comes in."""

from typing import Any

import pytest

from landbridge.registry.actions import NODE, Conflict, draft, publish, receive, receive_many, revise
from landbridge.registry.loading import Line, Loader, Refused
from landbridge.registry.models import Record
from landbridge.registry.receiving import Arrival
from landbridge.registry.safeguards import Unsafe, involves_traditional_knowledge
from landbridge.registry.workflow import State, Workflow

PLAIN: dict[str, Any] = {"title": {"en": "Rain terraces"}, "summary": {"en": "Terraces."}}
KNOWLEDGE: tuple[dict[str, Any], ...] = (
    {"traditional_knowledge": True}, {"tk_labels": ["tk-attribution"]}, {"technology_types": ["traditional-knowledge"]},
)  # fmt: skip
CONSENT = {"consent_reference": "Assembly of 3 May 2026, minute 7"}


@pytest.mark.requirement("TK-1")
@pytest.mark.parametrize("told", KNOWLEDGE)
def test_knowledge_without_consent_can_be_drafted_and_is_not_published(db: None, told: dict[str, Any]) -> None:
    draft(actor=NODE, format="technology", data={**PLAIN, **told}, record_id="t")
    with pytest.raises(Unsafe) as refused:
        publish(actor=NODE, record_id="t")
    assert [problem.field for problem in refused.value.problems] == ["consent_reference"]
    record = Record.objects.get(pk="t")
    assert (record.state, record.published) == (State.DRAFT, None)
    revise(actor=NODE, record_id="t", data={**PLAIN, **told, **CONSENT}, language="en")
    assert publish(actor=NODE, record_id="t").published == 2


@pytest.mark.parametrize("told", KNOWLEDGE)
def test_a_load_refuses_it_with_the_reason_and_takes_the_rest(db: None, told: dict[str, Any]) -> None:
    refused: list[Refused] = []
    lines = [
        {"format": "technology", "id": "with", "data": {**PLAIN, **told, **CONSENT}},
        {"format": "technology", "id": "without", "data": {**PLAIN, **told}},
        {"format": "technology", "id": "plain", "data": PLAIN},
        {"format": "technology", "id": "draft", "state": "draft", "data": {**PLAIN, **told}},
    ]
    outcome = Loader(on_refused=refused.append).load([Line(number, one) for number, one in enumerate(lines, 1)])
    assert (outcome.new, outcome.refused) == (3, 1)
    (why,) = refused
    assert (why.line, why.record, why.problems[0].field) == (2, "without", "consent_reference")
    assert set(Record.objects.values_list("pk", flat=True)) == {"with", "plain", "draft"}


def test_whole_records_of_this_node_need_it_and_stay_as_they_are_without(db: None) -> None:
    known = Arrival("t", "technology", {**PLAIN, **CONSENT, "traditional_knowledge": True})
    assert receive_many([known], actor=NODE, workflow=Workflow.REFERENCE).new == 1
    without = Arrival("t", "technology", {**PLAIN, "traditional_knowledge": True})
    taken = receive_many([without], actor=NODE, workflow=Workflow.REFERENCE)
    assert (taken.changed, [position for position, _ in taken.refused]) == (0, [0])
    assert "consent" in taken.refused[0][1]
    assert Record.objects.get(pk="t").latest == 1


def test_a_record_of_another_node_is_that_nodes_to_answer_for(db: None) -> None:
    arrival = Arrival("far", "technology", {**PLAIN, "traditional_knowledge": True})
    assert receive(actor=NODE, origin="https://other.example", arrival=arrival).state == State.PUBLISHED
    with pytest.raises(Conflict):
        receive(actor=NODE, origin="", arrival=arrival)


@pytest.mark.parametrize("format", ["need", "organisation", "offer", "event", "programme", "measure"])
def test_a_record_that_only_speaks_of_it_passes_nothing_on(db: None, format: str) -> None:
    draft(actor=NODE, format=format, data={**PLAIN, "traditional_knowledge": True}, record_id="n")
    assert publish(actor=NODE, record_id="n").state == State.PUBLISHED


@pytest.mark.parametrize("format", ["case_study", "resource"])
def test_a_case_study_or_a_resource_passes_it_on_too(db: None, format: str) -> None:
    draft(actor=NODE, format=format, data={**PLAIN, "traditional_knowledge": True}, record_id="n")
    with pytest.raises(Unsafe):
        publish(actor=NODE, record_id="n")


def test_what_says_no_or_nothing_involves_none() -> None:
    for data in ({}, {"traditional_knowledge": False}, {"tk_labels": []}, {"technology_types": ["process"]}):
        assert not involves_traditional_knowledge(data)


def test_the_sample_network_keeps_to_the_same_rule() -> None:
    from landbridge.registry.safeguards import problems
    from tests.sample.test_sample import network

    assert [one["id"] for one in network() if list(problems(one["format"], one["data"]))] == []
