"""What the door answers: the questions of the validator of the Open Archives Initiative, the schema of the protocol,
and whatever anybody may send.

The validator itself, a Perl module, runs where it is installed; its questions stand here as well.
"""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from landbridge.exchange.out.oai import answers, listing, marking, whole
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from tests.exchange.oai.door import DC, OAI, ask, error, follow, identifier, pages, publish, root

pytestmark = [pytest.mark.django_db, pytest.mark.once]
Valid = Callable[[bytes], "etree._Element"]
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
REWA = identifier("rewa")


@pytest.fixture
def rewa(db: None) -> None:
    publish("rewa", related=["ba"], links=["https://example.org/rewa?a=1&b=2"])
    publish("ba")
    publish("nadi")
    follow()
    actions.retire(actor=NODE, record_id="nadi")
    follow()


EXPECTED = {
    "junk": "badVerb", "": "badVerb", "verb=junk": "badVerb", "verb=Identify&verb=Identify": "badVerb",
    "verb=identify": "badVerb", "verb=GetRecord&metadataPrefix=oai_dc": "badArgument",
    f"verb=GetRecord&identifier={REWA}": "badArgument",
    'verb=GetRecord&identifier=invalid"id&metadataPrefix=oai_dc': "badArgument",
    "verb=ListIdentifiers&until=junk": "badArgument", "verb=ListIdentifiers&from=junk": "badArgument",
    "verb=ListIdentifiers&resumptionToken=junk&until=2000-02-05": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&from=junk": "badArgument",
    "verb=ListRecords&resumptionToken=junk": "badResumptionToken",
    "verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=junk&until=1990-01-10": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&until=junk": "badArgument", "verb=ListRecords": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&from=2002-02-05&until=2002-02-06T05:35:00Z": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&from=2002-02-06&until=2002-02-05": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&until=2001-01-01T00:00:00Z": "noRecordsMatch",
    "verb=ListRecords&metadataPrefix=oai_dc&until=1969-12-31": "noRecordsMatch",
    "verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31": "noRecordsMatch",
    "verb=ListRecords&metadataPrefix=oai_dc&from=2025-02-30": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&from=2025-02-03T10:00Z": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&from=": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&set=nothing": "noRecordsMatch",
    "verb=ListRecords&metadataPrefix=oai_dc&set=a b": "badArgument",
    "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc": "badArgument",
    "verb=ListRecords&metadataPrefix=marc": "cannotDisseminateFormat",
    "verb=ListRecords&metadataPrefix=": "badArgument",
    f"verb=GetRecord&identifier={REWA}&metadataPrefix=marc": "cannotDisseminateFormat",
    "verb=GetRecord&identifier=oai:127.0.0.1:none&metadataPrefix=oai_dc": "idDoesNotExist",
    "verb=GetRecord&identifier=oai:elsewhere.org:rewa&metadataPrefix=oai_dc": "idDoesNotExist",
    "verb=GetRecord&identifier=oai:127.0.0.1:%2500&metadataPrefix=oai_dc": "idDoesNotExist",
    "verb=ListMetadataFormats&identifier=oai:127.0.0.1:none": "idDoesNotExist",
    "verb=ListMetadataFormats&metadataPrefix=oai_dc": "badArgument",
    "verb=ListSets&resumptionToken=junk": "badResumptionToken", "verb=ListSets&set=need": "badArgument",
    "verb=Identify&identifier=x": "badArgument",
}  # fmt: skip


@pytest.mark.parametrize("query", EXPECTED)
def test_an_error_has_its_code_and_a_word(rewa: None, valid: Valid, query: str) -> None:
    page = valid(ask(query))
    found = page.find(f"{OAI}error")
    assert found is not None
    assert (found.get("code"), bool(found.text)) == (EXPECTED[query], True)
    is_repeated = EXPECTED[query] not in ("badVerb", "badArgument")
    assert bool(page.find(f"{OAI}request").attrib) == is_repeated


@pytest.mark.parametrize("prefix", listing.PREFIXES)
def test_every_answer_is_valid(rewa: None, valid: Valid, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(listing, "PAGE_WRITTEN", 2)
    one = f"&metadataPrefix={prefix}"
    for query in ("Identify", "ListSets", "ListMetadataFormats", f"ListMetadataFormats&identifier={REWA}",
                  f"GetRecord&identifier={REWA}{one}", f"GetRecord&identifier={identifier('nadi')}{one}",
                  f"ListRecords{one}&from=2001-01-01&until=2100-01-01&set=need"):  # fmt: skip
        assert valid(ask(f"verb={query}")).find(f"{OAI}error") is None
    for verb in ("ListRecords", "ListIdentifiers"):
        found = [valid(etree.tostring(page)) for page in pages(f"verb={verb}{one}")]
        assert len(found) == 2
        first, last = (page.find(f".//{OAI}resumptionToken") for page in found)
        assert (first.get("cursor"), first.get("completeListSize"), bool(first.text)) == ("0", "3", True)
        assert (last.get("cursor"), last.get("completeListSize"), last.text) == ("2", "3", None)


def test_the_root_has_no_prefix_and_names_its_schema(rewa: None) -> None:
    said = ask("verb=Identify").decode()
    assert '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" ' in said
    assert (
        'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"'
        in said
    )


def test_a_node_says_who_it_is(rewa: None, valid: Valid, settings: Any) -> None:
    settings.BASE_URL, settings.NODE_EMAIL = "https://chm.example.org", "chm@example.org"
    settings.NODE_NAME = 'Fiji & the "Pacific"'
    page = valid(ask("verb=Identify"))
    told = {one.tag.removeprefix(OAI): one.text for one in page.find(f"{OAI}Identify")}
    assert (told["baseURL"], told["adminEmail"]) == ("https://chm.example.org/oai", "chm@example.org")
    assert (told["deletedRecord"], told["granularity"]) == ("persistent", "YYYY-MM-DDThh:mm:ssZ")
    assert told["repositoryName"] == 'Fiji & the "Pacific"'
    names = "{http://www.openarchives.org/OAI/2.0/oai-identifier}"
    assert page.findtext(f".//{names}repositoryIdentifier") == "chm.example.org"
    sample = page.findtext(f".//{names}sampleIdentifier")
    assert error(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={sample}") == ""


def test_a_node_without_records_answers(db: None, valid: Valid) -> None:
    assert valid(ask("verb=Identify")).findtext(f".//{OAI}earliestDatestamp")
    assert valid(ask("verb=ListSets")).find(f".//{OAI}setSpec") is not None
    assert error("verb=ListRecords&metadataPrefix=oai_dc") == "noRecordsMatch"


def test_sets_are_the_formats_and_those_with_records_come_first(rewa: None) -> None:
    page = root("verb=ListSets")
    assert page.findtext(f".//{OAI}setSpec") == "need"
    titles = page.find(f".//{OAI}setDescription").findall(f".//{DC}title")
    assert {one.get(LANG) for one in titles} >= {"en", "fr"}
    assert error("verb=ListIdentifiers&metadataPrefix=oai_dc&set=need") == ""
    assert error("verb=ListIdentifiers&metadataPrefix=oai_dc&set=technology") == "noRecordsMatch"


def test_dublin_core_says_what_the_questions_map_to(rewa: None) -> None:
    page = root(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={REWA}")
    said = [(one.tag.removeprefix(DC), one.get(LANG), one.text) for one in page.iter() if one.tag.startswith(DC)]
    for wanted in (
        ("identifier", None, "http://127.0.0.1:8000/records/rewa"), ("title", "fr", "Restaurer les mangroves de Rewa"),
        ("description", "en", "Seedlings, & people who can plant <now>."), ("coverage", "en", "Fiji"),
        ("coverage", None, "FJI"), ("subject", None, "http://metadata.cbd.int/kmgbf/target_2"),
        ("rights", None, "https://creativecommons.org/licenses/by/4.0/"), ("creator", None, "Rewa Provincial Council"),
        ("relation", None, "http://127.0.0.1:8000/records/ba"), ("relation", None, "https://example.org/rewa?a=1&b=2"),
        ("language", None, "en"), ("language", None, "fr"), ("type", "en", "Need"),
    ):  # fmt: skip
        assert wanted in said, wanted


def test_our_own_format_holds_every_answer_and_fits_its_schema(rewa: None, tmp_path: Any) -> None:
    text = whole.schema_text().replace(b"http://www.w3.org/2001/xml.xsd", b"xml.xsd")
    (tmp_path / "xml.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">'
        '<xs:attribute name="lang" type="xs:language"/></xs:schema>'
    )
    (tmp_path / "landbridge.xsd").write_bytes(text)
    schema = etree.XMLSchema(etree.parse(str(tmp_path / "landbridge.xsd")))
    own = f"{{{whole.NAMESPACE}}}"
    found = list(root("verb=ListRecords&metadataPrefix=landbridge").iter(f"{own}record"))
    for one in found:
        schema.assertValid(etree.fromstring(etree.tostring(one)))
    names = {one.get("name") for one in found[0].findall(f"{own}answer")}
    assert names == {"title", "summary", "places", "targets", "licence", "requester", "related", "links"}
    term = found[0].find(f"{own}answer[@name='targets']/{own}term")
    assert (term.get("key"), term.get("uri")) == ("target-02", "http://metadata.cbd.int/kmgbf/target_2")


def test_who_asks_to_stay_unnamed_is_not_named(db: None) -> None:
    publish("quiet", anonymous=True, contacts=[{"name": "Rewa Office", "email": "rewa@example.org"}])
    follow()
    for prefix in listing.PREFIXES:
        said = ask(f"verb=GetRecord&metadataPrefix={prefix}&identifier={identifier('quiet')}")
        assert b"mangroves" in said
        assert b"Council" not in said
        assert b"rewa@example.org" not in said


def test_what_xml_cannot_hold_is_left_out() -> None:
    hostile = "a\x00b\x0bc\ufffed\ud800e\r<f>&\"'"
    written = f'<r a="{marking.attribute(hostile)}">{marking.text(hostile)}</r>'.encode()
    read = etree.fromstring(written)
    assert read.text == read.get("a") == "abcde\r<f>&\"'"


# By HTTP


def test_get_post_and_head_are_the_same(rewa: None) -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    asked = {"verb": "GetRecord", "identifier": REWA, "metadataPrefix": "oai_dc"}
    by_get, by_post = client.get("/oai", asked), client.post("/oai", asked)
    assert by_get.status_code == by_post.status_code == client.head("/oai", asked).status_code == 200
    assert by_get.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert b"mangroves" in by_get.content
    assert by_get.content[500:] == by_post.content[500:]
    assert client.put("/oai").status_code == 405
    assert client.get("/oai/landbridge.xsd").content == whole.schema_text()
    assert b"Disallow: /oai" not in client.get("/robots.txt").content


def test_an_answer_is_compressed_only_when_asked_for(rewa: None) -> None:
    client = Client(headers={"host": "localhost"})
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    plain, packed = client.get("/oai", asked), client.get("/oai", asked, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.content)[500:] == plain.content[500:]


_NAMES = ("verb", "metadataPrefix", "identifier", "set", "from", "until", "resumptionToken")
_WORDS = st.sampled_from(["oai_dc", "need", REWA, "2025-01-01", "2025-01-01T00:00:00Z", "ListRecords", "GetRecord",
                          "ListIdentifiers", "ListSets", "Identify", "oai:x:%00", "a:b", "-1", ""])  # fmt: skip
_PAIRS = st.lists(st.tuples(st.sampled_from(_NAMES) | st.text(max_size=8), _WORDS | st.text(max_size=30)), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=_PAIRS)
def test_whatever_is_asked_is_answered_validly(rewa: None, valid: Valid, pairs: list[tuple[str, str]]) -> None:
    valid(answers.answer(pairs))


@pytest.mark.parametrize(
    "query",
    ["verb=%ff%fe", "verb=ListRecords&resumptionToken=%00", "=&=&==", "verb[]=Identify", "%", "&" * 50,
     "verb=GetRecord&identifier=oai:127.0.0.1:%ff&metadataPrefix=oai_dc"],
)  # fmt: skip
def test_no_query_breaks_the_door(rewa: None, valid: Valid, query: str) -> None:
    response = Client(headers={"host": "localhost"}, raise_request_exception=False).get(f"/oai?{query}")
    assert response.status_code == 200
    assert valid(response.content).find(f"{OAI}error") is not None


def test_no_body_breaks_the_door(rewa: None) -> None:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    form, parts = "application/x-www-form-urlencoded", "multipart/form-data"
    for body, kind in ((b"\xff\x00verb=", form), (b"verb=Identify", parts), (b"--x\r\n", f"{parts}; boundary=x"),
                       (b"{}", "application/json"), (b"verb=Identify&" * 3000, form)):  # fmt: skip
        assert client.post("/oai", body, content_type=kind).status_code < 500
