"""Every person x verb x state x owner x author x visibility: allowed exactly where the written table says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from landbridge.registry import actions
from landbridge.registry.models import Change, Endorsement, Record
from landbridge.registry.queries import Unknown
from landbridge.registry.workflow import NotPossible, Verb
from landbridge.registry.writing import NODE, Actor, Conflict, Forbidden
from tests.cast import Company
from tests.registry.conftest import NEED
from tests.rights import table

pytestmark = pytest.mark.django_db
OWNERS = ("FJI", "navakavu", None)
BEFORE = {
    "draft": (), "submitted": ("submit",), "published": ("publish",), "reopened": ("publish", "revise"),
    "returned": ("submit", "return_"), "retired": ("publish", "retire"),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A record in a state."""

    id: str
    owner: str | None
    state: str
    visibility: str


def bring(state: str, owner: str | None, visibility: str, **more: Any) -> str:
    """A record that the node brought into this state."""
    data = more.pop("data", NEED)
    more.setdefault("format", "need")
    made = actions.draft(actor=NODE, data=data, owner=owner, visibility=visibility, **more).id
    for verb in BEFORE[state]:
        said = {"data": data, "language": "en"} if verb == "revise" else {}
        getattr(actions, verb)(actor=NODE, record_id=made, **said)
    return made


def cases(*owners: str | None) -> Iterator[Case]:
    for owner in dict.fromkeys((*owners, *OWNERS)):
        for state in table.STATES:
            for visibility in table.VISIBILITIES:
                yield Case(bring(state, owner, visibility), owner, state, visibility)


def act(actor: Actor, verb: str, case: Case, party: str) -> str:
    """What comes of it; nothing of it stays."""
    said: dict[str, Any] = {"actor": actor, "record_id": case.id}
    if verb == "revise":
        said |= {"data": NEED, "language": "en"}
    if verb in ("endorse", "unendorse"):
        said["party"] = party
    with transaction.atomic():
        try:
            done = getattr(actions, {"return": "return_"}.get(verb, verb))(**said).state
        except (Forbidden, NotPossible, Unknown) as refusal:
            name = {Forbidden: "forbidden", NotPossible: "not possible"}.get(type(refusal), "unknown")
            assert name != "forbidden" or case.state not in str(refusal)
            return name
        except Conflict:
            return "conflict"
        finally:
            transaction.set_rollback(True)
    return str(done)


def test_the_written_table_names_every_verb_and_everybody(company: Company) -> None:
    assert set(table.STEPS) == {str(verb) for verb in Verb} - {"draft", "receive"}
    assert set(table.MAY) == set(table.READS) == {"nobody", *company.everybody()}


@pytest.mark.parametrize(
    "person", [name if name == "losa" else pytest.param(name, marks=pytest.mark.once) for name in table.MAY]
)
def test_only_what_the_table_allows(company: Company, person: str) -> None:
    """Rights are decided in Python, from rows: one person on the second database shows that it reads them alike, and
    the test below asks it for everybody."""
    someone = company.everybody().get(person)
    actor = someone.actor if someone else Actor()
    own = table.PARTY_OF.get(person, "FJI")
    wrong = []
    for case in cases(own):
        for author in (None, someone.account if someone else None):
            Record.objects.filter(pk=case.id).update(author=author)
            wrong += filter(None, (differs(actor, person, verb, case, author is not None) for verb in table.STEPS))
    assert not wrong, wrong[:5]


def differs(actor: Actor, person: str, verb: str, case: Case, is_author: bool) -> tuple[Any, ...]:
    """What comes of it where the table says otherwise."""
    must = table.outcome(person, verb, case.owner, is_author, case.state, case.visibility)
    if verb in ("unendorse", "unconfirm") and must in table.STATES:
        must = "conflict"  # There is nothing to take back, but the way as far as that was open.
    came = act(actor, verb, case, table.PARTY_OF.get(person, "FJI"))
    return (person, verb, case, is_author, f"{came}, not {must}") if came != must else ()


@pytest.mark.second
def test_everybody_may_do_the_same_on_the_second_database(company: Company) -> None:
    """One verb of each person on each record, in turn, so that every one meets every person with every state, every
    owner and every visibility. All twelve of them on each took 50 seconds, and are asked of SQLite above."""
    every, verbs, wrong, met = list(cases(*table.PARTY_OF.values())), list(table.STEPS), [], set()
    for number, person in enumerate(table.MAY):
        someone = company.everybody().get(person)
        own = (table.PARTY_OF.get(person, "FJI"), *OWNERS)
        for is_author in (False, True):
            Record.objects.update(author=someone.account if someone and is_author else None)
            for at, case in enumerate(every):
                if case.owner in own:
                    verb = verbs[(2 * at + at // 24 + is_author + 5 * (at // 4) + number) % len(verbs)]
                    met |= {(person, verb, case.state), (person, verb, case.owner), (person, verb, case.visibility)}
                    is_theirs = is_author and someone is not None
                    wrong.append(differs(someone.actor if someone else Actor(), person, verb, case, is_theirs))
    assert not any(wrong), [*filter(None, wrong)][:5]
    assert met == {
        (person, verb, one)
        for person in table.MAY
        for verb in verbs
        for one in (*table.STATES, *table.VISIBILITIES, table.PARTY_OF.get(person, "FJI"), *OWNERS)
    }


def test_what_is_refused_leaves_nothing(company: Company) -> None:
    need = bring("submitted", "FJI", "public")
    changes = Change.objects.count()
    for verb in table.STEPS:
        for person in (company.sven, company.wanjiru, company.henri):
            if verb not in ("return", "withdraw") or person is not company.henri:
                with pytest.raises((Forbidden, NotPossible, Unknown)):
                    said = {"data": NEED, "language": "en"} if verb == "revise" else {}
                    said |= {"party": "KEN"} if verb in ("endorse", "unendorse") else {}
                    act = getattr(actions, {"return": "return_"}.get(verb, verb))
                    act(actor=person.actor, record_id=need, **said)
    assert Change.objects.count() == changes


@pytest.mark.parametrize("person", table.MAY)
def test_only_those_draft_for_a_party_who_may_write_for_it(company: Company, person: str) -> None:
    someone = company.everybody().get(person)
    actor = someone.actor if someone else Actor()
    for owner in (*OWNERS, "KEN", "reef-institute"):
        is_own = owner is None and person not in table.CLOSED
        must = is_own or table.does(person, "revise", owner, is_author=False)
        try:
            made = actions.draft(actor=actor, format="need", data=NEED, owner=owner)
        except Forbidden:
            assert not must, owner
        else:
            assert must, owner
            assert (made.author_id, made.owner_id, made.state) == (actor.account_id, owner, "draft")


def test_nobody_endorses_for_a_party_that_is_not_theirs(company: Company) -> None:
    record = bring("published", "navakavu", "public")
    for name, person in company.everybody().items():
        for party in ("FJI", "KEN", "navakavu", "reef-institute", "", "no-such"):
            may = (name, party) in (("losa", "FJI"), ("wanjiru", "KEN"))
            if may:
                actions.endorse(actor=person.actor, record_id=record, party=party)
            else:
                with pytest.raises(Forbidden):
                    actions.endorse(actor=person.actor, record_id=record, party=party)
    assert set(Endorsement.objects.values_list("party_id", "by")) == {
        ("FJI", company.losa.account.pk), ("KEN", company.wanjiru.account.pk),
    }  # fmt: skip
    for name, person in company.everybody().items():
        if name != "losa":
            with pytest.raises(Forbidden):
                actions.unendorse(actor=person.actor, record_id=record, party="FJI")
    actions.unendorse(actor=company.losa.actor, record_id=record, party="FJI")
