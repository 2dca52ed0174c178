"""What is said on a record by those who work on it, through the API."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from landbridge.registry import comments
from landbridge.registry.actions import NODE, draft, submit
from landbridge.registry.models import Comment
from tests.api.writer import DATA, Program, told
from tests.cast import Cast

Of = Callable[..., Program]


def test_a_remark_on_one_answer(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    address = f"/records/{record['id']}/comments"
    made = told(malia.post(address, {"text": "Which villages?", "field": "summary"}), 201)
    assert (made["field"], made["revision"], Comment.objects.get().text) == ("summary", 1, "Which villages?")
    assert told(malia.post(address, {"text": "All.", "answers": made["id"]}), 201)["answers"] == made["id"]
    for body, field in (({"text": " "}, "text"), ({"text": "x", "field": "colour"}, "field"), ({}, "text")):
        assert told(malia.post(address, body), 422)["errors"][0]["field"] == field
    told(malia.post(address, {"text": "x", "answers": 99999}), 404)
    told(program(cast.priya.account).post(address, {"text": "x"}), 404)


def test_what_was_said_is_read_by_those_who_work_on_it(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")["id"]
    address = f"/records/{record}/comments"
    assert told(malia.get(address)) == {"comments": []}
    asked = told(malia.post(address, {"text": "Which villages?", "field": "summary"}), 201)
    told(malia.post(address, {"text": "On all of it"}), 201)
    told(malia.revise(record, "*"))
    told(malia.post(address, {"text": "Two.", "answers": asked["id"]}), 201)
    comments.settle(actor=cast.malia.actor, reader=cast.malia.reader, comment_id=asked["id"])
    told(malia.post(f"/records/{record}/submit"))
    told(program(cast.henri.account).post(address, {"text": "Good"}), 201)
    response = malia.get(address)
    assert response["Cache-Control"] == "private, no-store"
    said = told(response)["comments"]
    assert [(one["text"], one["field"], one["revision"]) for one in said] == [
        ("Which villages?", "summary", 1), ("On all of it", "", 1), ("Two.", "summary", 2), ("Good", "", 2)
    ]  # fmt: skip
    assert [one["answers"] for one in said] == [None, None, asked["id"], None]
    assert [one["settled_at"] is not None for one in said] == [True, False, True, False]
    assert [one["author"] for one in said] == ["malia", "malia", "malia", "henri"]


def test_what_was_said_is_for_nobody_else(cast: Cast, program: Of) -> None:
    """The record is shown to all; the work on it is not. A key must be for reading."""
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")["id"]
    told(malia.post(f"/records/{record}/comments", {"text": "Between us"}), 201)
    told(malia.post(f"/records/{record}/publish"))
    address = f"/records/{record}/comments"
    missing = told(malia.get("/records/none/comments"), 404)["detail"]
    for person in (cast.sven, cast.priya, cast.losa):  # Losa may endorse it, and does not work on it.
        assert told(program(person.account).get(address), 404)["detail"] == missing
    told(program().get(address), 401)
    told(program(cast.malia.account, "comment", "draft").get(address), 403)


def test_a_remark_on_a_withheld_answer_is_kept_from_who_does_not_see_the_answer(cast: Cast, program: Of) -> None:
    """Henri at the help desk works on what was submitted; what the community withholds he is not shown."""
    data = {**DATA, "description": "<p>The pool.</p>", "withheld": ["description"]}
    record = draft(actor=cast.malia.actor, format="technology", data=data, owner="navakavu").pk
    submit(actor=NODE, record_id=record)
    address = f"/records/{record}/comments"
    for field in ("description", "title"):
        told(program(cast.malia.account).post(address, {"text": f"On {field}", "field": field}), 201)
    seen = [one["text"] for one in told(program(cast.henri.account).get(address))["comments"]]
    assert seen == ["On title"]


def test_thirty_remarks_take_as_many_queries_as_one(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")["id"]
    counts = []
    for number in range(30):
        told(malia.post(f"/records/{record}/comments", {"text": f"No. {number}"}), 201)
        if number in (0, 29):
            with CaptureQueriesContext(connection) as queries:
                assert len(told(malia.get(f"/records/{record}/comments"))["comments"]) == number + 1
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 5
