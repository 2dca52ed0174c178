"""InforMEA in: all wrappings of JSON and the Atom view, each set, pages, and services that do as they like."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.informea import SETS, Informea
from landbridge.exchange.in_.sources.informea_records import TREATIES, changed
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import Server, asked, proved

MEETING: dict[str, Any] = {
    "id": "m1", "treaty": "cbd", "url": "https://www.cbd.int/meetings/COP-17",
    "title": [{"language": "en", "value": "COP 17"}, {"language": "fr", "value": "CdP 17"}],
    "description": [{"language": "en", "value": "<p>The Parties meet.</p>"}], "start": "2026-10-19T00:00:00",
    "end": "2026-10-30T00:00:00", "kind": "official", "status": "confirmed", "city": "Yerevan", "country": "ARM",
    "latitude": 40.18, "longitude": "44.51", "updated": "2026-03-01T10:00:00",
}  # fmt: skip
DECISION: dict[str, Any] = {
    "id": "d1", "treaty": "nagoya", "link": "https://www.cbd.int/decision/1", "number": "NP-4/1", "type": "decision",
    "title": {"en": "Review", "es": "Examen"}, "published": "/Date(1671408000000)/", "updated": "2023-01-01T00:00:00",
    "summary": "In short.", "files": {"results": [
        {"url": "https://www.cbd.int/doc/np-04-01-ar.pdf", "language": "ar", "filename": "ar.pdf", "content": "QUJD"},
        {"url": "file:///etc/passwd", "language": "fr"}]},
}  # fmt: skip
CONTACT: dict[str, Any] = {
    "id": "c1", "treaties": ["cbd", "cartagena"], "country": "FJ", "firstName": "A.", "lastName": "Person",
    "position": "Director", "institution": "Ministry", "department": "Environment", "email": "a@person.example",
    "phoneNumber": "555", "fax": "556", "address": "Street 1", "primary": 1, "updated": "2026-02-01T00:00:00",
}  # fmt: skip
PLAN = {"id": "p1", "treaty": "cbd", "country": "FJI", "type": "nbsap", "title": "NBSAP of Fiji",
        "submission": "2025-05-05", "updated": "2025-06-01T00:00:00"}  # fmt: skip
SITE = {"type": "ramsar", "country": "FJI", "treaty": "ramsar", "name": [{"language": "en", "value": "Upper Navua"}],
        "latitude": -18.1, "longitude": 177.9, "url": "https://sites.example/1"}  # fmt: skip
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"
 xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><title>Meetings</title>
<entry><id>m1</id><link rel="related" title="files"><m:inline><feed><entry><content><m:properties>
<d:url>https://www.cbd.int/a.pdf</d:url><d:language>ru</d:language></m:properties></content></entry></feed></m:inline>
</link><content type="application/xml"><m:properties><d:id>m1</d:id><d:treaty>cbd</d:treaty>
<d:title m:type="Collection(LocalizableString)"><m:item type="LocalizableString"><d:language>en</d:language>
<d:value>COP 17</d:value></m:item><d:element><d:language>fr</d:language><d:value>CdP 17</d:value></d:element></d:title>
<d:description m:null="true" m:type="Collection(LocalizableString)"/>
<d:start m:type="Edm.DateTime">2026-10-19T00:00:00</d:start>
<d:end m:type="Edm.DateTime">2026-10-30T00:00:00</d:end><d:city>Yerevan</d:city><d:country>am</d:country>
<d:latitude m:null="true" m:type="Edm.Double"/><d:updated>2026-03-01T10:00:00</d:updated>
</m:properties></content></entry>
</feed>"""


class Service:
    """A service with some sets; `pages` says whether it knows of $top, $skip and $filter."""

    def __init__(self, pages: bool = True, **sets: Any) -> None:
        self.sets, self.pages = sets, pages
        self.server = Server({"informea.svc/": self._answer})

    def _answer(self, url: str) -> Any:
        parts = urlsplit(url)
        said = self.sets.get(parts.path.rpartition("/")[2], [])
        if not isinstance(said, list):
            return said
        asked_for = {name: values[0] for name, values in parse_qs(parts.query).items()}
        since = asked_for.get("$filter", "").partition("'")[2].rstrip("'")
        if self.pages:
            said = [one for one in said if one.get("updated", "") >= since]
            start = int(asked_for["$skip"])
            said = said[start : start + int(asked_for["$top"])]
        return orjson.dumps(said)

    def read(self, state: Mapping[str, Any] | None = None, **settings: Any) -> list[Any]:
        settings.setdefault("sets", list(self.sets))
        address = "https://service.example/informea.svc/"
        return asked(Informea(), server=self.server, address=address, state=state, **settings)

    def found(self, **settings: Any) -> dict[str, Found]:
        found = [one for one in self.read(**settings) if isinstance(one, Found)]
        for one in found:
            proved(one)
        return {one.key: one for one in found}


def test_each_set_becomes_records() -> None:
    found = Service(
        Meetings=[MEETING], Decisions=[DECISION], Contacts=[CONTACT], NationalPlans=[PLAN], Sites=[SITE],
        CountryReports=[{**PLAN, "id": "r1", "title": {"fr": "Rapport"}}],
        Documents=[{**PLAN, "id": "x", "country": None}],
    ).found()  # fmt: skip
    said = {key: proved(one) for key, one in found.items()}
    meeting = said["Meetings/m1"]
    assert meeting["title"] == {"en": "COP 17", "fr": "CdP 17"} and meeting["places"] == ["ARM"]
    assert meeting["period"] == {"start": "2026-10-19", "end": "2026-10-30"} and meeting["point"]["longitude"] == 44.51
    assert meeting["summary"] == {"en": "The Parties meet."} and meeting["event_types"] == ["official-meeting"]
    decision = said["Decisions/d1"]
    assert decision["year"] == 2022 and decision["themes"] == ["access-benefit-sharing"]
    assert [link["url"] for link in decision["links"]] == [DECISION["link"], DECISION["files"]["results"][0]["url"]]
    assert decision["resource_languages"] == ["ar", "fr"] and decision["identifier"] == "NP-4/1"
    assert found["Decisions/d1"].address == DECISION["link"] and found["Decisions/d1"].facts["type"] == "decision"
    assert said["NationalPlans/p1"]["resource_types"] == ["strategy"] and said["NationalPlans/p1"]["places"] == ["FJI"]
    assert said["CountryReports/r1"]["title"] == {"fr": "Rapport"} and said["Documents/x"]["resource_types"] == [
        "report"
    ]
    site = next(one for key, one in said.items() if key.startswith("Sites/"))
    assert (
        site["point"] == {"latitude": -18.1, "longitude": 177.9, "blurred": False} or site["point"]["latitude"] == -18.1
    )


def test_only_official_focal_points_and_never_their_mailbox() -> None:
    others = [
        {**CONTACT, "id": "c2", "primary": 0}, {**CONTACT, "id": "c3", "country": "Atlantis"},
        {**CONTACT, "id": "c4", "treaties": ["cites"]}, {**CONTACT, "id": "c5", "primary": 0, "treaties": ["CHM-FP"]},
    ]  # fmt: skip
    found = Service(Contacts=[CONTACT, *others]).found()
    assert {key for key, one in found.items() if not one.problem} == {
        "Contacts/c1/CBD-FP1", "Contacts/c1/CPB-FP1", "Contacts/c5/CHM-FP",
    }  # fmt: skip
    said = proved(found["Contacts/c1/CBD-FP1"])
    assert said["person"] == "A. Person" and said["party"] == "FJI" and said["position"] == {"en": "Director"}
    assert said["institution"][0]["name"] == "Environment, Ministry"
    for secret in ("a@person.example", "555", "556", "Street"):
        assert secret not in str(found)


@pytest.mark.parametrize("wrap", ["list", "value", "d", "results", "data", "deep"])
def test_every_wrapping_of_json(wrap: str) -> None:
    body: Any = {"list": [MEETING], "deep": {"d": {"results": [MEETING]}}}.get(wrap, {wrap: [MEETING]})
    assert set(Service(Meetings=orjson.dumps(body)).found()) == {"Meetings/m1"}


def test_the_atom_view_says_the_same() -> None:
    (atom,) = Service(Meetings=ATOM.encode()).found().values()
    (plain,) = Service(Meetings=[MEETING]).found().values()
    said, other = proved(atom), proved(plain)
    for name in ("title", "places", "period", "organisers", "source"):
        assert said[name] == other[name], name
    assert [link["url"] for link in said["links"]] == ["https://www.cbd.int/a.pdf"] and "point" not in said
    assert atom.stated_at == plain.stated_at


def many(number: int) -> list[dict[str, Any]]:
    return [{**MEETING, "id": f"m{n}", "updated": f"2026-01-01T{n // 60:02}:{n % 60:02}:00"} for n in range(number)]


def test_pages_checkpoints_and_what_changed_since() -> None:
    service = Service(Meetings=many(230), Decisions=[DECISION])
    read = service.read(sets=["Meetings", "Decisions"])
    assert len([one for one in read if isinstance(one, Found)]) == 231
    stops = [one for one in read if isinstance(one, Checkpoint)]
    assert stops[0].state["skip"] == 100 and not stops[0].done and stops[-1].done
    assert stops[-1].state == {"since": {"Meetings": "2026-01-01T03:49:00", "Decisions": "2023-01-01T00:00:00"}}
    rest = [one.key for one in service.read(stops[1].state, sets=["Meetings", "Decisions"]) if isinstance(one, Found)]
    assert len(rest) == 31 and rest[0] == "Meetings/m200"
    again = service.read(stops[-1].state, sets=["Meetings", "Decisions"])
    assert [one.key for one in again if isinstance(one, Found)] == ["Meetings/m229", "Decisions/d1"]
    assert not again[-1].done


def test_a_service_that_knows_no_pages_is_read_once() -> None:
    service = Service(pages=False, Meetings=many(100))
    assert len(service.found()) == 100 and len(service.server.asked) == 2
    since = {"since": {"Meetings": "2026-01-01T01:39:00"}}
    assert len([one for one in service.read(since) if isinstance(one, Found)]) == 1, "it filters nothing, we do"


def test_only_some_treaties() -> None:
    service = Service(Meetings=[MEETING, {**MEETING, "id": "m2", "treaty": "cites"}])
    assert set(service.found(treaties="CBD, nagoya")) == {"Meetings/m1"}


@pytest.mark.parametrize(
    "bad",
    [
        {}, {"id": "x"}, {"id": "x", "title": []}, {"id": "x", "title": [{"language": 5, "value": 7}]},
        {"id": "x", "title": {"en": "\0"}}, {"id": ["x"], "title": "T", "start": "soon",
         "updated": "/Date(99999999999999)/", "latitude": "north", "files": "none",
         "country": {"iso": "FJ"}, "treaty": {"a": 1}},
    ],
)  # fmt: skip
def test_one_bad_thing_stops_no_other(bad: Any) -> None:
    found = Service(Meetings=orjson.dumps([bad, MEETING, 5, None])).found()
    assert not found["Meetings/m1"].problem and found["Meetings////"].problem == "It has no title."


def test_a_time_that_has_not_come_hides_no_other() -> None:
    read = Service(Meetings=[{**MEETING, "updated": "2999-01-01T00:00:00"}, {**MEETING, "id": "m2"}]).read()
    assert read[-1].state == {"since": {"Meetings": "2026-03-01T10:00:00"}}


@pytest.mark.parametrize(
    "body",
    [
        b"nothing", b'{"error": 1}', b"<html/>", b"<feed", (500, b"", {}), (404, b"", {}),
        b'<!DOCTYPE a [<!ENTITY x "y">]>' + ATOM[21:].replace("Yerevan", "&x;").encode(),
    ],
)  # fmt: skip
def test_a_service_that_is_none_ends_in_one_line(body: Any) -> None:
    with pytest.raises((BadSource, BadXml)) as caught:
        Service(Meetings=body).read()
    assert "\n" not in str(caught.value) and len(str(caught.value)) > 20


def test_times_in_all_ways() -> None:
    assert changed("/Date(1671408000000)/").startswith("2022-12-19") and changed("/Date(-1)/").startswith("1969")
    assert changed("2026-03-01") == "2026-03-01" and not changed("soon") and not changed(None)
    assert set(SETS) >= {"Decisions", "Contacts"}
    assert all(theme in vocabulary("themes").terms for _, themes in TREATIES.values() for theme in themes)
