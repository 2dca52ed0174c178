"""Remarks on single answers: among those who work on a record, and nobody else."""

from datetime import UTC, datetime
from typing import Any

import pytest

from landbridge.parties.models import Membership
from landbridge.registry import actions, comments
from landbridge.registry.comments import BadComment
from landbridge.registry.models import Comment
from landbridge.registry.queries import Unknown, latest
from landbridge.registry.readers import standing_of
from landbridge.registry.review import Asked
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import Forbidden
from tests.cast import Cast, Person
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db


def submitted(person: Person, owner: str, **data: Any) -> str:
    answers = {"format": "need", "data": {**NEED, **data}, "owner": owner, "workflow": Workflow.NATIONAL}
    record = actions.draft(actor=person.actor, **answers).id
    actions.submit(actor=person.actor, record_id=record)
    return record


def say(person: Person, record: str, text: str = "Why?", **about: Any) -> Comment:
    return comments.add(actor=person.actor, reader=person.reader, record_id=record, text=text, **about)


def waiting(person: Person) -> list[str]:
    found, _ = comments.for_person(standing_of(person.account.pk), Asked())
    assert comments.count_for(standing_of(person.account.pk)) == len(found)
    return [thread.field for thread in found]


def test_strangers_neither_comment_nor_learn_that_there_is_a_record(cast: Cast) -> None:
    record = submitted(cast.losa, "FJI")
    for person in (cast.priya, cast.malia, cast.sven):
        with pytest.raises(Unknown):
            say(person, record)
    assert not Comment.objects.exists()


def test_whoever_reads_without_a_right_to_comment_does_not_comment(cast: Cast) -> None:
    record = submitted(cast.losa, "FJI")
    with pytest.raises(Forbidden):
        comments.add(actor=cast.sven.actor, reader=cast.losa.reader, record_id=record, text="Hm")


@pytest.mark.parametrize(
    ("text", "field", "why"),
    [
        ("", "", "empty"), (" \n\t ", "", "empty"), ("x" * 4001, "", "long"), ("Hm", "no_such_question", "field"),
        ("Hm", "title.<script>", "field"), ("Hm", "title." + "a" * 300, "field"), ("Hm", "title/../x", "field"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_says_why(cast: Cast, text: str, field: str, why: str) -> None:
    with pytest.raises(BadComment) as bad:
        say(cast.losa, submitted(cast.losa, "FJI"), text, field=field)
    assert bad.value.why == why


def test_a_thread_holds_what_was_answered_also_to_an_answer(cast: Cast) -> None:
    record = submitted(cast.losa, "FJI")
    first = say(cast.henri, record, "Which delta?", field="results.0.aim")
    reply = say(cast.losa, record, "Rewa.", answers=first.pk)
    say(cast.henri, record, "Thanks.", answers=reply.pk)
    thread = comments.threads(latest(record, cast.losa.reader), cast.losa.reader)["results.0.aim"][0]
    assert [thread.first.text, *(remark.text for remark in thread.replies)] == ["Which delta?", "Rewa.", "Thanks."]
    other = submitted(cast.losa, "FJI")
    with pytest.raises(Unknown):
        say(cast.losa, other, "Wrong record", answers=first.pk)


def test_a_thread_is_settled_by_anybody_who_comments_and_by_nobody_else(cast: Cast) -> None:
    thread = say(cast.henri, submitted(cast.losa, "FJI"))
    for person in (cast.priya, cast.sven):
        with pytest.raises(Unknown):
            comments.settle(actor=person.actor, reader=person.reader, comment_id=thread.pk)
    comments.settle(actor=cast.losa.actor, reader=cast.losa.reader, comment_id=thread.pk)
    thread.refresh_from_db()
    assert thread.settled_by_id == cast.losa.account.pk
    when = thread.settled_at
    comments.settle(actor=cast.henri.actor, reader=cast.henri.reader, comment_id=thread.pk)
    thread.refresh_from_db()
    assert (thread.settled_by_id, thread.settled_at) == (cast.losa.account.pk, when)
    reply = say(cast.losa, thread.record_id, "And now?", answers=thread.pk)
    with pytest.raises(Unknown):
        comments.settle(actor=cast.losa.actor, reader=cast.losa.reader, comment_id=reply.pk)


def test_a_thread_waits_for_whoever_did_not_speak_last(cast: Cast) -> None:
    record = submitted(cast.losa, "FJI")
    first = say(cast.henri, record, field="title")
    assert (waiting(cast.losa), waiting(cast.henri)) == (["title"], [])
    say(cast.losa, record, "Because.", answers=first.pk)
    assert (waiting(cast.losa), waiting(cast.henri)) == ([], ["title"])
    comments.settle(actor=cast.henri.actor, reader=cast.henri.reader, comment_id=first.pk)
    assert waiting(cast.henri) == []


def test_who_has_left_hears_no_more_of_the_records_of_their_party(cast: Cast) -> None:
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="contributor")
    record = submitted(cast.sven, "FJI")
    say(cast.losa, record, field="summary")
    assert waiting(cast.sven) == ["summary"]
    Membership.objects.filter(account=cast.sven.account).delete()
    assert waiting(cast.sven) == []


def test_what_is_withheld_is_spoken_of_only_before_those_who_see_it(cast: Cast) -> None:
    record = submitted(cast.malia, "navakavu", description="<p>The pool.</p>", withheld=["description"])
    say(cast.malia, record, "Name the pool?", field="description")
    say(cast.malia, record, "Good title.", field="title")
    assert set(comments.threads(latest(record, cast.malia.reader), cast.malia.reader)) == {"description", "title"}
    assert set(comments.threads(latest(record, cast.henri.reader), cast.henri.reader)) == {"title"}
    with pytest.raises(Unknown):
        say(cast.henri, record, "And?", answers=Comment.objects.get(field="description").pk)


def test_a_remark_is_on_the_revision_that_was_looked_at_last(cast: Cast) -> None:
    record = submitted(cast.losa, "FJI")
    actions.return_(actor=cast.losa.actor, record_id=record)
    actions.revise(actor=cast.losa.actor, record_id=record, data={**NEED, "summary": "More."}, language="en")
    remark = say(cast.losa, record)
    assert remark.revision == 2
    assert abs((datetime.now(UTC) - remark.at).total_seconds()) < 60


def test_of_many_remarks_the_newest_are_shown_with_what_they_answer(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "MOST", 3)
    record = submitted(cast.losa, "FJI")
    first = say(cast.henri, record, "Which delta?", field="title")
    for number in range(3):
        say(cast.henri, record, f"And this? {number}", field="title")
    say(cast.losa, record, "Rewa.", answers=first.pk)
    threads = comments.threads(latest(record, cast.losa.reader), cast.losa.reader)["title"]
    shown = [[thread.first.text, *(remark.text for remark in thread.replies)] for thread in threads]
    assert shown == [["Which delta?", "Rewa."], ["And this? 1"], ["And this? 2"]]
