"""What our own doors out tell comes in again: programmes as IATI, records in the CBD's formats."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from lxml import etree

from landbridge.exchange.in_.door import Found
from landbridge.exchange.in_.sources.cbd_documents import document as read
from landbridge.exchange.in_.sources.cbd_terms import Names
from landbridge.exchange.in_.sources.iati import Iati
from landbridge.exchange.out.cbd.documents import document, holds, schemas_of
from landbridge.exchange.out.iati.activity import Lacking, Telling, activity, identifier
from landbridge.registry.queries import RecordView
from tests.exchange.in_.asking import proved, things
from tests.support import record

SAMPLE = Path(__file__).parents[3] / "landbridge" / "sample"


def sample(name: str) -> Iterator[RecordView]:
    for line in (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        said: dict[str, Any] = json.loads(line)
        yield record(said["id"], name, said.get("language", "en"), owner=said.get("owner"), **said["data"])


def test_programmes_go_out_as_iati_and_come_in_again(tmp_path: Path, settings: LazySettings) -> None:
    settings.IATI = {"ref": "XM-DAC-1", "type": "40"}
    telling, out, texts = Telling(date(2026, 6, 1), {}, {}), {}, []
    for view in sample("programme"):
        try:
            texts.append(etree.tostring(activity(view, telling), encoding="unicode"))
            out[identifier(view)] = view.data
        except Lacking:
            continue
    file = f'<iati-activities version="2.03">{"".join(texts)}</iati-activities>'.encode()
    found = {one.key: proved(one) for one in things(Iati(), file, folder=tmp_path, rules="refuse")}
    assert len(found) == len(out) > 15
    for key, said in found.items():
        for name in ("title", "summary", "status", "period", "purpose_code", "biodiversity_marker", "funders"):
            assert said.get(name) == out[key].get(name), (key, name)


@pytest.mark.parametrize("name", ["need", "offer", "organisation", "programme", "resource"])
def test_records_go_out_in_the_formats_of_the_cbd_and_come_in_again(name: str) -> None:
    views = list(sample(name))
    assert views
    for view in views:
        for schema in schemas_of(name):
            if not holds(schema, view):
                continue
            body = json.loads(json.dumps(document(view, schema, {}), default=str))
            said, facts = read(schema, body, Names(lambda _: None), "CBD")
            told = proved(Found(key=view.id, record=said, facts=facts))
            assert not facts["not_mapped"], view.id
            for answer in ("title", "places", "themes", "targets", "support_types", "level", "status"):
                if answer in told and said["format"] == name:
                    assert told[answer] == view.data.get(answer), (view.id, schema, answer)
