"""Programmes as IATI activities: valid before the schema of the standard and its rules, and read again by our door."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from lxml import etree

from landbridge.exchange.in_.sources.iati_activity import programme
from landbridge.exchange.in_.sources.iati_rules import broken
from landbridge.exchange.in_.sources.iati_structure import faults
from landbridge.exchange.out.iati.activity import Lacking, Telling, activity
from landbridge.exchange.out.iati.file import file
from landbridge.exchange.out.iati.places import common_region
from landbridge.exchange.out.linked import addresses
from landbridge.formats.validate import validate
from landbridge.lib.environment import iati
from landbridge.registry.queries import RecordView
from tests.exchange.linked.examples import every
from tests.exchange.partners.records import SECRET, line, publish
from tests.support import record, shared

OWN = {"ref": "XM-DAC-99999", "type": "40"}
TODAY = date(2026, 6, 1)
WHOLE: dict[str, Any] = {
    "title": {"en": "Reefs & people", "fr": "Récifs"}, "summary": {"en": "Divers learn.\nThey teach."},
    "description": {"en": "<p>A long <b>story</b>.</p>"}, "status": "ongoing", "level": "national",
    "period": {"start": "2026-01-01", "end": "2026-12-31"}, "places": ["FJI"],
    "point": {"latitude": -17.8, "longitude": 178},
    "subnational": {"en": "Suva"}, "funders": [{"name": "Fund"}], "implementing": [{"name": "Reef Institute"}],
    "partners": [{"name": "Ministry", "role": "Accountable"}], "budget": {"amount": "120000.50", "currency": "EUR"},
    "purpose_code": "41030", "biodiversity_marker": 2, "themes": ["marine-coastal", "tourism"],
    "targets": ["target-03"], "project_number": "P-7",
    "links": [{"url": "https://reef.example", "title": "Reef", "language": "en"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def identity(settings: LazySettings) -> None:
    settings.IATI = OWN


def whole(**more: Any) -> RecordView:
    return record("reefs", "programme", **{**WHOLE, **more})


def made(view: RecordView) -> "etree._Element":
    return activity(view, Telling(TODAY, {}, {"parent": "XM-DAC-99999-parent"}))


def test_the_whole_file_is_valid_and_breaks_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "titles_for", lambda views: {})
    schema = etree.XMLSchema(etree.parse(str(shared("iati", "iati-activities-schema.xsd"))))
    views = [view for view in (*every(), whole(), *variants()) if view.format == "programme"]
    root = etree.fromstring(b"".join(file([views])))
    schema.assertValid(root)
    activities = root.findall("iati-activity")
    assert len(activities) > 20
    wrong = [(one.findtext("iati-identifier"), [rule.words for rule in broken(one)]) for one in activities]
    assert not [one for one in wrong if one[1]]
    comment = str(root.xpath("comment()")[-1])
    assert comment.startswith(f"<!-- {len(activities)} activities. Left out for want of ")
    reasons = [part.rpartition(": ") for part in comment.partition("want of ")[2].rpartition(".")[0].split("; ")]
    assert sum(int(number) for _, _, number in reasons) == len(views) - len(activities)


def variants() -> list[RecordView]:
    return [
        whole(places=["FJI", "WSM", "KEN"]), whole(places=["SIDS"]), whole(places=["FJI", "WSM"], purpose_code=None),
        whole(biodiversity_marker=0), whole(budget={"amount": "5", "most": "9", "currency": "USD"}),
        whole(period={"start": "2020-01-01", "end": "2020-12-31"}, status="completed"),
        whole(period={"start": "2099-01-01", "end": "2099-12-31"}, status="planned"),
        whole(iati_identifier="GB-1-2030"), whole(iati_identifier="a/b?c"), whole(project_number="<&\">"),
        whole(related=[{"record": "parent", "relation": "part-of"}]), whole(level="transboundary"),
    ]  # fmt: skip


def test_the_door_reads_the_same_programme() -> None:
    view = whole()
    one = made(view)
    assert not faults(one, "iati-activity") and not broken(one, TODAY)
    said, _, more = programme(one, one.findtext("iati-identifier") or "")
    again = validate("programme", said["data"], said["language"])
    same = ("title", "summary", "status", "level", "period", "places", "point", "subnational", "funders", "budget",
            "purpose_code", "biodiversity_marker", "project_number", "links")  # fmt: skip
    for name in same:
        assert again[name] == view.data[name], name
    assert [one["name"] for one in again["partners"] + again["implementing"]] == ["Ministry", "Reef Institute"]
    assert again["partners"][0]["role"] == "Accountable" and "A long story." in again["description"]["en"]
    assert again["iati_identifier"] == "XM-DAC-99999-reefs" and more["address"].endswith("/records/reefs")


def test_nothing_is_told_that_nobody_said() -> None:
    one = made(whole(biodiversity_marker=None, purpose_code=None))
    assert one.find("policy-marker") is None
    assert [(sector.get("vocabulary"), sector.get("code")) for sector in one.findall("sector")] == [
        ("99", "marine-coastal")
    ]
    assert [tag.get("code") for tag in one.findall("tag")] == ["marine-coastal", "tourism", "target-03"]
    assert made(whole(biodiversity_marker=0)).find("policy-marker").get("significance") == "0"
    assert made(whole(period={"start": "2024-01-01", "end": "2026-12-31"})).find("budget") is None
    several = made(whole(places=["FJI", "WSM"]))
    assert several.find("recipient-country") is None and several.find("recipient-region").get("code") == "009"
    assert several.xpath("location/location-id/@code") == ["FJ", "WS"] and not several.xpath("//@percentage")


def test_who_reports_and_under_which_identifier() -> None:
    own, other = made(whole()), made(whole(iati_identifier="GB-1-2030"))
    assert own.find("reporting-org").get("secondary-reporter") is None
    assert (
        other.find("reporting-org").get("secondary-reporter") == "1"
        and other.findtext("iati-identifier") == "GB-1-2030"
    )
    assert made(whole(iati_identifier="a/b")).findtext("iati-identifier") == "XM-DAC-99999-reefs"
    related = made(whole(related=[{"record": "parent", "relation": "part-of"}, {"record": "parent"}]))
    assert [one.get("ref") for one in related.findall("related-activity")] == ["XM-DAC-99999-parent"]


@pytest.mark.parametrize(
    ("without", "reason"),
    [("status", "status"), ("period", "start"), ("places", "where"), ("purpose_code", ""), ("funders", "")],
)
def test_what_lacks_something_is_left_out_with_the_reason(without: str, reason: str) -> None:
    view = whole(**{without: None})
    if not reason:
        assert made(view) is not None
        return
    with pytest.raises(Lacking, match=reason):
        made(view)
    text = b"".join(file([[view, whole()]])).decode()
    assert text.count("<iati-activity ") == 1 and "1 activities. Left out for want of" in text


def test_the_smallest_region_of_several_places() -> None:
    assert common_region(["FJI", "VUT"]) == "054" and common_region(["FJI", "054"]) == "054"
    assert common_region(["FJI", "KEN"]) == "001" and common_region(["FJI", "SIDS"]) == "001"


def test_the_setting() -> None:
    assert iati("") == {} and iati("XM-DAC-41114 40") == {"ref": "XM-DAC-41114", "type": "40"}
    for wrong in ("41114", "XM-DAC-1/2", "XM-DAC-41114 400"):
        with pytest.raises(ImproperlyConfigured):
            iati(wrong)


def test_no_moment_lies_in_the_future() -> None:
    view = replace(whole(), published_at=datetime(2026, 5, 31, 12, tzinfo=UTC))
    assert made(view).get("last-updated-datetime") == "2026-05-31T12:00:00Z"


@pytest.mark.once
@pytest.mark.django_db
def test_addresses(client: Client, settings: LazySettings) -> None:
    public = {name: WHOLE[name] for name in WHOLE if name not in ("title", "summary")}
    publish(line("reefs", "programme", **public, withheld=["budget", "subnational"]), line("bare", "programme"))
    answer = client.get("/iati/activities.xml")
    text = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.status_code == 200 and b"XM-DAC-99999-reefs" in text and SECRET.encode() not in text
    assert b"<budget" not in text and b"Suva" not in text and b"her status" not in text
    assert client.get("/iati/activities.xml", headers={"if-none-match": answer["ETag"]}).status_code == 304
    one = client.get("/records/reefs/iati.xml")
    assert one.status_code == 200 and etree.fromstring(one.content).findtext("iati-activity/title/narrative") == "reefs"
    for record_id, status, words in (
        ("bare", 404, "who takes part"),
        ("golden-need", 404, "only for programmes"), ("hidden-programme", 404, "no record"),
        ("gone-programme", 410, "withdrawn"), ("none", 404, "no record"),
    ):  # fmt: skip
        refused = client.get(f"/records/{record_id}/iati.xml")
        assert refused.status_code == status and words in refused.content.decode(), record_id
    settings.IATI = {}
    assert client.get("/iati/activities.xml").status_code == 404
