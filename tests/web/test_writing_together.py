"""Two people, two windows, a line that drops, a session that ends: nothing that was typed is lost."""

from typing import Any

from django.test import Client

from landbridge.registry.actions import revise
from landbridge.registry.copies import begin, finish
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.workflow import Verb
from tests.cast import Cast
from tests.web.forms.conftest import cast, fill, losa, sign_in, start
from tests.web.forms.samples import controls
from tests.web.reading import read_page, words
from tests.web.test_writing import NEED, publish_form, the_copy

__all__ = ["cast", "fill", "losa", "sign_in", "start"]


def published_need(cast: Cast) -> Record:
    copy = begin(
        actor=cast.losa.actor, format="need", language="en", owner="FJI", title="",
        answers={"title": {"en": "Reef"}, "summary": {"en": "Count"}, "places": ["FJI"], "urgency": "urgent"},
    )  # fmt: skip
    return finish(actor=cast.losa.actor, copy_id=copy.id, verb=Verb.PUBLISH)


def test_two_people_who_changed_different_answers_are_put_together(cast: Cast, losa: Client, fill: Any) -> None:
    record = published_need(cast)
    address = losa.get(f"/write/record/{record.id}").headers["Location"]
    assert losa.get(f"/write/record/{record.id}").headers["Location"] == address
    theirs = Revision.objects.get().data | {"urgency": "long-term"}
    revise(actor=cast.losa.actor, record_id=record.id, data=theirs, language="en")
    fill(losa, address, **{"title.en": "Reefs"})
    assert "newer version" in words(read_page(losa.get(address)))
    assert publish_form(losa, address).headers["Location"] == f"{address}/merge"
    assert losa.get(f"{address}/merge").headers["Location"] == f"{address}/finish"
    assert publish_form(losa, address).status_code == 302
    data = Revision.objects.get(number=3).data
    assert (data["title"], data["urgency"]) == ({"en": "Reefs"}, "long-term")


def test_two_people_who_changed_the_same_answers_choose(cast: Cast, losa: Client, fill: Any) -> None:
    record = published_need(cast)
    address = losa.get(f"/write/record/{record.id}").headers["Location"]
    theirs = Revision.objects.get().data | {"title": {"en": "Theirs"}, "places": ["FJI", "TON"], "urgency": "long-term"}
    revise(actor=cast.losa.actor, record_id=record.id, data=theirs, language="en")
    fill(losa, address, **{"title.en": "Mine", "places": ["", "FJI", "WSM"], "urgency": ""})
    page = read_page(losa.get(f"{address}/merge"), 409)
    assert "Theirs" in words(page) and "Mine" in words(page) and "Samoa" in words(page)
    base = page.xpath("//input[@name='_base']/@value")[0]
    picks = {"pick.title.en": "theirs", "pick.places": "both", "pick.urgency": "mine"}
    assert losa.post(f"{address}/merge", {"_base": base, **picks}).status_code == 302
    assert publish_form(losa, address, _record=record.id).status_code == 302
    data = Revision.objects.get(number=3).data
    assert data["title"] == {"en": "Theirs"} and data["places"] == ["FJI", "TON", "WSM"] and "urgency" not in data
    again = publish_form(losa, address, _record=record.id)
    assert again.headers["Location"] == f"/records/{record.id}"
    assert Change.objects.filter(verb="publish").count() == 2


def test_two_windows_of_the_same_draft(losa: Client, start: Any) -> None:
    address = start(losa)
    one, two = (controls(read_page(losa.get(address))) for _ in range(2))
    assert losa.post(address, one | {"title.en": ["One"], "urgency": ["urgent"]}).status_code == 302
    answer = losa.post(address, two | {"title.en": ["Two"], "summary.en": ["Only here"]})
    page = read_page(answer, 409)
    assert the_copy(address).answers == {
        "title": {"en": "One"}, "urgency": "urgent", "summary": {"en": "Only here"},
    }  # fmt: skip
    hidden = {one.get("name"): one.get("value") for one in page.xpath("//main//form//input[@type='hidden']")}
    assert losa.post(f"{address}/choose", {**hidden, "pick.title.en": "mine"}).status_code == 302
    assert the_copy(address).title == "Two"


def autosave(client: Client, address: str, sent: dict[str, Any], **more: Any) -> Any:
    return client.post(f"{address}/autosave", {**sent, **more}, headers={"accept": "application/json"})


def test_a_late_save_never_undoes_a_newer_one(losa: Client, start: Any) -> None:
    address = start(losa)
    sent = controls(read_page(losa.get(address)))
    early = sent | {"title.en": ["Early"], "_saved": ["0"]}
    newer = sent | {"title.en": ["Newer"], "_saved": ["1"]}
    assert autosave(losa, address, newer).json()["late"] is False
    assert autosave(losa, address, early).json()["late"] is True
    assert the_copy(address).title == "Newer"


def test_a_save_whose_answer_got_lost_can_be_taken_back(losa: Client, start: Any) -> None:
    """The page does not know whether its first save arrived; what it says next counts in any case."""
    address = start(losa)
    sent = controls(read_page(losa.get(address)))
    autosave(losa, address, sent | {"title.en": ["First"], "_saved": ["0"]})
    unsure = sent["_was"][0].replace('"title.en":""', '"title.en":"?"')
    assert autosave(losa, address, sent | {"_saved": ["1"], "_was": [unsure]}).json()["saved"]
    assert the_copy(address).answers == {}


def test_a_refused_window_stays_refused(losa: Client, start: Any) -> None:
    address = start(losa)
    one, two = (controls(read_page(losa.get(address))) for _ in range(2))
    autosave(losa, address, one | {"title.en": ["One"]})
    for number in ("1", "2", "3"):
        answer = autosave(losa, address, two | {"title.en": ["Two"], "_saved": [number]})
        assert answer.status_code == 409
    assert the_copy(address).title == "One"


def test_a_session_that_ended_loses_nothing(losa: Client, start: Any, cast: Cast) -> None:
    address = start(losa)
    sent = controls(read_page(losa.get(address))) | {"title.en": ["Typed <b>long</b>"], "places.find": ["Fiji"]}
    losa.logout()
    page = read_page(losa.post(address, sent), 403)
    held = {one.get("name"): one.get("value") for one in page.xpath("//main//form[@action]//input[@type='hidden']")}
    assert held["title.en"] == "Typed <b>long</b>"
    assert page.xpath("//a[@target='_blank']/@href")[0].startswith("/account/login/?next=")
    losa.force_login(cast.losa.account)
    assert losa.post(address, held).status_code == 302
    assert the_copy(address).answers["places"] == ["FJI"]


def test_a_stale_token_holds_what_was_typed(cast: Cast, searchable: None, start: Any) -> None:
    strict = Client(headers={"host": "localhost", "accept-language": "en"}, enforce_csrf_checks=True)
    strict.force_login(cast.losa.account)
    copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers={}, title="")
    address, sent = f"/write/{copy.id}", {"title.en": "Typed", "_do": "save", "csrfmiddlewaretoken": "old"}
    page = read_page(strict.post(address, sent, headers={"origin": "http://localhost"}), 403)
    held = {one.get("name"): one.get("value") for one in page.xpath("//main//form//input[@type='hidden']")}
    assert held["title.en"] == "Typed" and held["csrfmiddlewaretoken"] != "old"
    assert strict.post(address, held, headers={"origin": "http://localhost"}).status_code == 302
    strange = strict.post(address, sent, headers={"origin": "https://evil.example"})
    assert "Typed" not in strange.content.decode() and strange.status_code == 403
    unknown = strict.post(address, sent)
    assert "Typed" not in unknown.content.decode()
    assert autosave(strict, address, sent).json()["reason"] == "session"


def test_publishing_twice_at_once_is_one_record(cast: Cast, losa: Client, start: Any, fill: Any) -> None:
    """The same request again, after the first was answered: what a browser does when the line drops."""
    address = start(losa)
    fill(losa, address, **NEED)
    publish_form(losa, address)
    record = Record.objects.get()
    sent = {"_do": "save", "_format": "need", "_original": "en", "title.en": "Typed later", "_section": "first"}
    there = losa.post(address, sent).headers["Location"]
    assert the_copy(there).record_id == record.id and the_copy(there).title == "Typed later"
