"""Safeguards as everybody sees them: no channel tells what is withheld, labels stand verbatim, places are blurred.

Everything a stranger can ask is asked twice: of a node whose records withhold answers that nobody has given, and of the
same node when they are given. Both must answer the same, to the byte: not even a digest may change.
"""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.api.conftest import folder
from tests.cast import Cast, Person, assemble
from tests.hostile.looking import ask, look

__all__ = ["folder"]
WORD, NEAR = "zyxwombat", "zyxwombax"
COMMUNITY: dict[str, Any] = {
    "title": {"en": "Village fish ponds", "fr": "Étangs du village"}, "summary": {"en": "Ponds that a village keeps."},
    "traditional_knowledge": True, "consent_reference": "Assembly of 3 May 2026", "places": ["FJI"],
    "tk_labels": ["tk-attribution", "bc-provenance"], "label_texts": {"en": "Ask us before you build one.\nVinaka."},
    "care_statement": {"en": "The village council read this."}, "sample": True,
    "withheld": ["description", "subnational", "contacts", "targets", "themes", "technologies", "support_types",
                 "ecosystems", "providers", "links", "files", "related", "communities", "adverse_effects"],
    "point": {"latitude": -18.1, "longitude": 178.4, "blurred": True},
}  # fmt: skip
HIDDEN: dict[str, Any] = {
    "description": {"en": f"<p>The {WORD} dam of biodiversitty.</p>", "fr": f"<p>La digue {WORD}.</p>"},
    "subnational": {"en": f"{WORD} bay"}, "contacts": [{"name": f"{WORD} elder", "email": f"{WORD}@example.org"}],
    "targets": ["target-19"], "themes": ["gender"], "technologies": ["seed-bank"], "support_types": ["finance"],
    "ecosystems": ["peatland"], "providers": [{"name": f"{WORD} cooperative"}],
    "links": [{"url": f"https://example.org/{WORD}"}], "related": [{"record": f"{WORD}-record"}],
    "files": [{"name": f"{WORD}.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0" * 64}],
    "communities": {"en": f"Clan of {WORD}"}, "adverse_effects": {"en": f"{WORD} floods."},
    "disclosed_to": [f"{WORD}-council", "navakavu"],
    "point": {"latitude": -18.12345, "longitude": 178.43219, "blurred": True},
}  # fmt: skip
EXPERT: dict[str, Any] = {
    "title": {"en": "Reef adviser"}, "summary": {"en": "Knows reefs."}, "places": ["FJI"], "sample": True,
    "withheld": ["degrees", "employer", "languages", "kinds", "conflict_statement", "expertise", "vetting"],
}  # fmt: skip
HIDDEN_OF_EXPERT: dict[str, Any] = {
    "degrees": {"en": f"{WORD} degree"}, "employer": [{"name": f"{WORD} institute"}], "gender": f"{WORD}",
    "languages": [{"language": "sm", "level": "native"}], "kinds": ["legal"], "vetting": "approved",
    "conflict_statement": {"en": f"Owns {WORD}."}, "expertise": [{"field": {"en": f"{WORD} law"}}],
}  # fmt: skip
RECORDS = {"ponds": ("technology", COMMUNITY, HIDDEN), "reef-expert": ("expert", EXPERT, HIDDEN_OF_EXPERT)}
PAGES = (
    "", ".json", "/history", "/revisions/1", "?in=fr",
)  # fmt: skip
ADDRESSES = (
    *(f"/records/{name}{rest}" for name in RECORDS for rest in PAGES),
    *(f"/api/v1/records/{name}{rest}" for name in RECORDS for rest in ("", "/revisions", "/revisions/1", "/latest")),
    "/", "/search", f"/search?q={WORD}", f"/search?q={NEAR}", "/search?q=ponds", "/search?q=biodiversitty",
    "/search?q=peatland", "/search?place=FJI", "/search?target=target-19", "/search?theme=gender",
    "/search?ecosystem=peatland", "/search?support=finance", "/search?q=pond&format=json", "/search?format=csv",
    "/search?format=json", "/search?format=atom", "/search?sort=title", "/feed", f"/feed?q={WORD}", "/feed?place=FJI",
    f"/match?need={quote('the dam of the clan needs finance for peatland')}", f"/match?need={WORD}+cooperative",
    "/match?record=pond-need", "/offer?offer=ponds+that+a+village+keeps", "/records/pond-need", "/records/other-ponds",
    "/parties", "/parties/FJI", "/technologies", "/experts", "/organisations/ponds",
    "/vocabularies/targets/target-19", "/vocabularies/themes/gender", "/vocabularies/ecosystems/peatland",
    "/vocabularies/support_types/finance", "/vocabularies/countries/FJI", "/vocabularies/expertise_kinds/legal",
    "/vocabularies/languages/sm", "/vocabularies/tk_labels/tk-attribution", "/about", "/healthz",
    "/roster", f"/roster?q={WORD}", "/roster?kind=legal", "/roster?speaks=sm", "/roster?vetting=approved",
    "/roster/statistics", "/roster/statistics.csv",
    "/api/v1/search", f"/api/v1/search?q={WORD}", f"/api/v1/search?q={NEAR}", "/api/v1/search?q=ponds",
    "/api/v1/search?target=target-19", "/api/v1/records", "/api/v1/records?place=FJI", "/api/v1/changes",
    "/api/v1/dump", "/api/v1/dump?type=expert", "/api/v1/vocabularies/targets/target-19",
)  # fmt: skip


def _bring() -> None:
    from tests.api.small import publish

    other = {"title": {"en": "Fish ponds of a town"}, "summary": {"en": "Ponds for fish."}, "places": ["FJI"]}
    need = {"title": {"en": "Fish ponds for villages"}, "summary": {"en": "Who can build ponds?"}, "places": ["FJI"]}
    publish([
        *({"id": name, "format": kind, "language": "en", "data": data} for name, (kind, data, _) in RECORDS.items()),
        {"id": "other-ponds", "format": "technology", "language": "en", "data": other},
        {"id": "pond-need", "format": "need", "language": "en", "data": need},
    ])  # fmt: skip


def _give(owner: str | None = None) -> None:
    """Put the hidden answers under the same revision, as if they had been given from the start."""
    from landbridge.formats.validate import validate
    from landbridge.registry import journal
    from landbridge.registry.models import Record, Revision
    from landbridge.registry.writing import digest

    for name, (format, public, hidden) in RECORDS.items():
        data = validate(format, {**public, **hidden}, "en")
        Revision.objects.filter(record_id=name).update(data=data, sha256=digest(data))
        if owner:
            Record.objects.filter(pk=name).update(owner_id=owner)
    journal.replay("search")
    forget()


def forget() -> None:
    from landbridge.search.index import index
    from landbridge.web import numbers
    from landbridge.web import roster as roster_module

    numbers.forget()
    roster_module.forget()
    getattr(index(), "_counts", {}).clear()


@pytest.fixture
def stranger() -> Client:
    return Client(headers={"host": "localhost", "accept-language": "en"}, raise_request_exception=False)


def _seen(client: Client) -> dict[str, tuple[int, str, str]]:
    seen = {}
    for address in ADDRESSES:
        status, text, headers = ask(client, address)
        seen[address] = (status, re.sub(r'"took_ms":[0-9.e-]+', "", text), headers.get("ETag", ""))
    return seen


def test_no_channel_tells_what_is_withheld(db: None, folder: Path, translations: None, stranger: Client) -> None:
    _bring()
    forget()
    before = _seen(stranger)
    assert {status for status, _, _ in before.values()} <= {200, 301, 302, 401, 404}
    _give()
    after = _seen(stranger)
    for address, (_, text, _) in after.items():
        plain = text.replace(WORD, "") if WORD in address else text
        assert WORD not in plain and "18.12" not in plain and "178.43" not in plain, address
    assert [address for address in ADDRESSES if before[address] != after[address]] == []


def test_there_is_something_that_could_leak(db: None, folder: Path) -> None:
    from landbridge.registry.queries import get
    from landbridge.registry.rules import OPERATOR

    _bring()
    _give()
    for name, (format, _, hidden) in RECORDS.items():
        data = get(name, OPERATOR).data
        assert set(hidden) <= set(data), format
        assert WORD in str(data)


def test_nothing_withheld_stands_in_the_index_or_in_what_followers_get(db: None, folder: Path) -> None:
    from landbridge.registry.queries import states
    from landbridge.search.document import document

    _bring()
    _give()
    for view in states(list(RECORDS)).values():
        assert WORD not in str(view)
        assert WORD not in str(document(view))


@pytest.mark.parametrize("shape", ["jsonl", "csv", "xlsx"])
def test_no_export_for_everybody_holds_what_is_withheld(db: None, folder: Path, shape: str) -> None:
    from landbridge.exchange.out.records import WRITERS
    from landbridge.registry.rules import ANYONE, OPERATOR

    _bring()
    _give()
    for reader, is_there in ((ANYONE, False), (OPERATOR, True)):
        out = io.BytesIO()
        WRITERS[shape](out, reader, ())
        text = _text_of(out.getvalue(), shape)
        assert "Village fish ponds" in text
        assert (WORD in text) == is_there


def _text_of(body: bytes, shape: str) -> str:
    if shape != "xlsx":
        return body.decode()
    book = load_workbook(io.BytesIO(body))
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


def test_what_is_withheld_today_is_withheld_from_what_was_told_before(
    db: None, folder: Path, translations: None, stranger: Client
) -> None:
    from landbridge.registry import journal
    from landbridge.registry.actions import NODE, publish, revise
    from tests.api.small import publish as take_in

    told = {**COMMUNITY, **HIDDEN, "withheld": None, "disclosed_to": None}
    told["point"] = {**HIDDEN["point"], "blurred": False}
    take_in([{"id": "ponds", "format": "technology", "language": "en", "data": told}])
    addresses = ("/records/ponds/revisions/1", "/api/v1/records/ponds/revisions/1")
    assert all(WORD in look(stranger, address) for address in addresses)
    digest = _digest(stranger)
    revise(actor=NODE, record_id="ponds", data={**COMMUNITY, **HIDDEN}, language="en")
    publish(actor=NODE, record_id="ponds")
    journal.follow_to_end()
    for address in (*addresses, "/records/ponds/history", "/api/v1/records/ponds/revisions", "/api/v1/dump"):
        text = look(stranger, address)
        assert "Village fish ponds" in text or "revisions" in address
        assert WORD not in text and "18.12" not in text, address
    assert _digest(stranger) != digest


def _digest(client: Client) -> str:
    response: Any = client.get("/api/v1/records/ponds/revisions")
    lines: Any = response.json()
    found = [line for line in lines["revisions"] if line["number"] == 1]
    return str(found[0]["sha256"])


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def _signed_in(person: Person) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(person.account)
    return client


def test_who_is_named_and_who_works_for_the_owner_see_it_and_why(cast: Cast, folder: Path, translations: None) -> None:
    _bring()
    _give(owner="reef-institute")
    for person, sees in ((cast.malia, True), (cast.priya, True), (cast.sven, False), (cast.losa, False)):
        text = look(_signed_in(person), "/records/ponds")
        assert (f"The {WORD} dam" in text) == sees, person.account.email
        assert ("They are shown to you" in text) == sees
        assert ("Some answers are kept for those whom its people allow" in text) != sees


def test_a_file_that_is_withheld_is_given_to_those_alone_whom_the_record_allows(
    cast: Cast, folder: Path, translations: None, settings: Any
) -> None:
    settings.MEDIA_ROOT = folder / "files"
    from landbridge.registry import files
    from tests.api.small import publish

    kept = files.keep(actor=cast.priya.actor, name="plan.txt", chunks=[f"The {WORD} plan.".encode()])
    data = {**COMMUNITY, "withheld": ["files"], "files": [kept.answer("", "")], "disclosed_to": ["navakavu"]}
    publish([{"id": "ponds", "format": "technology", "language": "en", "data": data}])
    at = f"/records/ponds/files/{kept.sha256}"
    assert WORD in look(_signed_in(cast.malia), at)
    for client in (_signed_in(cast.sven), _signed_in(cast.losa), Client(headers={"host": "localhost"})):
        status, text, _ = ask(client, at)
        assert status == 404 and WORD not in text


def test_somebody_with_an_account_and_no_part_in_it_sees_no_more_than_a_stranger(
    cast: Cast, folder: Path, translations: None
) -> None:
    _bring()
    _give(owner="reef-institute")
    for person in (cast.sven, cast.losa):
        client = _signed_in(person)
        for address in ADDRESSES:
            text = look(client, address)
            plain = text.replace(WORD, "") if WORD in address else text
            assert WORD not in plain and "18.12" not in plain, (person.account.email, address)


def test_a_reader_is_told_what_is_kept_and_whom_to_ask(db: None, folder: Path, translations: None) -> None:
    from tests.web.reading import read_page

    _bring()
    _give()
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    page = read_page(client.get("/records/ponds"), 200)
    notice = next(one for one in page.xpath("//p[@class='notice']") if "are kept for" in one.text_content())
    assert "Description" in notice.text_content() and "Targets" not in notice.text_content()
    assert "Description" not in " ".join(one.text_content() for one in page.xpath("//p[@class='fine state']"))
    assert "The whole story" not in " ".join(one.text_content() for one in page.xpath("//p[@class='fine untold']"))
    assert notice.xpath(".//a[starts-with(@href, 'mailto:') or @href='#people' or @href='/help']")


def test_labels_stand_verbatim_in_every_language_with_their_address(
    db: None, folder: Path, translations: None, stranger: Client
) -> None:
    _bring()
    for language in ("en", "ar", "zh"):
        page = look(stranger, f"/records/ponds?lang={language}")
        for name, address in (("TK Attribution", "tk-attribution"), ("BC Provenance", "bc-provenance")):
            link = rf'href="https://localcontexts.org/label/{address}/"[^>]*lang="en" dir="ltr">{name}</a>'
            assert re.search(link, page), (language, name)
        assert "Ask us before you build one." in page
    for address in ("/search?q=village+ponds", "/match?record=pond-need"):
        assert "https://localcontexts.org/label/tk-attribution/" in look(stranger, address), address
    for found in ("search?format=csv&", "search?format=atom&", "feed?"):
        assert "TK Attribution" in look(stranger, f"/{found}q=village+ponds"), found
    for address in ("/api/v1/search?q=village+ponds", "/search?q=village+ponds&format=json"):
        assert stranger.get(address).json()["hits"][0]["labels"] == ["tk-attribution", "bc-provenance"], address
    for address in ("/records/ponds.json", "/api/v1/records/ponds", "/api/v1/dump"):
        text = look(stranger, address)
        assert "tk-attribution" in text and "Ask us before you build one." in text, address


def test_a_certificate_of_compliance_leads_to_its_clearing_house(
    db: None, folder: Path, translations: None, stranger: Client
) -> None:
    from tests.api.small import publish

    data = {
        "title": {"en": "Seed"},
        "summary": {"en": "s"},
        "abs_reference": "MAT 7 <b>; ABSCH-IRCC-IN-256843-1 of 2026",
    }
    publish([{"id": "seed", "format": "technology", "language": "en", "data": data}])
    page = look(stranger, "/records/seed")
    assert 'href="https://absch.cbd.int/en/database/IRCC/ABSCH-IRCC-IN-256843/1"' in page
    assert "MAT 7 &lt;b&gt;; <a" in page


def test_a_blurred_place_is_told_to_a_tenth_of_a_degree(db: None, folder: Path, stranger: Client) -> None:
    _bring()
    _give()
    point = stranger.get("/api/v1/records/ponds").json()["data"]["point"]
    assert point == {"latitude": -18.1, "longitude": 178.4, "blurred": True}
    assert "≈ -18.1, 178.4" in look(stranger, "/records/ponds")
