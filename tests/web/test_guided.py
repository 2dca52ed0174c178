"""A first record from a text or a document: found, shown with its reasons, confirmed, and nothing typed is lost."""

import io
import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, assemble
from tests.web.reading import read_page

TEXT = (
    "Our fishing village near Suva has lost its mangroves to storms and would like to replant them. We need training "
    "for ten women in raising seedlings, and a small grant of 8,000 US dollars for a nursery. It is urgent."
)


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def losa(cast: Cast) -> Client:
    """Losa, signed in and reading English."""
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(cast.losa.account)
    return client


def send(client: Client, **fields: Any) -> Any:
    return client.post("/write/guided", fields)


def ticks(page: Any) -> dict[str, bool]:
    """Every proposal with whether it is ticked beforehand."""
    return {one.get("value"): one.get("checked") is not None for one in page.xpath("//input[@name='pick']")}


def test_visitors_are_asked_to_sign_in(db: None) -> None:
    answer = Client(headers={"host": "localhost"}).get("/write/guided")
    assert answer.status_code == 302
    assert "next=%2Fwrite%2Fguided" in answer["Location"]


def test_a_paragraph_becomes_a_draft(losa: Client, cast: Cast) -> None:
    page = read_page(losa.get("/write/guided"))
    assert page.xpath("//textarea[@name='text']") and page.xpath("//input[@type='file'][@name='file']")
    page = read_page(send(losa, text=TEXT))
    proposed = ticks(page)
    for key in ("places=FJI", "themes=marine-coastal", "targets=target-02", "support_types=training", "urgency=urgent"):
        assert proposed[key], key
    assert "mangroves" in page.xpath("//input[@value='themes=marine-coastal']/..")[0].text_content()
    assert "Suva" in page.xpath("//input[@value='places=FJI']/..")[0].text_content()
    budget = next(key for key in proposed if key.startswith("budget="))
    picks = [key for key, ticked in proposed.items() if ticked and key != "targets=target-02"]
    title = page.xpath("//input[@name='title']/@value")[0]
    answer = send(losa, text=TEXT, step="begin", pick=picks, format="need", language="en", title=title,
                  summary="Mine.", owner="FJI")  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:2000]
    copy = _copy(answer, cast)
    assert copy.format == "need" and copy.language == "en" and copy.owner == "FJI"
    assert copy.answers["places"] == ["FJI"] and copy.answers["urgency"] == "urgent"
    assert "target-02" not in copy.answers.get("targets", ())
    assert copy.answers["summary"] == {"en": "Mine."}
    assert (budget in picks) == ("budget" in copy.answers)
    if budget in picks:
        assert copy.answers["budget"] == {"amount": "8000", "currency": "USD"}
    assert losa.get(answer["Location"]).status_code == 200


def _copy(answer: Any, cast: Cast) -> Any:
    from landbridge.registry import copies

    return copies.mine(answer["Location"].rsplit("/", 1)[1], cast.losa.actor)


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("نريد ترميم غابات المانغروف في تونس وتدريب الصيادين على زراعة الشتلات", "ar", "places=TUN"),
        ("Nous cherchons de l'aide pour lutter contre une plante envahissante au Sénégal", "fr", "places=SEN"),
        ("Necesitamos apoyo para restaurar los manglares de Ecuador", "es", "places=ECU"),
        ("Нам нужна помощь в борьбе с инвазивными видами в Казахстане", "ru", "places=KAZ"),
        ("我们需要恢复云南的森林，请求技术援助", "zh", "places=CHN"),
    ],
)
def test_every_language_is_read_and_the_page_is_in_the_readers(
    losa: Client, text: str, language: str, key: str
) -> None:
    page = read_page(send(losa, text=text))
    assert ticks(page)[key]
    assert page.xpath("//input[@name='language']/@value") == [language]
    assert page.xpath("//html/@lang") == ["en"]


def test_looking_again_keeps_what_was_typed_and_ticked(losa: Client) -> None:
    page = read_page(send(losa, text=TEXT, step="again", format="offer", title="My title", summary="My words",
                          pick=["places=FJI"], language="en"))  # fmt: skip
    assert page.xpath("//select[@name='format']/option[@selected]/@value") == ["offer"]
    assert page.xpath("//input[@name='title']/@value") == ["My title"]
    assert page.xpath("//textarea[@name='summary']")[0].text_content().strip() == "My words"
    assert [key for key, ticked in ticks(page).items() if ticked] == ["places=FJI"]


def test_for_whom_one_may_not_write_is_said_and_nothing_is_lost(losa: Client) -> None:
    answer = send(
        losa, text=TEXT, step="begin", owner="KEN", format="need", language="en", title="T", pick=["places=FJI"]
    )
    page = read_page(answer, 422)
    assert "may not write" in page.xpath("//*[@role='alert']")[0].text_content()
    assert page.xpath("//textarea[@name='text']")[0].text_content().strip() == TEXT
    assert page.xpath("//input[@name='title']/@value") == ["T"]
    assert ticks(page)["places=FJI"]


def test_nothing_and_a_bad_file_keep_the_text(losa: Client) -> None:
    assert "Write something" in read_page(send(losa, text="  "), 422).text_content()
    bad = io.BytesIO(b"MZ this is a program")
    bad.name = "report.docx"
    page = read_page(send(losa, text=TEXT, file=bad), 422)
    assert "Only DOCX, XLSX and PDF" in page.xpath("//*[@role='alert']")[0].text_content()
    assert page.xpath("//textarea[@name='text']")[0].text_content().strip() == TEXT


def test_forged_ticks_and_seals_count_for_nothing(losa: Client, cast: Cast) -> None:
    answer = send(losa, text=TEXT, step="begin", owner="", format="need", language="en", title="T", sealed="forged",
                  pick=["places=XXX", "places=KEN", "budget={}", "title=evil", "withheld=budget"])  # fmt: skip
    assert answer.status_code == 302
    assert set(_copy(answer, cast).answers) <= {"title", "description", "summary"}


def test_a_session_that_ended_keeps_the_text(db: None) -> None:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    answer = send(client, text=TEXT)
    assert answer.status_code == 403
    assert TEXT in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["\x00", "😀" * 5000, "a" * 25_000, "<script>alert(1)</script>", "%s %(x)s {}", "，。！？", "1"]
)
def test_odd_texts_are_only_texts(losa: Client, text: str) -> None:
    answer = send(losa, text=text)
    assert answer.status_code in (200, 422)
    assert b"<script>alert(1)" not in answer.content


def test_the_pages_are_light_and_ask_little_of_the_database(losa: Client, django_assert_max_num_queries: Any) -> None:
    losa.get("/write/guided")
    with django_assert_max_num_queries(12):
        answer = send(losa, text=TEXT)
    assert len(answer.content) < 80_000
    with django_assert_max_num_queries(12):
        assert len(losa.get("/write/guided").content) < 80_000


# Forms on paper


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_blank_form_goes_out_to_anybody(db: None, kind: str) -> None:
    answer = Client(headers={"host": "localhost"}).get(f"/forms/need.{kind}?lang=ar")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert re.fullmatch(rf'attachment; filename="need-ar\.{kind}"', answer["Content-Disposition"])


def test_there_are_no_forms_of_what_is_not_there(losa: Client) -> None:
    for address in ("/forms/nothing.xlsx", "/forms/need.pdf", "/forms/need.docx?record=missing",
                    "/forms/need.docx?record=../../etc/passwd"):  # fmt: skip
        assert losa.get(address).status_code == 404, address


def _published(cast: Cast, **data: Any) -> str:
    from landbridge.registry.actions import draft

    answers = {"title": {"en": "Reefs"}, "summary": {"en": "We count."}, "places": ["FJI"], **data}
    return draft(actor=cast.losa.actor, format="need", data=answers, language="en", owner="FJI").id


def test_the_form_of_a_record_goes_to_those_who_work_on_it_only(losa: Client, cast: Cast) -> None:
    record = _published(cast, budget={"amount": "5", "currency": "USD"})
    address = f"/forms/need.xlsx?record={record}"
    assert losa.get(address).status_code == 200
    assert losa.get(f"/forms/offer.xlsx?record={record}").status_code == 404
    sven = Client(headers={"host": "localhost"})
    assert sven.get(address).status_code == 302
    sven.force_login(cast.sven.account)
    assert sven.get(address).status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_the_form_of_a_record_comes_back_as_a_draft_of_it(losa: Client, cast: Cast, kind: str) -> None:
    html = "<p>One\n two</p><ul><li>a</li></ul>"
    record = _published(cast, description={"en": html}, sample=True, urgency="urgent")
    form = io.BytesIO(losa.get(f"/forms/need.{kind}?record={record}&lang=fr").content)
    form.name = f"filled.{kind}"
    page = read_page(send(losa, file=form))
    assert "Reefs" in page.text_content()
    sealed = page.xpath("//input[@name='sealed']/@value")[0]
    answer = send(losa, step="begin", sealed=sealed, text="")
    assert answer.status_code == 302
    copy = _copy(answer, cast)
    assert copy.record_id == record and copy.base == 1 and copy.language == "en"
    from landbridge.registry.queries import latest

    assert copy.answers == latest(record, cast.losa.reader).data


def test_a_stranger_who_brings_the_form_of_a_record_begins_one_of_their_own(cast: Cast, losa: Client) -> None:
    record = _published(cast)
    form = io.BytesIO(losa.get(f"/forms/need.docx?record={record}").content)
    form.name = "filled.docx"
    sven = Client(headers={"host": "localhost", "accept-language": "en"})
    sven.force_login(cast.sven.account)
    page = read_page(send(sven, file=form))
    answer = send(sven, step="begin", text="", owner="", sealed=page.xpath("//input[@name='sealed']/@value")[0])
    from landbridge.registry.models import WorkingCopy

    assert answer.status_code in (302, 422)
    assert not WorkingCopy.objects.filter(record_id=record).exists()


def test_no_text_of_a_document_is_left_behind(losa: Client, cast: Cast) -> None:
    """Also when the person says that it is something else: what that format does not ask goes into the description."""
    from docx import Document

    document = Document()
    for text in ("Title: Reefs", "Description: The story.", "Countries and regions: Fiji", "Urgency: urgent",
                 "A line that answers nothing."):  # fmt: skip
        document.add_paragraph(text)
    kept = io.BytesIO()
    document.save(kept)
    kept.seek(0)
    kept.name = "story.docx"
    page = read_page(send(losa, file=kept, format="need"))
    sealed, text = (page.xpath(f"//*[@name='{name}']")[0] for name in ("sealed", "text"))
    answer = send(losa, step="begin", format="event", language="en", sealed=sealed.get("value"), owner="FJI",
                  text=text.text_content().strip(), keep=["title", "description", "places", "urgency"])  # fmt: skip
    copy = _copy(answer, cast)
    assert copy.format == "event"
    assert copy.answers["title"] == {"en": "Reefs"} and copy.answers["places"] == ["FJI"]
    assert "urgency" not in copy.answers
    told = copy.answers["description"]["en"]
    assert "The story." in told and "A line that answers nothing." in told and "Urgency: Urgent" in told
    assert losa.get(answer["Location"]).status_code == 200


def test_a_need_that_was_matched_goes_along_to_where_it_is_filed(losa: Client, searchable: None) -> None:
    text = "We need to replant mangroves & train people"
    matches = read_page(Client(headers={"host": "localhost"}).get("/match", {"need": text}))
    (href, *_) = matches.xpath("//a[starts-with(@href, '/write/guided')]/@href")
    asked = read_page(losa.get(href))
    assert asked.xpath("//textarea")[0].text.strip() == text
    assert losa.get("/write/guided", {"text": "\x00" * 10, "format": "\x00nothing"}).status_code == 200
