"""Writing a record, as the person at the form sees it."""

import gzip
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from landbridge.registry.copies import begin
from landbridge.registry.models import Record, Revision, WorkingCopy
from tests.cast import Cast
from tests.web.forms.conftest import cast, fill, losa, sign_in, start
from tests.web.forms.samples import controls
from tests.web.reading import read_page, words

__all__ = ["cast", "fill", "losa", "sign_in", "start"]
NEED = {
    "title.en": "Reef monitoring with fishing villages", "summary.en": "We want to count reef fish ourselves.",
    "objective.en": "Counts each season", "support_types": ["", "training"], "places.find": "Fidji",
    "targets": ["", "target-02"], "technologies.find": "", "urgency": "urgent",
}  # fmt: skip


def the_copy(address: str) -> WorkingCopy:
    return WorkingCopy.objects.get(pk=address.partition("?")[0].rpartition("/")[2])


def publish_form(client: Client, address: str, do: str = "publish", **more: str) -> Any:
    return client.post(f"{address}/finish", {"_do": do, "_visibility": "public", **more})


def test_eight_answers_are_published(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    assert fill(losa, address, "finish", **NEED).headers["Location"] == f"{address}/finish"
    page = read_page(losa.get(f"{address}/finish"))
    assert not page.xpath("//section[@id='errors']")
    answer = publish_form(losa, address)
    record = Record.objects.get()
    assert answer.headers["Location"] == f"/records/{record.id}"
    assert (record.owner_id, record.workflow, record.state, record.visibility) == (
        "FJI", "national", "published", "public",
    )  # fmt: skip
    assert Revision.objects.get().data["places"] == ["FJI"]
    assert not WorkingCopy.objects.exists()
    assert "Reef monitoring" in words(read_page(losa.get(f"/records/{record.id}")))


def test_a_second_press_makes_no_second_record(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    fill(losa, address, **NEED)
    first, again = publish_form(losa, address), publish_form(losa, address)
    assert first.headers["Location"] == again.headers["Location"]
    assert Record.objects.count() == Revision.objects.count() == 1
    assert losa.get(address).headers["Location"] == f"/records/{Record.objects.get().id}"


def test_what_is_missing_is_listed_and_leads_to_its_question(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    fill(losa, address, **{"title.en": "Only a title"})
    answer = publish_form(losa, address)
    page = read_page(answer, 422)
    link = page.xpath("//section[@id='errors']//a")[0]
    assert "Summary" in link.text_content()
    where, _, anchor = link.get("href").partition("#")
    assert read_page(losa.get(where)).xpath(f"//*[@id='{anchor}']")
    assert not Record.objects.exists()


def test_malformed_answers_are_told_once_on_the_way(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    there = fill(losa, f"{address}?section=people", "next", beneficiary_count="a hundred").headers["Location"]
    assert "check=1" in there
    page = read_page(losa.get(there))
    assert page.xpath("//input[@id='f-beneficiary_count']/@value") == ["a hundred"]
    assert page.xpath("//input[@id='f-beneficiary_count']/@aria-invalid") == ["true"]
    assert "section=people" not in fill(losa, there.partition("#")[0], "next").headers["Location"]


def test_traditional_knowledge_needs_a_consent_before_it_is_shown(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa, "technology")
    fill(losa, address, **{"title.en": "Weir", "summary.en": "Stone weir"})
    fill(losa, f"{address}?section=indigenous", traditional_knowledge="yes")
    page = read_page(publish_form(losa, address), 422)
    assert "consent" in words(page, "//section[@id='errors']")
    fill(losa, f"{address}?section=indigenous", consent_reference="Protocol 7")
    assert publish_form(losa, address).status_code == 302


def test_each_does_what_their_role_allows(cast: Cast, searchable: None, sign_in: Any, start: Any, fill: Any) -> None:
    priya = sign_in(cast.priya)
    address = start(priya, "offer", "reef-institute")
    fill(priya, address, **{"title.en": "Course", "summary.en": "Ten days"})
    page = read_page(priya.get(f"{address}/finish"))
    assert not page.xpath("//button[@value='publish']")
    assert publish_form(priya, address, "publish").status_code == 403
    assert not Record.objects.exists()
    assert publish_form(priya, address, "submit").status_code == 302
    record = Record.objects.get()
    assert (record.state, record.workflow) == ("submitted", "reference")
    assert priya.get(f"/write/record/{record.id}").status_code == 403  # It waits for review.


def test_nobody_writes_for_others(cast: Cast, searchable: None, sign_in: Any, start: Any) -> None:
    sven = sign_in(cast.sven)
    assert sven.post("/write/new/need", {"owner": "FJI", "language": "en"}).status_code == 403
    address = start(sven, "need", "")
    for other in (cast.losa, cast.henri, cast.priya):
        client = sign_in(other)
        assert client.get(address).status_code == 404
        assert client.post(address, {"_do": "save", "title.en": "x"}).status_code == 404
        for part in ("finish", "preview", "merge", "alike"):
            assert client.get(f"{address}/{part}").status_code == 404
        for part in ("autosave", "discard", "choose", "finish"):
            assert client.post(f"{address}/{part}").status_code in (404, 410)
    assert Client(headers={"host": "localhost"}).get(address).status_code == 302


def test_fields_that_no_control_gives_are_ignored(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    fill(losa, address, **{**NEED, "owner": "TON", "state": "published", "visibility": "private", "sample": "yes",
                           "record_id": "reef-need", "account": "1", "base": "7", "id": "x", "translations": "x",
                           "files.0.sha256": "a" * 64})  # fmt: skip
    copy = the_copy(address)
    assert (copy.owner, copy.visibility, copy.record_id, copy.base) == ("FJI", "public", "", 0)
    assert set(copy.answers) == {"title", "summary", "objective", "support_types", "places", "targets", "urgency"}


def test_a_place_is_found_in_any_language_without_a_script(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    there = fill(losa, address, "find:places", **{"places.find": "папуа"}).headers["Location"]
    page = read_page(losa.get(there.partition("#")[0]))
    assert page.xpath("//fieldset[@id='f-places']//input[@value='PNG'][@type='checkbox']")
    assert page.xpath("//input[@name='places.find']/@value") == ["папуа"]
    fill(losa, there.partition("#")[0], places=["", "PNG"])
    assert the_copy(address).answers["places"] == ["PNG"]


def test_an_organisation_is_linked_without_a_script(losa: Client, node: None, start: Any, fill: Any) -> None:
    address = start(losa)
    there = fill(losa, f"{address}?section=people", "find:requester", **{"requester.0.name": "Reef Institute"})
    page = read_page(losa.get(there.headers["Location"].partition("#")[0]))
    assert page.xpath("//input[@name='requester.0.record'][@value='reef-institute']")
    fill(losa, f"{address}?section=people", **{"requester.0.record": "reef-institute"})
    assert the_copy(address).answers["requester"] == [{"record": "reef-institute", "name": "Reef Institute"}]


def test_records_are_looked_up_only_where_the_reader_may_see_them(losa: Client, node: None, cast: Cast,
                                                                 sign_in: Any) -> None:  # fmt: skip
    found = losa.get("/write/records?q=reef").json()
    assert any(one["id"] == "reef-need" for one in found)
    assert not [one for one in sign_in(cast.sven).get("/write/records?q=secret").json() if "secret" in one["id"]]


def test_rows_are_added_moved_and_removed_without_a_script(losa: Client, start: Any, fill: Any) -> None:
    address = f"{start(losa)}?section=people"
    there = fill(losa, address, "add:contacts", **{"contacts.0.name": "One"}).headers["Location"].partition("#")[0]
    fill(losa, there, **{"contacts.1.name": "Two", "contacts.1.email": "two@example.org"})
    fill(losa, address, "up:contacts:1")
    assert [one["name"] for one in the_copy(address).answers["contacts"]] == ["Two", "One"]
    fill(losa, address, "remove:contacts:0")
    assert the_copy(address).answers["contacts"] == [{"name": "One"}]


def test_other_languages_are_never_lost(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    fill(losa, address, **NEED)
    fill(losa, f"{address}?language=ar", **{"title.ar": "رصد الشعاب", "translations.ar": "machine"})
    fill(losa, f"{address}?language=sw", **{"title.sw": "Miamba"})
    fill(losa, address, **{"title.en": "Reef"})
    assert the_copy(address).answers["title"] == {"en": "Reef", "ar": "رصد الشعاب", "sw": "Miamba"}
    assert the_copy(address).answers["translations"] == {"ar": "machine"}
    page = read_page(losa.get(f"{address}?language=ar"))
    assert page.xpath("//input[@id='f-title'][@dir='rtl'][@lang='ar']")
    assert "Reef" in words(page, "//div[@class='original']")


def test_rows_keep_their_other_languages(losa: Client, start: Any, fill: Any) -> None:
    address = f"{start(losa)}?section=process"
    fill(losa, address, "add:results", **{"results.0.result.en": "A", "results.1.result.en": "B"})
    fill(losa, f"{address}&language=fr", **{"results.0.result.fr": "Un", "results.1.result.fr": "Deux"})
    fill(losa, address, "up:results:1")
    assert [one["result"] for one in the_copy(address).answers["results"]] == [
        {"en": "B", "fr": "Deux"}, {"en": "A", "fr": "Un"},
    ]  # fmt: skip


def test_a_title_that_is_there_already_is_told_of(losa: Client, node: None, start: Any, fill: Any) -> None:
    address = start(losa)
    assert not losa.get(f"{address}/alike?title=Zeppelin+landing+masts").json()
    found = losa.get(f"{address}/alike?title=Reef monitoring with fishing villages").json()
    assert found[0]["url"] == "/records/reef-need"
    fill(losa, address, **NEED)
    assert read_page(losa.get(address)).xpath("//*[@data-alike-list]//a[@href='/records/reef-need']")


def test_what_would_match_better_is_at_most_three_questions(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    names = [one.get("href") for one in read_page(losa.get(address)).xpath("//aside[@class='advice']//a")]
    assert len(names) == 3 and names[0].endswith("#f-places")
    fill(losa, address, **NEED)
    assert not any(one.endswith("#f-places") for one in
                   read_page(losa.get(address)).xpath("//aside[@class='advice']//a/@href"))  # fmt: skip


def test_a_preview_leaves_out_what_is_not_valid(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    fill(losa, f"{address}?section=people", beneficiary_count="many")
    assert "no title yet" in words(read_page(losa.get(f"{address}/preview")))
    fill(losa, address, **NEED)
    page = read_page(losa.get(f"{address}/preview"))
    assert "count reef fish" in words(page)
    assert page.xpath("//section[@id='errors']")


def test_a_discarded_draft_comes_back(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    fill(losa, address, **NEED)
    page = read_page(losa.post(f"{address}/discard"))
    assert not WorkingCopy.objects.exists()
    kept = page.xpath("//input[@name='kept']/@value")[0]
    for _ in range(2):
        assert losa.post("/write/undo", {"kept": kept}).headers["Location"] == address
    assert the_copy(address).answers["urgency"] == "urgent"
    assert losa.post("/write/undo", {"kept": kept + "x"}).status_code == 403


def test_a_form_of_a_discarded_draft_becomes_a_new_one(losa: Client, start: Any, fill: Any) -> None:
    address = start(losa)
    sent = controls(read_page(losa.get(address))) | {"title.en": ["Typed after all"]}
    losa.post(f"{address}/discard")
    there = losa.post(address, sent).headers["Location"]
    assert the_copy(there).title == "Typed after all"
    assert the_copy(there).owner == "FJI"


# What a page costs


def queries(client: Client, address: str, connection: Any) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    ("path", "count"), [("", 8), ("?all=1", 10), ("/finish", 7), ("/preview", 9), ("?section=people", 8)]
)
def test_a_page_asks_the_database_little(cast: Cast, losa: Client, node: None, path: str, count: int) -> None:
    from django.db import connection

    asked = []
    for many in (1, 30):
        answers = {
            "title": {"en": "Reef"}, "contacts": [{"name": f"C {number}"} for number in range(many)],
            "requester": [{"record": "reef-institute", "name": "x"}] * many,
            "related": [{"record": "reef-course"}] * many, "disclosed_to": ["FJI", "navakavu"],
        }  # fmt: skip
        copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers=answers, title="Reef")
        queries(losa, f"/write/{copy.id}{path}", connection)
        asked.append(queries(losa, f"/write/{copy.id}{path}", connection))
    assert asked[0] == asked[1] <= min(count, 12)


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_of_what_was_begun_asks_little(cast: Cast, losa: Client, many: int) -> None:
    from django.db import connection

    for number in range(many):
        begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers={}, title=f"Draft {number}")
    assert queries(losa, "/write", connection) <= 6


@pytest.mark.parametrize("format", ["technology", "need"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_form_is_light(losa: Client, start: Any, format: str, language: str) -> None:
    from landbridge.web.assets import asset

    address = start(losa, format)
    page = losa.get(f"{address}?all=1&lang={language}").content
    first = losa.get(f"{address}?lang={language}").content
    assets = sum(len(asset(name).bodies["gzip"]) for name in
                 ("landbridge.css", "desk.css", "write.css", "landbridge.js", "write.js"))  # fmt: skip
    assert len(gzip.compress(page)) + assets < 80_000
    assert len(gzip.compress(first)) + assets < 45_000
