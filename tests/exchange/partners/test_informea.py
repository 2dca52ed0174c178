"""InforMEA's service: both shapes say the same, our door reads them again, and nobody learns what is not public."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from landbridge.exchange.in_.sources.informea import SETS as READ
from landbridge.exchange.in_.sources.informea import Informea
from landbridge.exchange.out.informea.asking import Wrong, asked
from landbridge.exchange.out.informea.sets import SETS
from landbridge.registry.models import Record
from tests.exchange.in_.asking import Server, proved
from tests.exchange.in_.asking import asked as read
from tests.exchange.partners.records import SECRET, line, publish

M = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
D = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
ATOM = "{http://www.w3.org/2005/Atom}"
TALK: dict[str, Any] = {
    "title": {"en": "Talk & listen", "fr": "Parler"}, "event_types": ["official-meeting"], "places": ["FJI"],
    "period": {"start": "2026-10-19", "end": "2026-10-30"}, "city": {"en": "Suva"}, "cancelled": True,
    "point": {"latitude": -18.1, "longitude": 178.4},
}  # fmt: skip
POINT: dict[str, Any] = {
    "title": {"en": "Focal point of Fiji"}, "party": "FJI", "focal_point_kind": "ABS-FP", "person": "A. Person",
    "position": {"en": "Director"}, "institution": [{"name": "Ministry"}], "email": "a@person.example",
}  # fmt: skip


def test_the_sets_are_those_that_the_door_knows() -> None:
    assert set(SETS) == set(READ)


@pytest.mark.parametrize(
    "given",
    [
        {"$top": "x"}, {"$top": "-1"}, {"$skip": "1e3"}, {"$orderby": "title"}, {"$orderby": "updated up"},
        {"$orderby": ""}, {"$filter": "title eq 'x'"}, {"$filter": "updated ge '2026'"},
        {"$filter": "updated ge datetime'2026-99-99T00:00:00'"},
        {"$filter": "updated ge datetime'0001-01-01T00:00:00+23:00'"},
        {"$inlinecount": "some"}, {"$select": "id"}, {"$filter": "updated ge datetime'2026-01-01' or true"},
    ],
)  # fmt: skip
def test_junk_is_refused_in_one_sentence(given: dict[str, str]) -> None:
    with pytest.raises(Wrong, match=r"\.$"):
        asked(given)


def test_what_may_be_asked() -> None:
    one = asked({"$filter": "updated ge datetime'2026-01-01T00:00:00' and (updated lt datetime'2027-01-01T00:00:00Z')",
                 "$orderby": "updated desc, id", "$top": "5000"})  # fmt: skip
    assert [lookup for lookup, _ in one.limits] == ["gte", "lt"] and one.top == 1000
    assert one.order == (("updated", True), ("id", False))


@pytest.mark.once
@pytest.mark.django_db
class TestService:
    @pytest.fixture(autouse=True)
    def records(self) -> None:
        yesterday = (timezone.now().date() - timedelta(days=1)).isoformat()
        publish(
            line("talk", "event", **TALK), line("point", "focal_point", **POINT),
            line("former", "focal_point", **{**POINT, "serves_until": yesterday}),
            line("plan", "resource", resource_types=["strategy"], places=["FJI"], year=2025),
            line("report", "resource", resource_types=["report"], places=["FJI"], links=[{"url": "https://a.example"}]),
            line("guide", "resource", resource_types=["report"], places=["FJI", "WSM"]),
            line("secret-kind", "resource", resource_types=["strategy"], places=["FJI"], withheld=["resource_types"]),
        )  # fmt: skip

    def ids(self, client: Client, query: str) -> list[str]:
        return [one["id"] for one in client.get(f"/informea/{query}").json()]

    def test_which_records_are_in_which_set(self, client: Client) -> None:
        own = {name: {one for one in self.ids(client, name) if not one.startswith("golden")} for name in SETS}
        assert own == {
            "Decisions": set(), "Meetings": {"talk"}, "Contacts": {"point"}, "CountryReports": {"report"},
            "NationalPlans": {"plan"}, "Sites": set(), "Documents": {"guide", "secret-kind"},
        }  # fmt: skip

    def test_both_shapes_say_the_same(self, client: Client) -> None:
        for name, of in SETS.items():
            things = client.get(f"/informea/{name}?$orderby=id").json()
            answer = client.get(f"/informea/{name}?$orderby=id&$format=atom&$inlinecount=allpages")
            feed = etree.fromstring(answer.content)
            entries = feed.findall(f"{ATOM}entry")
            assert answer["DataServiceVersion"] == "1.0" and feed.findtext(f"{M}count") == str(len(things))
            for one, entry in zip(things, entries, strict=True):
                assert list(one) == list(of.properties)
                told = entry.find(f"{ATOM}content/{M}properties")
                assert [str(part.tag) for part in told] == [
                    D + key for key, kind in of.properties.items() if kind != "files"
                ]
                for part in told:
                    value = one[str(part.tag).removeprefix(D)]
                    if not len(part):
                        assert (part.get(f"{M}null") == "true") == (value in (None, [], {})), (name, part.tag)
                        assert part.text is None or part.text == str(value)
            assert SECRET not in answer.content.decode() and "a@person.example" not in answer.content.decode()

    @pytest.mark.requirement("CHM-19", "IAC-A.5")
    def test_the_door_reads_both_shapes(self, client: Client) -> None:
        for shape in ("json", "atom"):
            server = Server({"/informea/": lambda url, shape=shape: self._page(client, url, shape)})
            found = read(Informea(), server=server, address="https://node.example/informea", sets=list(SETS))
            said = {one.key: proved(one) for one in found if hasattr(one, "record") and one.record}
            talk = said["Meetings/talk"]
            assert talk["title"] == TALK["title"] and talk["period"] == TALK["period"] and talk["places"] == ["FJI"]
            assert (
                talk["cancelled"] is True
                and talk["event_types"] == ["official-meeting"]
                and talk["city"] == TALK["city"]
            )
            assert talk["point"]["latitude"] == -18.1
            (point,) = (one for key, one in said.items() if key.startswith("Contacts/point"))
            assert point["party"] == "FJI" and point["focal_point_kind"] == "ABS-FP" and point["person"] == "A. Person"
            assert (
                said["NationalPlans/plan"]["resource_types"] == ["strategy"]
                and said["NationalPlans/plan"]["year"] == 2025
            )
            assert "https://a.example" in [one["url"] for one in said["CountryReports/report"]["links"]]

    @staticmethod
    def _page(client: Client, url: str, shape: str) -> bytes:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"$format": shape}
        return client.get(parts.path, query).content

    def test_pages_and_what_changed_since(self, client: Client) -> None:
        Record.objects.filter(pk="guide").update(published_at=timezone.now() - timedelta(days=9))
        every = self.ids(client, "Documents")
        assert every[0] == "guide" and every == [
            one for skip in range(len(every)) for one in self.ids(client, f"Documents?$top=1&$skip={skip}")
        ]
        since = quote(f"updated ge datetime'{(timezone.now() - timedelta(days=1)).isoformat()[:19]}'")
        assert self.ids(client, f"Documents?$filter={since}") == every[1:]
        assert self.ids(client, "Documents?$orderby=updated%20desc")[-1] == "guide"
        counted = client.get("/informea/Documents?$top=1&$inlinecount=allpages").json()["d"]
        assert counted["__count"] == str(len(every)) and len(counted["results"]) == 1
        assert client.get("/informea/Documents?$count=true").json() == {"count": len(every)}

    def test_one_thing_and_what_is_none(self, client: Client) -> None:
        assert client.get("/informea/Meetings('talk')").json()["city"] == "Suva"
        entry = etree.fromstring(client.get("/informea/Meetings('talk')?$format=atom").content)
        assert entry.tag == f"{ATOM}entry"
        for where in ("Meetings('plan')", "Contacts('former')", "Meetings('hidden-event')", "Meetings('gone-event')",
                      "Meetings('%00')", "Nothing", "Decisions('talk')"):  # fmt: skip
            assert client.get(f"/informea/{where}").status_code == 404, where
        assert client.get("/informea/Meetings?$format=yaml").status_code == 400
        assert client.get("/informea/Meetings?$filter=1").json()["error"]["code"] == "400"

    def test_what_describes_the_service(self, client: Client) -> None:
        assert [one["name"] for one in client.get("/informea").json()["sets"]] == list(SETS)
        atom = etree.fromstring(client.get("/informea/?$format=atom").content)
        assert [one.get("href") for one in atom.iter("{*}collection")] == list(SETS)
        edmx = etree.fromstring(client.get("/informea/$metadata").content)
        assert [one.get("Name") for one in edmx.iter("{*}EntitySet")] == list(SETS)
        assert {one.get("EntityType").rpartition(".")[2] for one in edmx.iter("{*}EntitySet")} < {
            one.get("Name") for one in edmx.iter("{*}EntityType")
        }
