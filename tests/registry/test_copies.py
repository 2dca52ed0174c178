"""Working copies: what is typed is kept, merged and published once, whoever else writes at the same time."""

import threading
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from landbridge.formats.validate import InvalidRecord
from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Role
from landbridge.registry import copies
from landbridge.registry.copies import Typed
from landbridge.registry.merging import apply, fingerprint, merge, piece
from landbridge.registry.models import Change, Record, Revision, WorkingCopy
from landbridge.registry.queries import Unknown
from landbridge.registry.readers import reader_of
from landbridge.registry.workflow import Verb
from landbridge.registry.writing import Actor, Conflict, Forbidden
from tests.cast import Cast, assemble

TEXTS = some.dictionaries(some.sampled_from(("en", "fr", "ar")), some.sampled_from(("a", "b", "c")), max_size=3)
ANSWERS = some.fixed_dictionaries({}, optional={
    "title": TEXTS, "summary": TEXTS, "places": some.lists(some.sampled_from(("FJI", "TON", "WSM")), unique=True),
    "urgency": some.sampled_from(("urgent", "planned")), "budget": some.fixed_dictionaries({"amount": some.just("5")}),
})  # fmt: skip


def plain(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if fingerprint(answer)}


@given(base=ANSWERS, mine=ANSWERS)
def test_what_one_side_changed_is_taken(base: dict[str, Any], mine: dict[str, Any]) -> None:
    for one, other in ((mine, base), (base, mine)):
        merged, choices = merge("need", base, one, other)
        assert not choices
        assert plain(merged) == plain(mine)


@given(base=ANSWERS, mine=ANSWERS, theirs=ANSWERS)
def test_nothing_that_anybody_wrote_is_lost(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Each piece of the merge is one side's, or there is a choice between both."""
    merged, choices = merge("need", base, mine, theirs)
    chosen = {choice.path: choice for choice in choices}
    for name in ("title.en", "title.fr", "summary.ar", "places", "urgency", "budget"):
        was, here, there, now = (fingerprint(piece(side, name)) for side in (base, mine, theirs, merged))
        if name in chosen:
            assert was != here != there != was
        else:
            assert now == (here if there == was else there)


@given(answers=ANSWERS, path=some.sampled_from(("title.en", "places")), value=some.sampled_from(("", "x", None)))
def test_a_piece_that_is_put_in_is_there(answers: dict[str, Any], path: str, value: Any) -> None:
    after = apply(answers, path, value)
    assert fingerprint(piece(after, path)) == fingerprint(value)
    rest = {name: answer for name, answer in answers.items() if name != path.partition(".")[0]}
    assert {name: after[name] for name in rest} == rest


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def begun(cast: Cast, **answers: Any) -> WorkingCopy:
    told = {"title": {"en": "Reef"}, "summary": {"en": "Count"}, **answers}
    return copies.begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers=told, title="Reef")


def test_a_copy_is_for_its_person_alone(cast: Cast) -> None:
    copy = begun(cast)
    assert copies.every(cast.losa.actor) == [copy]
    for person in (cast.henri, cast.priya, cast.malia, cast.sven):
        assert copies.every(person.actor) == []
        for ask in (copies.mine, lambda one, actor: copies.discard(actor=actor, copy_id=one)):
            with pytest.raises(Unknown):
                ask(copy.id, person.actor)
        with pytest.raises(Unknown):
            copies.save(actor=person.actor, copy_id=copy.id, typed=Typed({"title.en": "x"}))
        with pytest.raises(Unknown):
            copies.finish(actor=person.actor, copy_id=copy.id, verb=Verb.PUBLISH)


@pytest.mark.parametrize("owner", ["FJI", "reef-institute", "nobody-knows"])
def test_nobody_begins_for_others(cast: Cast, owner: str) -> None:
    with pytest.raises(Forbidden):
        copies.begin(actor=cast.malia.actor, format="need", language="en", owner=owner, answers={}, title="")


def test_what_is_not_fit_stays_a_copy(cast: Cast) -> None:
    copy = begun(cast, urgency="soonish")
    with pytest.raises(InvalidRecord):
        copies.finish(actor=cast.losa.actor, copy_id=copy.id, verb=Verb.PUBLISH)
    assert not Record.objects.exists() and not Change.objects.exists()
    copy.refresh_from_db()
    assert copy.answers["urgency"] == "soonish"


def test_a_copy_without_the_right_to_publish_makes_no_draft_either(cast: Cast) -> None:
    copy = copies.begin(
        actor=cast.priya.actor, format="need", language="en", owner="reef-institute", title="",
        answers={"title": {"en": "Reef"}, "summary": {"en": "Count"}},
    )  # fmt: skip
    with pytest.raises(Forbidden):
        copies.finish(actor=cast.priya.actor, copy_id=copy.id, verb=Verb.PUBLISH)
    assert not Record.objects.exists() and WorkingCopy.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_record() -> None:
    cast = assemble()
    copy = begun(cast)
    found: list[str] = []

    def press() -> None:
        try:
            found.append(copies.finish(actor=cast.losa.actor, copy_id=copy.id, verb=Verb.PUBLISH).id)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {copy.id} and len(found) == 8
    assert Record.objects.count() == Revision.objects.count() == 1
    assert Change.objects.filter(verb="publish").count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_saves_at_once_lose_nothing() -> None:
    """Each of eight pages saves its own answer of the same copy at the same moment."""
    cast = assemble()
    copy = begun(cast)

    def write(number: int) -> None:
        try:
            typed = Typed(
                {f"title.x{chr(97 + number)}": str(number)}, writer=f"page-{number}", number=1, by_itself=True
            )
            assert not copies.save(actor=cast.losa.actor, copy_id=copy.id, typed=typed).refused
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    copy.refresh_from_db()
    assert len(copy.answers["title"]) == 9 and copy.saved == 8


@pytest.mark.django_db(transaction=True)
def test_fifty_people_write_and_publish_at_once() -> None:
    """Each saves twice and publishes; two of them revise the same record, and one of these hears of the other."""
    cast = assemble()
    shared = copies.finish(actor=cast.losa.actor, copy_id=begun(cast).id, verb=Verb.PUBLISH)
    people = [Account.objects.create_user(f"p{number}@example.org") for number in range(50)]
    for account in people:
        Membership.objects.create(account=account, party_id="FJI", role=Role.PUBLISHING_AUTHORITY)
    conflicts: list[int] = []

    def work(number: int) -> None:
        actor, reader = Actor(account_id=people[number].pk), reader_of(people[number])
        try:
            copy = (
                copies.revising(actor=actor, reader=reader, record_id=shared.id) if number < 2
                else copies.begin(actor=actor, format="need", language="en", owner="FJI", answers={}, title="")
            )  # fmt: skip
            for piece_of, text in (("title.en", f"Need {number}"), ("summary.en", f"Count {number}")):
                copies.save(actor=actor, copy_id=copy.id, typed=Typed({piece_of: text}))
            together.wait(60)
            copies.finish(actor=actor, copy_id=copy.id, verb=Verb.PUBLISH)
        except Conflict:
            conflicts.append(number)
        finally:
            connection.close()

    together = threading.Barrier(50)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(conflicts) == 1 and WorkingCopy.objects.count() == 1
    assert Record.objects.filter(state="published").count() == 49
    assert sorted(one.data["title"]["en"] for one in Revision.objects.exclude(record=shared)) == sorted(
        f"Need {number}" for number in range(2, 50)
    )
    for record in Record.objects.exclude(pk=shared.id):
        assert list(Change.objects.filter(record_id=record.id).order_by("serial").values_list("verb", flat=True)) == [
            "draft", "publish",
        ]  # fmt: skip
