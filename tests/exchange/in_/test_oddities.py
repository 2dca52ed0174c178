"""Sources that hold anything in any place: each door refuses the thing and goes on, and what it gives can be kept."""

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from landbridge.exchange.in_.door import BadSource, Found
from landbridge.exchange.in_.sources.cbd import Cbd
from landbridge.exchange.in_.sources.eml import Eml
from landbridge.exchange.in_.sources.epo import Epo
from landbridge.exchange.in_.sources.gbif import Gbif
from landbridge.exchange.in_.sources.iati import Iati
from landbridge.exchange.in_.sources.informea import SETS, Informea
from landbridge.exchange.in_.sources.ror_door import Ror
from landbridge.formats.validate import InvalidRecord
from landbridge.lib.xml import BadXml
from tests.exchange.in_ import test_cbd, test_gbif, test_informea
from tests.exchange.in_.asking import Server, asked, proved
from tests.exchange.in_.test_eml import eml
from tests.exchange.in_.test_epo import DOCDB
from tests.exchange.in_.test_iati import MARKER, activity, document
from tests.exchange.in_.test_ror import given

ODD: Final[list[Any]] = [
    None, 5, -1, 0, "", "x" * 400, [], {}, [5], {"a": 1}, "\0", "\ud7ff", "<b>x</b>", "9" * 40, True, 1e308,
    "2999-01-01",
    ["a", None, {"b": []}], {"en": 5}, {"en": "x", "!!": "y"}, "2026-13-40", 2**70, "1e9", "javascript:x",
]  # fmt: skip
TEXTS: Final = ("", "x", "-5", "1e99", "NaN", "2026-99-99", "a" * 1_000, " ", "'", '"', "en_US", "٣", "100")
ROUNDS: Final = 60


def odd(value: Any, by: random.Random) -> Any:
    """The value with something else in one place."""
    value, at = copy.deepcopy(value), None
    inner = value
    while isinstance(inner, dict | list) and inner and (at is None or by.random() < 0.8):
        key: Any = by.choice(list(inner)) if isinstance(inner, dict) else by.randrange(len(inner))
        at, inner = (inner, key), inner[key]
    assert at is not None
    at[0][at[1]] = copy.deepcopy(by.choice(ODD))
    return value


def odd_xml(text: bytes, by: random.Random) -> bytes:
    """The document with an element gone, doubled, or with another text or attribute."""
    root = etree.fromstring(text)
    one = by.choice(list(root.iter()))
    above, what = one.getparent(), by.random()
    if what < 0.25 and above is not None:
        above.remove(one)
    elif what < 0.4 and above is not None:
        above.append(copy.deepcopy(one))
    elif what < 0.7 and one.attrib:
        one.set(by.choice(list(one.attrib)), by.choice(TEXTS))
    else:
        one.text = by.choice(TEXTS)
    return etree.tostring(root)


def _cbd(by: random.Random, file: Path) -> list[Any]:
    schema = by.choice(["bbiRequest", "bbiOpportunity", "bbiProfile", "organization", "resource", "event"])
    kind = by.choice([schema, "meeting", "decision", "focalPoint"])
    entry = odd(test_cbd.entry(kind, "A", 1, title_t="T", government_s="fj", ctgList_ss=["CHM-FP"]), by)
    body = odd(by.choice([test_cbd.REQUEST, test_cbd.ORGANISATION, test_cbd.INITIATIVE]), by)
    pages = {"index": json.dumps({"response": {"numFound": 1, "docs": [entry]}}), "documents": json.dumps(body)}
    server = Server({name: text.encode() for name, text in pages.items()})
    return asked(Cbd(), server=server, schemas=[schema, "meeting", "decision", "focalPoint"])


def _informea(by: random.Random, file: Path) -> list[Any]:
    things = [test_informea.MEETING, test_informea.DECISION, test_informea.CONTACT, test_informea.SITE]
    server = Server({"": json.dumps([odd(by.choice(things), by)]).encode()})
    return asked(Informea(), server=server, sets=[by.choice(list(SETS))])


def _gbif(by: random.Random, file: Path) -> list[Any]:
    thing = odd(by.choice([test_gbif.ORGANISATION, test_gbif.NODE, test_gbif.DATASET]), by)
    server = Server({"": json.dumps({"endOfRecords": True, "results": [thing]}).encode()})
    return asked(Gbif(), server=server, kinds=[by.choice(["organization", "node", "dataset"])])


def _ror(by: random.Random, file: Path) -> list[Any]:
    after = [{"type": "successor", "id": "https://ror.org/000000002", "label": "x"}]
    file.write_text(json.dumps([odd(given(relationships=after), by)]))
    return asked(Ror(), file)


def _of_xml(door: Callable[[], Any], text: bytes) -> Callable[[random.Random, Path], list[Any]]:
    def read(by: random.Random, file: Path) -> list[Any]:
        file.write_bytes(odd_xml(text, by))
        return asked(door(), file)

    return read


DOORS: Final[dict[str, Callable[[random.Random, Path], list[Any]]]] = {
    "cbd": _cbd, "informea": _informea, "gbif": _gbif, "ror": _ror, "eml": _of_xml(Eml, eml().encode()),
    "iati": _of_xml(Iati, document(activity(1, MARKER.format(2)))), "epo": _of_xml(Epo, DOCDB.encode()),
}  # fmt: skip


@pytest.mark.parametrize("name", DOORS)
def test_anything_in_any_place_stops_nothing(name: str, tmp_path: Path) -> None:
    given_up = 0
    for seed in range(ROUNDS):
        try:
            told = [one for one in DOORS[name](random.Random(seed), tmp_path / "file") if isinstance(one, Found)]
        except (BadSource, BadXml) as error:  # The whole file is none any more.
            assert "\n" not in str(error)
            given_up += 1
            continue
        for one in told:
            try:
                proved(one)
            except InvalidRecord:
                assert name == "ror", "only what its mapping has always left to the check of answers"
    assert given_up < ROUNDS
