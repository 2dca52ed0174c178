"""Bundles on the page: for administrators of the node alone, without JavaScript, and never taken in unseen."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from landbridge.exchange.bundles import jobs
from landbridge.exchange.bundles.contents import asked
from landbridge.exchange.bundles.making import make
from landbridge.exchange.models import BundleJob, Word, WorkRight
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.actions import NODE
from landbridge.registry.models import Record
from landbridge.web import bundling
from tests.cast import Company, assemble_all
from tests.exchange.bundles.elsewhere import HERE, THERE, become, fingerprint, know, publish
from tests.web.conftest import HOST
from tests.web.reading import read_page, words

pytestmark = [pytest.mark.once, pytest.mark.django_db]
ADDRESS = "/network/bundles"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Everybody, on a node that does at once what a process of its own would do."""
    become(HERE, monkeypatch, tmp_path / "here")
    monkeypatch.setattr(jobs, "start", lambda job: jobs.run(job.pk, _extras))
    monkeypatch.setattr(bundling, "_form", lambda *named: b"a form")
    yield assemble_all()


def _extras(wish: Any, watch: Any) -> Any:
    return bundling.pages_and_forms(wish.pages, watch)


def browser(person: Any, **more: Any) -> Client:
    client = Client(headers={"host": HOST, "accept-language": "en"}, **more)
    client.force_login(person.account)
    return client


def stick(tmp_path: Path, patch: pytest.MonkeyPatch) -> bytes:
    """A bundle of another node, which this one knows afterwards."""
    become(THERE, patch, tmp_path / "there")
    publish("reef-one", "reef-two")
    make(actor=NODE, wish=asked({}), target=tmp_path / "stick.zip")
    print_ = fingerprint()
    become(HERE, patch, tmp_path / "here")
    know(THERE, print_)
    return (tmp_path / "stick.zip").read_bytes()


def test_others_do_not_learn_of_it(company: Company) -> None:
    job = jobs.want(actor=NODE, wish={})
    for person in (company.losa, company.henri, company.chen):
        client = browser(person)
        for address in (ADDRESS, f"{ADDRESS}/{job.pk}", f"{ADDRESS}/{job.pk}/1"):
            assert client.get(address).status_code == 404
        for address in ("make", "work", "read", "allow", job.pk):
            assert client.post(f"{ADDRESS}/{address}", {}).status_code == 404
    assert Client(headers={"host": HOST}).get(ADDRESS).status_code == 302
    assert BundleJob.objects.get().state == "waiting"


def test_made_and_downloaded(company: Company) -> None:
    publish("reef-one", "reef-two")
    client = browser(company.ada)
    assert len(read_page(client.get(ADDRESS)).xpath("//nav[@class='languages']//li")) == len(LANGUAGES)
    answer = client.post(f"{ADDRESS}/make", {"files": "1", "pages": ["en", "zh"], "formats": ["technology"]})
    page = read_page(client.get(answer["Location"]))
    (link,) = page.xpath("//main//a[contains(@class, 'button')]/@href")
    sent = client.get(link)
    assert sent["Content-Type"] == "application/zip"
    assert b"".join(sent.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert "attachment" in sent["Content-Disposition"]
    again = client.post(f"{ADDRESS}/make", {"files": "1", "pages": ["en"], "formats": ["technology"], "since": "last"})
    assert "Records: 0." in words(read_page(client.get(again["Location"])))


@pytest.mark.parametrize(
    "given",
    [{"place": "Atlantis"}, {"formats": "nonsense"}, {"pages": "xx"}, {"volume": "-1"}, {"volume": "5", "pages": "en"},
     {"day": "yesterday"}, {"peer": "https://nobody.example"}, {"peer": "x\0"}, {"place": "\0"}, {"language": "\0"}],
)  # fmt: skip
def test_nonsense_is_one_line(company: Company, given: dict[str, str]) -> None:
    client = browser(company.ada)
    answer = client.post(f"{ADDRESS}/make", given)
    if answer.status_code == 302:  # It was found out while it was made.
        page = read_page(client.get(answer["Location"]))
        assert page.xpath("//p[@class='notice']")
    else:
        assert read_page(answer, 400).xpath("//*[@role='alert']")


def test_looked_at_first_and_taken_in_once(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    content = stick(tmp_path, monkeypatch)
    client = browser(company.ada)
    answer = client.post(f"{ADDRESS}/read", {"bundle": SimpleUploadedFile("../../stick.zip", content)})
    address = answer["Location"]
    page = read_page(client.get(address))
    assert "What would come in" in words(page)
    assert THERE in words(page)
    assert not Record.objects.exists()
    for _ in range(2):
        assert client.post(address, {}).status_code == 302
    assert "What came of it" in words(read_page(client.get(address)))
    assert Record.objects.filter(origin=THERE).count() == 2
    assert client.get(f"{address}/1").status_code == 404, "what was brought is not given out"
    for language in LANGUAGES:
        read_page(client.get(f"{address}?lang={language}"))


def test_what_is_no_bundle_is_told(company: Company) -> None:
    client = browser(company.ada)
    assert client.post(f"{ADDRESS}/read", {"bundle": ""}).status_code == 400
    answer = client.post(f"{ADDRESS}/read", {"bundle": BytesIO(b"a letter")})
    assert "neither a ZIP nor a folder" in words(read_page(client.get(answer["Location"])))


def test_the_file_is_taken_with_the_token_of_our_form_only(company: Company) -> None:
    client = browser(company.ada, enforce_csrf_checks=True)
    assert client.post(f"{ADDRESS}/read", {"bundle": BytesIO(b"x")}).status_code == 403
    token = client.get(ADDRESS).context["csrf_token"]
    sent = {"bundle": BytesIO(b"x"), "csrfmiddlewaretoken": str(token)}
    assert client.post(f"{ADDRESS}/read", sent, headers={"origin": f"http://{HOST}"}).status_code == 302


def test_the_page_stays_light(company: Company) -> None:
    client = browser(company.ada)
    know(THERE, "0" * 64)

    def weigh() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked_for:
            assert len(client.get(ADDRESS).content) < 80_000
        return len(asked_for)

    one = jobs.want(actor=NODE, wish={})
    few = weigh()
    for _ in range(30):
        jobs.want(actor=NODE, wish={})
    assert few == weigh() <= 12
    BundleJob.objects.filter(pk=one.pk).update(state="running", moved_at=timezone.now() - timedelta(hours=1))
    assert "The node stopped meanwhile" in words(read_page(client.get(f"{ADDRESS}/{one.pk}")))


def test_the_right_to_write_for_a_party(company: Company) -> None:
    client = browser(company.ada)
    know(THERE, "0" * 64)
    assert client.post(f"{ADDRESS}/allow", {"peer": THERE, "party": "nobody"}).status_code == 400
    assert client.post(f"{ADDRESS}/allow", {"peer": THERE, "party": "FJI"}).status_code == 302
    assert WorkRight.objects.get().party_id == "FJI"
    assert "Fiji" in words(read_page(client.get(ADDRESS)))
    client.post(f"{ADDRESS}/allow", {"peer": THERE, "party": "FJI", "do": "remove"})
    assert not WorkRight.objects.exists()
    answer = client.post(f"{ADDRESS}/work", {"peer": THERE, "drafts": "1"})
    assert jobs.file_of(BundleJob.objects.get(pk=answer["Location"].rsplit("/", 1)[1])) is not None


def test_people_say_something_on_a_record_of_another_node(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    content = stick(tmp_path, monkeypatch)
    publish("our-own")
    job = jobs.bring(actor=NODE, name="stick.zip", chunks=[content])
    jobs.run(job.pk, _extras)
    jobs.approve(actor=NODE, job=job)
    jobs.run(job.pk, _extras)
    client = browser(company.sven)
    read_page(client.get("/network/words/reef-one"))
    assert client.post("/network/words/reef-one", {"kind": "comment", "text": " "}).status_code == 400
    assert client.post("/network/words/reef-one", {"kind": "confirm"}).status_code == 400
    assert client.post("/network/words/reef-one", {"kind": "interest", "text": "Us too"}).status_code == 302
    changed = client.post("/network/words/reef-one", {"kind": "change", "owner": ""})
    assert changed["Location"].startswith("/write/record/")
    assert client.get(changed["Location"]).status_code in (200, 302)
    assert "Us too" in words(read_page(client.get("/network/words/reef-one")))
    assert sorted(Word.objects.values_list("kind", flat=True)) == ["change", "interest"]
    assert client.get("/network/words/our-own")["Location"] == "/records/our-own"
    assert client.get("/network/words/nothing").status_code == 404
