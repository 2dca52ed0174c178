"""What is withheld is shown to those who work for the owner and to whom the record names, and to nobody else."""

from typing import Any

import pytest

from landbridge.formats.validate import InvalidRecord, validate
from landbridge.registry.actions import NODE, draft, publish, revise
from landbridge.registry.disclosure import public_part
from landbridge.registry.queries import get, pair, published, revisions, states
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.writing import digest
from tests.cast import Cast

POINT = {"latitude": -18.12345, "longitude": 178.43219, "blurred": True}
DATA: dict[str, Any] = {
    "title": "Ponds", "summary": "Ponds of a village.", "description": "The whole story.", "point": POINT,
    "contacts": [{"email": "chief@example.org"}], "withheld": ["description", "contacts"],
    "disclosed_to": ["navakavu"],
}  # fmt: skip


def _published(owner: str | None = "reef-institute", **more: Any) -> None:
    draft(actor=NODE, format="technology", data={**DATA, **more}, record_id="ponds", owner=owner)
    publish(actor=NODE, record_id="ponds")


def test_who_sees_the_whole_and_who_the_public_part(cast: Cast) -> None:
    _published()
    for person, whole in ((cast.priya, True), (cast.malia, True), (cast.losa, False), (cast.henri, False),
                          (cast.sven, False)):  # fmt: skip
        data = get("ponds", person.reader).data
        assert ("description" in data and "contacts" in data and "disclosed_to" in data) == whole, person
        assert (data["point"]["latitude"] == -18.12345) == whole
        assert {"title", "summary", "withheld"} <= set(data)
    assert get("ponds", ANYONE).data["point"] == {"latitude": -18.1, "longitude": 178.4, "blurred": True}
    assert "disclosed_to" not in get("ponds", ANYONE).data


def test_every_query_gives_only_that(cast: Cast) -> None:
    _published()
    told = [get("ponds", ANYONE), get("ponds", ANYONE, 1), states(["ponds"])["ponds"], published(ANYONE)[0]]
    told.append(pair("ponds", ANYONE).after)
    assert all(view.data == told[0].data and "description" not in view.data for view in told)


def test_no_digest_tells_whether_a_guess_is_right(cast: Cast) -> None:
    _published()
    public = get("ponds", ANYONE)
    assert public.sha256 == digest(public.data) != get("ponds", OPERATOR).sha256
    assert [line.sha256 for line in revisions("ponds", ANYONE)] == [public.sha256]
    assert [line.sha256 for line in revisions("ponds", OPERATOR)] == [get("ponds", OPERATOR).sha256]


def test_what_is_withheld_today_is_withheld_from_what_was_told_before(cast: Cast) -> None:
    _published(withheld=None, point={**POINT, "blurred": False})
    assert "description" in get("ponds", ANYONE).data
    revise(actor=NODE, record_id="ponds", data=DATA, language="en")
    assert "description" in get("ponds", ANYONE).data, "a draft withholds nothing yet"
    publish(actor=NODE, record_id="ponds")
    old = get("ponds", ANYONE, 1)
    assert "description" not in old.data and old.data["point"] == {
        "latitude": -18.1,
        "longitude": 178.4,
        "blurred": True,
    }
    assert old.sha256 == digest(old.data) == revisions("ponds", ANYONE)[1].sha256
    assert "description" not in pair("ponds", ANYONE).before.data
    assert "description" in get("ponds", cast.malia.reader, 1).data, "whom the record names today reads all of it"
    assert "description" in get("ponds", OPERATOR, 1).data


def test_what_was_withheld_then_stays_so_in_that_revision(cast: Cast) -> None:
    _published()
    revise(actor=NODE, record_id="ponds", data={**DATA, "withheld": None, "description": "For all."}, language="en")
    publish(actor=NODE, record_id="ponds")
    assert "description" in get("ponds", ANYONE).data
    assert "description" not in get("ponds", ANYONE, 1).data


def test_an_answer_for_statistics_only_is_shown_to_nobody_outside(cast: Cast) -> None:
    data = {"title": "A", "summary": "s", "gender": "woman", "consent_to_list": True}
    draft(actor=cast.sven.actor, format="expert", data=data, record_id="a")
    publish(actor=NODE, record_id="a")
    for person, whole in ((cast.sven, True), (cast.henri, True), (cast.losa, False), (cast.priya, False)):
        assert ("gender" in get("a", person.reader).data) == whole


@pytest.mark.parametrize("name", ["title", "summary", "withheld", "tk_labels", "consent_reference", "confirmed_on",
                                  "expires_on", "sample", "nonsense", "translations"])  # fmt: skip
def test_what_no_record_can_withhold(name: str) -> None:
    with pytest.raises(InvalidRecord):
        validate("technology", {"title": "t", "summary": "s", "withheld": [name]})


def test_a_record_that_holds_nothing_back_is_the_same_object() -> None:
    data = {"title": {"en": "t"}, "point": {"latitude": 1.23456, "longitude": 2.34567}}
    assert public_part("technology", data) is data


def test_who_asks_is_not_shown_where_they_do_not_want_it(cast: Cast) -> None:
    asking = {"title": "Ponds", "summary": "Ponds of a village.", "requester": [{"name": "Zyx Council"}],
              "contacts": [{"email": "zyx@example.org"}], "anonymous": True}  # fmt: skip
    draft(actor=NODE, format="need", data=asking, record_id="quiet", owner="FJI")
    publish(actor=NODE, record_id="quiet")
    told = [get("quiet", ANYONE), get("quiet", cast.priya.reader), states(["quiet"])["quiet"], published(ANYONE)[0]]
    assert all("yx" not in str(view.data) for view in told)
    assert get("quiet", cast.losa.reader).data["requester"] == [{"name": "Zyx Council"}]
    revise(actor=NODE, record_id="quiet", data={**asking, "anonymous": False}, language="en")
    assert "yx" not in str(get("quiet", ANYONE).data), "not before it is published anew"
