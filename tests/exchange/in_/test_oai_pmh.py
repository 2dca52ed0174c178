"""OAI-PMH in: pages, tokens, deletions and increments; other people's recorded answers; repositories that misbehave."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.oai_pmh import OaiPmh
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import Server, asked, proved

SICKLE = Path(__file__).parents[4] / "shared" / "data" / "oai-pmh" / "sickle" / "tests" / "sample_data"
HEAD = '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
IDENTIFY = f"{HEAD}<responseDate>2026-03-01T10:00:00Z</responseDate><request/><Identify/></OAI-PMH>"
DC = 'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
CORALS = (
    '<dc:title xml:lang="es">Corales de Fiyi</dc:title><dc:title xml:lang="en">Corals of Fiji</dc:title>'
    "<dc:creator>Institute of Reefs</dc:creator><dc:description>&lt;p&gt;How to &lt;b&gt;count&lt;/b&gt;.&lt;/p&gt;"
    "</dc:description><dc:publisher>Reef Press</dc:publisher><dc:date>2019-05-01</dc:date>"
    "<dc:language>eng</dc:language>"
    "<dc:type>info:eu-repo/semantics/Dataset</dc:type><dc:coverage>Fiji</dc:coverage><dc:subject>corals</dc:subject>"
    "<dc:identifier>https://doi.org/10.1234/abc</dc:identifier><dc:identifier>https://repo.example/1</dc:identifier>"
    "<dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights>"
)


def record(number: int, inside: str = "<dc:title>A guide</dc:title>", status: str = "") -> str:
    named = f"<identifier>oai:repo.example:{number}</identifier><datestamp>2026-02-0{number}</datestamp>"
    header = f"<header{status}>{named}</header>"
    body = "" if status else f"<metadata><oai_dc:dc {DC}>{inside}</oai_dc:dc></metadata>"
    return f"<record>{header}{body}</record>"


def page(*records: str, token: str | None = None) -> bytes:
    onward = "" if token is None else f"<resumptionToken>{token}</resumptionToken>"
    return (
        f"{HEAD}<responseDate>2026-03-01T10:00:00Z</responseDate><request/><ListRecords>{''.join(records)}{onward}"
        "</ListRecords></OAI-PMH>"
    ).encode()


def error(code: str) -> bytes:
    at = "<responseDate>2026-03-01T10:00:00Z</responseDate><request/>"
    return f'{HEAD}{at}<error code="{code}">x</error></OAI-PMH>'.encode()


def harvest(
    pages: Mapping[str, bytes], state: Mapping[str, Any] | None = None, **settings: Any
) -> tuple[list[Found], list[Checkpoint], Server]:
    """What comes of a repository whose pages are named by their tokens; the first one has none."""

    def answer(url: str) -> bytes:
        asked_for = parse_qs(urlsplit(url).query)
        if asked_for["verb"] == ["Identify"]:
            return IDENTIFY.encode()
        return pages[asked_for.get("resumptionToken", [""])[0]]

    server = Server({"repo.example": answer})
    said = asked(OaiPmh(), server=server, address="https://repo.example/oai?x=1", state=state, **settings)
    found = [one for one in said if isinstance(one, Found)]
    for one in found:
        proved(one)
    return found, [one for one in said if isinstance(one, Checkpoint)], server


def test_a_record_in_dublin_core_becomes_a_resource() -> None:
    found, checkpoints, server = harvest({"": page(record(1, CORALS))}, set="reefs")
    data = proved(found[0])
    assert data["title"] == {"es": "Corales de Fiyi", "en": "Corals of Fiji"}
    assert (data["summary"], data["year"], data["places"]) == ({"en": "How to count."}, 2019, ["FJI"])
    assert (data["resource_types"], data["resource_languages"]) == (["dataset"], ["en"])
    assert (data["identifier"], data["work_licence"]) == ("10.1234/abc", "cc-by-4.0")
    assert [link["url"] for link in data["links"]] == ["https://doi.org/10.1234/abc", "https://repo.example/1"]
    assert found[0].facts["subject"] == ["corals"]
    assert checkpoints == [Checkpoint({"since": "2026-03-01"}, done=True)]
    assert server.asked[1] == "https://repo.example/oai?verb=ListRecords&metadataPrefix=oai_dc&set=reefs"


def test_pages_follow_each_other_and_a_broken_harvest_goes_on() -> None:
    pages = {"": page(record(1), record(2), token="t 2"), "t 2": page(record(3), token="")}
    found, checkpoints, _ = harvest(pages)
    assert [one.key[-1] for one in found] == ["1", "2", "3"]
    assert checkpoints[0].state == {"since": "", "token": "t 2", "began": "2026-03-01", "page": 1}
    again, last, server = harvest(pages, checkpoints[0].state)
    assert [(one.key[-1], one.place) for one in again] == [("3", "page 2, record 1")]
    assert len(server.asked) == 1
    assert last[-1].state == {"since": "2026-03-01"}


def test_a_forgotten_token_begins_anew() -> None:
    pages = {"": page(record(1)), "old": error("badResumptionToken")}
    found, checkpoints, _ = harvest(pages, {"since": "", "token": "old", "began": "2026-01-01", "page": 7})
    assert [one.key[-1] for one in found] == ["1"]
    assert checkpoints[-1] == Checkpoint({"since": "2026-03-01"}, done=True)


def test_the_next_run_asks_for_what_changed_and_hears_of_deletions() -> None:
    gone = record(2, status=' status="deleted"')
    found, checkpoints, server = harvest({"": page(record(1), gone)}, {"since": "2026-02-01"})
    assert [one.gone for one in found] == [False, True]
    assert "from=2026-02-01" in server.asked[0]
    assert not checkpoints[-1].done


def test_nothing_new_is_no_error() -> None:
    found, checkpoints, _ = harvest({"": error("noRecordsMatch")}, {"since": "2026-02-01"})
    assert (found, checkpoints) == ([], [Checkpoint({"since": "2026-02-01"})])


@pytest.mark.parametrize(
    ("inside", "why"),
    [("", "no metadata"), ("<dc:creator>x</dc:creator>", "no title"), ("<dc:title> </dc:title>", "no title")],
)
def test_what_cannot_be_read_is_told_and_stops_nothing(inside: str, why: str) -> None:
    bad = (
        record(1, inside)
        if inside
        else record(1).replace("<metadata>", "<metadata><!--").replace("</metadata>", "--></metadata>")
    )
    found, _, _ = harvest({"": page(bad, record(2))})
    assert why in found[0].problem
    assert found[1].record


@pytest.mark.parametrize("code", ["badArgument", "cannotDisseminateFormat", "badVerb", "noSetHierarchy"])
def test_an_error_of_the_protocol_is_one_clear_line(code: str) -> None:
    with pytest.raises(BadSource, match=code):
        harvest({"": error(code)})


def test_tokens_without_an_end_are_noticed() -> None:
    with pytest.raises(BadSource, match="circle"):
        harvest({"": page(record(1), token="a"), "a": page(record(2), token="b"), "b": page(record(3), token="a")})

    def endless(url: str) -> bytes:
        asked_for = parse_qs(urlsplit(url).query)
        return IDENTIFY.encode() if "Identify" in url else page(token=asked_for.get("resumptionToken", ["0"])[0] + "0")

    with pytest.raises(BadSource, match="circle"):
        asked(OaiPmh(), server=Server({"repo.example": endless}), address="https://repo.example/oai")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html><body>Welcome</body></html>", BadSource),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><OAI-PMH>&b;</OAI-PMH>', BadXml),
        (b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><OAI-PMH>&f;</OAI-PMH>', BadXml),
        (b"\x00\xff\xfe", BadXml),
        (b"", BadXml),
    ],
)
def test_what_is_no_repository_is_refused(body: bytes, why: type[Exception]) -> None:
    with pytest.raises(why):
        asked(OaiPmh(), server=Server({"repo.example": body}), address="https://repo.example/oai")


def test_a_busy_repository_is_left_alone() -> None:
    busy: Callable[[str], Any] = lambda url: (503, b"", {"retry-after": "120"})  # noqa: E731
    with pytest.raises(BadSource, match="120 seconds"):
        asked(OaiPmh(), server=Server({"repo.example": busy}), address="https://repo.example/oai")


@pytest.mark.skipif(not SICKLE.is_dir(), reason="needs ../shared/data/oai-pmh beside the project")
@pytest.mark.parametrize("name", ["ListRecords.xml", "ListRecords2.xml", "ListRecords3.xml", "ListRecords4.xml"])
def test_what_others_have_recorded_is_read(name: str) -> None:
    body = (SICKLE / name).read_bytes()

    def answer(url: str) -> bytes:
        if "Identify" in url:
            return (SICKLE / "Identify.xml").read_bytes()
        return body if "resumptionToken" not in url else page(record(9))

    said = asked(OaiPmh(), server=Server({"repo.example": answer}), address="https://repo.example/oai")
    found = [one for one in said if isinstance(one, Found)]
    for one in found:
        proved(one)
    assert len(found) == len(re.findall(rb"<record[ >]", body)) + (b"<resumptionToken" in body)
    assert not [one for one in found if one.problem and one.problem != "The record has no identifier."]
