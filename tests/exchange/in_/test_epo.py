"""EPO in: answers of its services that others recorded, bulk deliveries, and a service that refuses and hurries."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.epo import Epo
from landbridge.exchange.in_.sources.patents import symbol, symbols
from landbridge.lib.languages import LANGUAGES
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import NOW, Server, asked, proved, things
from tests.support import shared

FOLDER = "epo-ops-responses"
READ = {
    "biblio_example", "biblio_example_2", "biblio_example_3", "biblio_example_4", "ep1000000_abstract_result",
    "ep1000000_biblio_result", "ep1000000_full_cycle_result", "example_1", "example_2", "example_3", "family_input",
    "full_cycle_example",
}  # fmt: skip


def recorded(name: str) -> Path:
    return shared(FOLDER, f"{name}.xml")


def test_every_recorded_answer_is_read_or_refused_with_the_reason() -> None:
    read, refused = set(), {}
    for path in sorted(shared(FOLDER).glob("*.xml")):
        try:
            assert all(one.kept and not one.problem for one in things(Epo(), path)), path
            read.add(path.stem)
        except BadSource as error:
            refused[path.stem] = str(error)
    assert read == READ and len(refused) == 11
    assert "biblio" in refused["search_result"] and "biblio" in refused["claims_example"]
    assert "no file of patents" in refused["assignment_1"]


def test_bibliographic_data_becomes_a_draft_that_is_put_by() -> None:
    (one,) = things(Epo(), recorded("ep1000000_full_cycle_result"))
    said = proved(one)
    assert one.key == "family 19768124" and one.kept
    assert said["title"]["de"].startswith("Vorrichtung") and set(said["title"]) == {"de", "fr", "en"}
    assert said["summary"]["en"].startswith("The apparatus") or len(said["summary"]["en"]) > 100
    assert [right["number"] for right in said["patents"]] == ["EP1000000 A1", "EP1000000 B1"]
    assert said["ip_status"] == ["unknown"] and set(said["licence_terms"]) == set(LANGUAGES)
    assert one.facts["cpc"] == ["B28B 1/29", "B28B 5/022", "B28B 7/0064"], "each class once, whoever gave it"
    assert one.facts["ipc"][:2] == ["B28B 1/29", "B28B 5/02"]
    assert one.facts["priorities"] == [["NL19981010536", "1998-11-12"]]
    assert one.address == "https://worldwide.espacenet.com/patent/search?q=pn%3DEP1000000A1"


def test_names_of_inventors_are_not_kept() -> None:
    for name in ("ep1000000_full_cycle_result", "biblio_example", "biblio_example_3"):
        (one,) = things(Epo(), recorded(name))
        whole = json.dumps([one.record, one.facts], ensure_ascii=False).upper()
        inventors = etree.parse(recorded(name)).findall(".//{*}inventor-name/{*}name")
        assert inventors and one.facts["inventors"]["number"] > 0
        for inventor in inventors:
            assert " ".join((inventor.text or "").split()).split(",")[0].split(" ")[0].upper() not in whole, name
    assert things(Epo(), recorded("ep1000000_full_cycle_result"))[0].facts["inventors"]["countries"] == ["NL"]


def test_legal_events_have_code_date_and_source_and_no_status() -> None:
    (one,) = things(Epo(), recorded("example_1"))
    events = one.facts["legal_events"]
    assert len(events) == one.facts["legal_events_in_all"] == 50
    assert all(event["code"] == event["code"].strip() and event["source"] == "EPO INPADOC" for event in events)
    assert [event["date"] for event in events] == sorted((event["date"] for event in events), reverse=True)
    first = next(event for event in events if event["code"] == "17Q")
    assert first["date"] == "2002-06-05" and first["effective"] == "2002-04-23"
    right = proved(one)["patents"][0]
    assert right["event"].startswith("TPAB ") and right["event_on"] == date(2014, 6, 7).isoformat()
    words = json.dumps([one.record, one.facts]).lower().replace("do not say what is in force", "")
    assert "in force" not in words and proved(one)["ip_status"] == ["unknown"]


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        ("B28B   1/    29            A I                    ", "B28B 1/29"),
        ("C10L   1/    00            A I", "C10L 1/00"),
        ("G06F017/60", "G06F 17/60"), ("Y02A40/10", "Y02A 40/10"), ("A61K 36/8962", "A61K 36/8962"), ("B28B", None),
        ("", None), ("705/26", None),
    ],
)  # fmt: skip
def test_a_class_is_read_however_it_is_written(text: str, class_: str | None) -> None:
    assert symbol(text) == class_
    assert symbols([text, text, None]) == ([class_] if class_ else [])


DOCDB = """<exch:exchange-documents xmlns:exch="http://www.epo.org/exchange">
<exch:exchange-document country="EP" doc-number="2000001" kind="A1" family-id="77" status="C" date-publ="20250101">
<exch:bibliographic-data>
<exch:publication-reference data-format="docdb"><document-id><country>EP</country><doc-number>2000001</doc-number>
<kind>A1</kind><date>20250101</date></document-id></exch:publication-reference>
<exch:classifications-ipcr><classification-ipcr><text>A01K  61/    00            A I</text></classification-ipcr>
</exch:classifications-ipcr>
<exch:parties><exch:applicants><exch:applicant data-format="docdb"><exch:applicant-name><name>REEF COMPANY</name>
</exch:applicant-name></exch:applicant></exch:applicants></exch:parties>
<exch:invention-title lang="en" data-format="docdba">Nursery for corals</exch:invention-title>
</exch:bibliographic-data><exch:abstract lang="en"><exch:p>Ropes with corals.</exch:p></exch:abstract>
</exch:exchange-document>
<exch:exchange-document country="WO" doc-number="2024000001" kind="A1" family-id="77" status="A" date-publ="20240101"/>
<exch:exchange-document country="FR" doc-number="3" kind="A1" family-id="78" status="D"/>
<exch:exchange-document kind="A1" family-id="79"/>
</exch:exchange-documents>"""


def test_a_bulk_delivery_gathers_families_and_tells_of_deletions(tmp_path: Path) -> None:
    found = things(Epo(), DOCDB.encode(), folder=tmp_path)
    assert [(one.key, one.gone, bool(one.problem)) for one in found] == [
        ("exchange-document 4", False, True), ("family 77", False, False), ("family 78", True, False),
    ]  # fmt: skip
    some = things(Epo(), DOCDB.encode(), folder=tmp_path, classes="A01K")
    assert [one.key for one in some if not one.problem] == ["family 77", "family 78"], "what was deleted is told"
    assert not [one for one in things(Epo(), DOCDB.encode(), folder=tmp_path, classes="B01D") if one.record]
    said = proved(found[1])
    assert [right["number"] for right in said["patents"]] == ["WO2024000001 A1", "EP2000001 A1"]
    assert said["technologies"] == ["fisheries-aquaculture"] and said["subjects"] == ["topics:aquaculture"]
    assert said["developers"] == [{"name": "REEF COMPANY", "role": "Applicant"}]


HOSTILE = {
    "JSON": b'{"ops:world-patent-data": {}}', "nothing": b"", "a page": b"<html/>",
    "a bomb": b'<!DOCTYPE a [<!ENTITY x "y">]>' + DOCDB.replace("Nursery", "&x;").encode(),
    "not UTF-8": DOCDB.replace("Nursery", "N\xe9").encode("latin-1"), "breaks off": DOCDB.encode()[:-40],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_none_ends_in_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises((BadSource, BadXml)) as caught:
        things(Epo(), HOSTILE[name], folder=tmp_path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


class Ops:
    """The services of the EPO, as far as the door knows them."""

    def __init__(self, hits: int = 3, load: str = "idle (search=green:30, inpadoc=green:60)") -> None:
        self.hits, self.load, self.families, self.paused = hits, load, 0, [0.0]
        self.family: Callable[[], Any] = lambda: (200, recorded("family_input").read_bytes(), self.told)
        self.server = Server({
            "auth/accesstoken": b'{"access_token": "t0ken", "expires_in": "1199"}',
            "published-data/search": self._search, "family/publication": lambda _: self.family(),
        })  # fmt: skip

    @property
    def told(self) -> dict[str, str]:
        return {"x-throttling-control": self.load}

    def _search(self, url: str) -> Any:
        first = int(url.split("Range=")[1].split("-")[0])
        reference = (
            '<ops:publication-reference family-id="{0}"><document-id document-id-type="docdb"><country>EP</country>'
            "<doc-number>{0}</doc-number><kind>A1</kind></document-id></ops:publication-reference>"
        )
        some = "".join(reference.format(900_000 + n) for n in range(first, min(first + 100, self.hits + 1)))
        body = (
            '<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org">'
            f'<ops:biblio-search total-result-count="{self.hits}">{some}</ops:biblio-search></ops:world-patent-data>'
        )
        return 200, body.encode(), self.told

    def read(self, state: dict[str, Any] | None = None, **settings: Any) -> list[Found | Checkpoint]:
        given = {"query": "cpc=Y02A", "key": "k", "secret": "s", **settings}
        return list(Epo(self.paused.append).read(Ask("", given, state or {}, self.server.get, now=NOW)))


def test_a_search_is_read_family_by_family() -> None:
    ops = Ops(hits=101)
    read = ops.read()
    found = [one for one in read if isinstance(one, Found)]
    assert len(found) == 101 and all(proved(one) and one.kept for one in found)
    assert (
        ops.server.headers[0]["Authorization"] == "Basic azpz"
        and ops.server.bodies[0] == b"grant_type=client_credentials"
    )
    assert ops.server.headers[1]["Authorization"] == "Bearer t0ken"
    assert sum("accesstoken" in url for url in ops.server.asked) == 1, "one token for all"
    assert ops.server.asked[-1].endswith("family/publication/docdb/EP.900101.A1/biblio,legal")
    assert read[-1] == Checkpoint({"since": "2026-05-18"}), "with an overlap; what is not found again is not gone"


def test_the_pace_is_the_one_that_the_service_allows() -> None:
    ops = Ops(load="busy (search=yellow:10, inpadoc=yellow:15)")
    ops.read()
    assert 4.0 in ops.paused and max(ops.paused) <= 60


def test_a_service_that_is_overloaded_is_left_and_gone_on_with() -> None:
    ops = Ops(hits=40)
    ops.family = lambda: (403, b"", {"x-rejection-reason": "RegisteredQuotaPerWeek"})
    with pytest.raises(BadSource, match="quota of the week"):
        ops.read()
    ops.family, ops.load = (lambda: (200, recorded("example_1").read_bytes(), {})), "idle"
    stop = next(one for one in ops.read() if isinstance(one, Checkpoint))
    assert stop.state == {"since": "", "until": "2026-06-01", "after": "900020"}
    rest = [one.key for one in ops.read(dict(stop.state)) if isinstance(one, Found)]
    assert rest[0] == "family 900021" and len(rest) == 20
    ops.load = "overloaded (search=black:0, inpadoc=black:0)"
    with pytest.raises(BadSource, match="overloaded"):
        ops.read()


def test_the_next_run_asks_for_what_was_published_since() -> None:
    ops = Ops(hits=1)
    ops.read({"since": "2026-05-01"})
    assert "pd+within+%2220260501+20260601%22" in next(url for url in ops.server.asked if "search" in url)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(400, b"<fault><message>Bad CQL</message></fault>", "Bad CQL"), (500, b"", "status 500"), (503, b"", "next run")],
)
def test_what_the_service_refuses_is_told(status: int, body: bytes, words: str) -> None:
    ops = Ops()
    ops.family = lambda: (status, body, {})
    with pytest.raises(BadSource, match=words):
        ops.read()


def test_one_family_that_is_not_known_stops_no_other() -> None:
    ops = Ops(hits=2)
    answers = iter([(404, b"", {}), (200, recorded("example_1").read_bytes(), {})])
    ops.family = lambda: next(answers)
    assert [bool(one.problem) for one in ops.read() if isinstance(one, Found)] == [True, False]


def test_a_missing_or_wrong_key_is_told() -> None:
    with pytest.raises(BadSource, match="needs a key"):
        Ops().read(key="")
    ops = Ops()
    ops.server.pages = {"auth/accesstoken": (401, b"no", {})}
    with pytest.raises(BadSource, match="refuses key and secret"):
        ops.read()
    with pytest.raises(BadSource, match="what to search for"):
        asked(Epo(), server=ops.server)
