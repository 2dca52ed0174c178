"""Whole harvests: by other people's clients, broken off at every page, beside writers, and with the server killed."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import pytest
from django.db import connection
from lxml import etree

from landbridge.exchange.out.oai import listing
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.models import Record
from landbridge.registry.queries import every
from landbridge.registry.rules import ANYONE
from tests.exchange.oai.door import OAI, Clock, Harvester, follow, named, pages, publish, revise, root, token_of
from tests.node import Node

LIST = "verb=ListRecords&metadataPrefix=oai_dc"

SAMPLE = Path(__file__).parents[3] / "landbridge" / "sample"


def public() -> set[str]:
    return {view.id for view in every(ANYONE)}


@pytest.mark.django_db
@pytest.mark.once
def test_broken_off_at_every_page_it_ends_complete(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each page the harvester is broken off, something changes, and it goes on with the token that it has."""
    monkeypatch.setattr(listing, "PAGE", 3)
    for number in range(20):
        publish(f"need-{number:02}")
    follow()
    holds: dict[str, bool] = {}
    page, turn = root(LIST), 0
    began = page.findtext(f"{OAI}responseDate")
    while True:
        holds.update(named(page))
        token = token_of(page)
        if not token:
            break
        clock.tick(1)
        for record_id in (f"need-{turn:02}", f"need-{19 - turn:02}"):
            if turn % 2 and turn < 8 and Record.objects.get(pk=record_id).state == "published":
                actions.retire(actor=NODE, record_id=record_id)
        if turn < 8:
            publish(f"new-{turn}")
            revise("need-10", title={"en": f"Title {turn}"})
        follow()
        turn += 1
        page = root(f"verb=ListRecords&resumptionToken={token}")
        assert named(page) == named(root(f"verb=ListRecords&resumptionToken={token}"))
    assert turn > 7
    for late in pages(f"{LIST}&from={began}"):
        holds.update(named(late))
    assert {record_id for record_id, gone in holds.items() if not gone} == public()
    assert {record_id for record_id, gone in holds.items() if gone}


def _write(name: str, stop: Event) -> int:
    """Publish, revise and retire, as fast as it goes."""
    done = 0
    try:
        while not stop.is_set() and done < 12:
            record_id = f"{name}-{done}"
            publish(record_id)
            if done % 3 == 1:
                revise(record_id, title={"en": "Changed"})
            if done % 3 == 2:
                actions.retire(actor=NODE, record_id=record_id)
            done += 1
    finally:
        connection.close()
    return done


@pytest.mark.django_db(transaction=True)
def test_beside_two_writers_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower and a harvester at work while two write; the clock is the real one."""
    monkeypatch.setattr(listing, "PAGE", 4)
    harvester, stop, read = Harvester(), Event(), 0
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(_write, name, stop) for name in ("left", "right")]
        end = time.monotonic() + 30
        while not all(writer.done() for writer in writers) and time.monotonic() < end:
            read = follow(read)
            harvester.harvest()
        stop.set()
        assert [writer.result() for writer in writers] == [12, 12]
    follow(read)
    harvester.harvest()
    assert set(harvester.holds) == public()
    assert len(harvester.holds) == 16


# Other people's clients


@pytest.mark.requirement("IAC-A.9")
@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_the_clients_of_others_get_everything(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BASE_URL = live_server.url
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(5):
        publish(f"need-{number}")
    follow()
    actions.retire(actor=NODE, record_id="need-3")
    follow()
    _by_sickle(f"{live_server.url}/oai")
    _by_scythe(f"{live_server.url}/oai")


def _by_sickle(url: str) -> None:
    from sickle import Sickle, oaiexceptions

    for method in ("GET", "POST"):
        sickle = Sickle(url, http_method=method, max_retries=0)
        assert sickle.Identify().deletedRecord == "persistent"
        assert [one.metadataPrefix for one in sickle.ListMetadataFormats()] == list(listing.PREFIXES)
        assert "need" in [one.setSpec for one in sickle.ListSets()]
        assert [one.deleted for one in sickle.ListIdentifiers(metadataPrefix="mods")] == [False] * 4 + [True]
        found = list(sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True))
        assert len(found) == 4
        assert found[0].metadata["identifier"] == [f"{url.removesuffix('/oai')}/records/need-0"]
        one = sickle.GetRecord(identifier=found[1].header.identifier, metadataPrefix="landbridge")
        assert (one.header.setSpecs, one.deleted) == (["need"], False)
        since = sickle.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": one.header.datestamp, "set": "need"})
        assert sum(1 for _ in since) >= 4
        with pytest.raises(oaiexceptions.NoRecordsMatch):
            sickle.ListRecords(metadataPrefix="oai_dc", until="2001-01-01")
        with pytest.raises(oaiexceptions.BadResumptionToken):
            sickle.ListRecords(resumptionToken="junk")
        with pytest.raises(oaiexceptions.IdDoesNotExist):
            sickle.GetRecord(identifier="oai:127.0.0.1:none", metadataPrefix="oai_dc")


def _by_scythe(url: str) -> None:
    from oaipmh_scythe import Scythe

    with Scythe(url) as scythe:
        assert scythe.identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
        assert len(list(scythe.list_metadata_formats())) == len(listing.PREFIXES)
        assert "need" in [one.setSpec for one in scythe.list_sets()]
        records = list(scythe.list_records(metadata_prefix="oai_dc"))
        assert [one.deleted for one in records] == [False] * 4 + [True]
        assert len(list(scythe.list_identifiers(metadata_prefix="oai_dc", ignore_deleted=True))) == 4
        assert len(list(scythe.list_records(metadata_prefix="landbridge", set_="need", from_="2020-01-01"))) == 5
        one = scythe.get_record(identifier=records[0].header.identifier, metadata_prefix="oai_dc")
        assert one.metadata["title"] == ["Restore the mangroves of Rewa", "Restaurer les mangroves de Rewa"]


# A server that is killed


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _served(node: Node, port: str) -> Iterator[Callable[[str], "etree._Element"]]:
    """The door of a node in processes of its own; at the end it is killed without a word."""
    process = node.start("run", LANDBRIDGE_PORT=port)
    url = f"http://127.0.0.1:{port}/oai?"

    def ask(query: str) -> "etree._Element":
        with urlopen(url + query, timeout=20) as response:
            return etree.fromstring(response.read())

    try:
        for _ in range(300):
            with suppress(OSError):
                ask("verb=Identify")
                break
            time.sleep(0.1)
        yield ask
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.django_db
@pytest.mark.once
def test_a_harvest_goes_on_after_the_server_was_killed(node: Node) -> None:
    """The sample network, some 290 records, in pages of 200; the new process knows nothing of the old one."""
    port, query, found = _free_port(), "verb=ListRecords&metadataPrefix=mods", list[str]()
    node.environment["LANDBRIDGE_PORT"] = port  # Under another address all records would be told anew.
    node.run("load", *map(str, sorted(SAMPLE.glob("*.jsonl"))))
    node.run("follow", "--once")
    for killed in (_served(node, port), _served(node, port)):
        for ask in killed:
            page = ask(query)
            found += named(page)
            query = f"verb=ListRecords&resumptionToken={token_of(page)}"
            every_one = list(named(ask("verb=ListIdentifiers&metadataPrefix=mods")))
    assert found == every_one
    assert len(found) > listing.PAGE_WRITTEN
    assert token_of(page) == ""
