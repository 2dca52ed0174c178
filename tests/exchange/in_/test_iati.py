"""IATI in: the files of those who made the standard, its rules, and files of strangers."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint
from landbridge.exchange.in_.sources import iati
from landbridge.exchange.in_.sources.iati import Iati
from landbridge.exchange.in_.sources.iati_rules import Rule, broken, rules
from landbridge.exchange.in_.sources.iati_structure import faults
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import Server, asked, proved, things
from tests.support import shared

ROOTS = {"iati-activities": "iati-activities-schema.xsd", "iati-organisations": "iati-organisations-schema.xsd"}
ACTIVITY = """<iati-activity xml:lang="fr" default-currency="EUR" last-updated-datetime="2026-05-01T10:00:00Z">
<iati-identifier>XX-1-{number}</iati-identifier>
<reporting-org ref="XX-1" type="10"><narrative>Agence des récifs</narrative></reporting-org>
<title><narrative>Récifs {number}</narrative><narrative xml:lang="en">Reefs {number}</narrative></title>
<description><narrative>Cartographie des récifs.</narrative></description>
<participating-org role="4"><narrative>Institut de la mer</narrative></participating-org>
<activity-status code="2"/><activity-date type="2" iso-date="2025-01-01"/>
<recipient-country code="FJ" percentage="100"/><sector code="41030"/>{more}</iati-activity>"""
MARKER = '<policy-marker vocabulary="1" code="5" significance="{0}"/>'


def document(*activities: str, root: str = 'iati-activities version="2.03"') -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}>{"".join(activities)}</iati-activities>'.encode()


def activity(number: int = 1, more: str = "") -> str:
    return ACTIVITY.format(number=number, more=more)


def files(*names: str) -> Iterator[Path]:
    for name in names:
        yield from sorted(shared("iati", "tests").rglob(f"{name}/**/*.xml"))


def test_all_good_files_of_the_standard_are_read() -> None:
    read = 0
    for path in files("should-pass"):
        if "registry" not in str(path):
            found = things(Iati(), path)
            assert found and not any(one.problem for one in found), path
            read += 1
    assert read == 233


def test_all_bad_files_of_the_standard_are_refused_with_the_reason() -> None:
    refused = 0
    for path in files("should-fail"):
        try:
            reasons = [one.problem for one in things(Iati(), path)]
        except (BadSource, BadXml) as error:
            reasons = [str(error)]
        assert any(reasons) and all(len(reason) > 20 for reason in reasons if reason), path
        refused += 1
    assert refused == 455


def test_the_own_check_of_structure_says_what_the_schemas_say() -> None:
    schemas = {root: etree.XMLSchema(etree.parse(shared("iati", name))) for root, name in ROOTS.items()}
    seen = {True: 0, False: 0}
    for path in shared("iati").rglob("*.xml"):
        tree = etree.parse(path, etree.XMLParser(remove_comments=True))
        root = str(tree.getroot().tag)
        if root in ROOTS:
            valid = schemas[root].validate(tree)
            assert valid is not bool(faults(tree.getroot(), root)), path
            seen[valid] += 1
    assert seen[True] > 230 and seen[False] > 450


def _given(text: Any) -> Any:
    """A loop writes '$1' there, and $it with us."""
    return json.loads(json.dumps(text).replace("'$1'", "$it"))


def _rules(ruleset: dict[str, Any]) -> Iterator[Rule]:
    for where, kinds in ruleset.items():
        for kind, body in kinds.items():
            for case in body["cases"]:
                if kind == "loop":
                    for inner, one in case["do"].items():
                        given = {"foreach": case["foreach"], "kind": inner, "arguments": _given(one["cases"][0])}
                        yield Rule("1", kind, where, given, "")
                else:
                    yield Rule("1", kind, where, case, "")


PAIRS = {
    "at_least_one": "at_least_one", "between_dates": "between_dates", "date_now": "date_now", "date": "date_order",
    "forloop": "forloop", "if_then": "if_then", "one_or_all_currency": "one_or_all", "one_or_all_lang": "one_or_all",
    "one_or_all_currency_all": "one_or_all", "one_or_all_sector": "one_or_all", "one_or_all_sector_all": "one_or_all",
    "one_or_all_org_currency": "one_or_all_org", "only_one_of_activity": "only_one_of",
    "only_one_of_transaction": "only_one_of", "period_time": "period_time", "range": "range", "regex": "regex_matches",
    "recipient_country": "recipient_country", "recipient_region_budget": "recipient_region_budget",
    "results_refs": "results_references", "sector_percentage_sum": "sector_percentage_sum", "sum": "sum",
    "sum_two": "sum_two", "time_limit": "time_limit", "total_expenditure": "total_expenditure", "unique": "unique",
    "results_indicator_baseline_value": "result_indicator_baseline_selector_with_conditions",
    "results_indicator_period_actual_value": "result_indicator_period_actual_selector_with_conditions",
    "results_indicator_period_target_value": "result_indicator_period_target_selector_with_conditions",
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_every_kind_of_rule_tells_good_from_bad(pair: str) -> None:
    folder = shared("iati-rulesets", "meta_tests")
    those = list(_rules(json.loads((folder / f"{PAIRS[pair]}.json").read_text())))
    assert broken(etree.parse(folder / f"{pair}_bad.xml").getroot(), None, those)
    good = next(path for name in (pair, "at_least_one_no_element") if (path := folder / f"{name}_good.xml").exists())
    assert not broken(etree.parse(good).getroot(), None, those)


def test_every_error_of_the_standard_ruleset_is_among_ours() -> None:
    ruleset = json.loads(shared("iati-rulesets", "rulesets", "standard.json").read_text())
    theirs = []
    for kinds in ruleset.values():
        for kind, body in kinds.items():
            for case in body["cases"]:
                inner = next(iter(case["do"].values()))["cases"][0] if kind == "loop" else case
                if inner["ruleInfo"]["severity"] == "error":
                    theirs.append((inner["ruleInfo"]["id"], kind))
    assert sorted(theirs) == sorted((rule.number, rule.kind) for rule in rules())
    assert all(rule.words.endswith(".") for rule in rules())


def test_the_example_of_the_standard_becomes_a_programme() -> None:
    example = "activity-standard-example-annotated.xml"
    (one,) = things(Iati(), shared("iati", "en", "activity-standard", example))
    said = proved(one)
    assert said["title"] == {"en": "Activity title", "fr": "Titre de l'activité", "es": "Título de la actividad"}
    assert said["status"] == "ongoing" and said["period"] == {"start": "2012-04-28", "end": "2015-12-31"}
    assert said["places"] == ["AFG", "ATG", "005", "TKM"] and said["iati_identifier"] == one.key
    assert said["budget"]["amount"] == "3000.00" and said["budget"]["currency"] == "EUR"
    assert said["funders"] == [{"name": "Name of Agency B"}]
    assert "Agency" not in json.dumps(said.get("contacts", "")) and "contacts" not in said
    assert "biodiversity_marker" not in said, "no marker was given"
    assert one.facts["places_not_known"] == ["recipient-region A1"]
    assert {"type": "incoming_funds", "currency": "EUR", "amount": "1000"} in one.facts["transactions"]
    assert any(rule.startswith("6.6.2") for rule in one.facts["rules"])
    assert one.stated_at is not None and one.stated_at.year == 2014


def test_no_marker_is_not_the_marker_0(tmp_path: Path) -> None:
    text = document(
        activity(1), *(activity(mark + 2, MARKER.format(mark)) for mark in (0, 1, 2)), activity(9, MARKER.format(9))
    )
    markers = [proved(one).get("biodiversity_marker", "none") for one in things(Iati(), text, folder=tmp_path)]
    assert markers == ["none", 0, 1, 2, "none"]
    facts = [one.facts.get("biodiversity_marker", "none") for one in things(Iati(), text, folder=tmp_path)]
    assert facts == markers


def test_only_what_is_marked_for_biodiversity(tmp_path: Path) -> None:
    plain = activity(3).replace('<sector code="41030"/>', '<sector code="11110"/>')
    marked = activity(4, MARKER.format(1)).replace('<sector code="41030"/>', '<sector code="11110"/>')
    found = things(Iati(), document(activity(1), plain, marked), folder=tmp_path, only_biodiversity=True)
    assert [one.key for one in found] == ["XX-1-1", "XX-1-4"]


def test_languages_money_sectors_and_people(tmp_path: Path) -> None:
    budget = (
        '<budget type="{1}"><period-start iso-date="2025-01-01"/><period-end iso-date="2025-12-31"/>'
        '<value value-date="2025-01-01">{0}</value></budget>'
    )
    spent = (
        '<transaction><transaction-type code="{0}"/><transaction-date iso-date="2025-02-01"/>'
        '<value value-date="2025-02-01" currency="{2}">{1}</value></transaction>'
    )
    more = budget.format(100, 1) + budget.format("150.5", 2) + spent.format(3, 40, "EUR") + spent.format(4, 2, "EUR")
    (one,) = things(Iati(), document(activity(1, more + spent.format(1, 7, "USD"))), folder=tmp_path)
    said = proved(one)
    assert one.record and one.record["language"] == "en" and said["title"] == {"fr": "Récifs 1", "en": "Reefs 1"}
    assert said["budget"]["amount"] == "150.50" and said["disbursed"]["amount"] == "42.00"
    assert said["purpose_code"] == "41030" and "protected-areas" in said["themes"]
    assert said["implementing"] == [{"name": "Institut de la mer"}] and said["places"] == ["FJI"]
    assert {"type": "incoming_funds", "currency": "USD", "amount": "7"} in one.facts["transactions"]
    two = things(Iati(), document(activity(1, more + spent.format(3, 7, "USD"))), folder=tmp_path)[0]
    assert "disbursed" not in proved(two), "two currencies have no sum"


def test_one_bad_activity_stops_no_other(tmp_path: Path) -> None:
    bad = activity(2).replace('iso-date="2025-01-01"', 'iso-date="soon"')
    mixed = activity(3).replace("<activity-status", "<strange/><activity-status")
    found = things(Iati(), document(activity(1), bad, mixed, activity(4)), folder=tmp_path)
    assert [(one.key, bool(one.problem)) for one in found] == [
        ("XX-1-1", False), ("XX-1-2", True), ("XX-1-3", True), ("XX-1-4", False),
    ]  # fmt: skip
    assert "“soon” is no date" in found[1].problem and found[1].place == "iati-activity 2"
    assert "strange" in found[2].problem


def test_a_broken_rule_is_noted_or_refuses(tmp_path: Path) -> None:
    text = document(activity(1).replace('percentage="100"', 'percentage="60"'), activity(2))
    noted = things(Iati(), text, folder=tmp_path)
    assert any("3.1.4" in rule for rule in noted[0].facts["rules"]) and not noted[0].problem
    refused = things(Iati(), text, folder=tmp_path, rules="refuse")
    assert "other than 100" in refused[0].problem and not refused[1].problem
    future = etree.fromstring(activity(1).replace("2025-01-01", "2027-01-01"))
    assert {rule.number for rule in broken(future, date(2026, 6, 1))} == {"11.1.4"}


HOSTILE = {
    "bomb": b'<!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;&x;">]>' + document("&y;")[38:],
    "outside": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + document("&x;")[38:],
    "version 1": document(activity(1), root='iati-activities version="1.05"'),
    "no version": document(activity(1), root="iati-activities"),
    "nothing": b"",
    "a page": b"<html><body>Not found</body></html>",
    "empty": document(),
    "not UTF-8": document(activity(1)).replace("é".encode(), b"\xe9"),
    "NUL": document(activity(1)).replace(b"Reefs", b"Re\0efs"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_none_ends_in_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises((BadSource, BadXml)) as caught:
        things(Iati(), HOSTILE[name], folder=tmp_path)
    assert "\n" not in str(caught.value) and 20 < len(str(caught.value)) < 400


def test_what_came_before_the_file_broke_off_has_been_given(tmp_path: Path) -> None:
    path = tmp_path / "broken.xml"
    path.write_bytes(document(*(activity(number) for number in range(40)))[:-900])
    given: list[Any] = []
    with pytest.raises(BadXml):
        given.extend(Iati().read(Ask("", {}, {}, Server().get, path, path.name)))
    assert len(given) == 38


def test_a_long_file_has_checkpoints_and_goes_on_from_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iati, "EVERY", 5)
    body = document(*(activity(number) for number in range(1, 9)))
    server = Server({"data": (200, body, {"etag": '"one"'})})
    whole = asked(Iati(), server=server)
    stops = [one for one in whole if isinstance(one, Checkpoint)]
    assert [stop.done for stop in stops] == [False, True] and stops[0].state == {"etag": '"one"', "at": 5}
    rest = asked(Iati(), server=server, state=stops[0].state)
    assert [one.key for one in rest if not isinstance(one, Checkpoint)] == [f"XX-1-{n}" for n in range(6, 9)]
    assert server.headers[-1]["If-None-Match"] == '"one"'
    unchanged = asked(Iati(), server=Server({"data": (304, b"", {})}), state=stops[1].state)
    assert unchanged == [Checkpoint({"etag": '"one"'})], "what has not changed is neither new nor gone"


def test_a_time_that_has_not_come_is_not_believed(tmp_path: Path) -> None:
    late = activity(1).replace("2026-05-01T10", "2099-05-01T10")
    (one,) = things(Iati(), document(late), folder=tmp_path)
    assert one.stated_at is None and any("11.1.1" in rule for rule in one.facts["rules"])
