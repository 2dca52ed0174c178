"""The doors of the field in real runs: what they tell becomes records, drafts wait, and nothing is done twice."""

from pathlib import Path

import orjson
import pytest
from django.conf import settings

from landbridge.exchange.in_ import held
from landbridge.exchange.in_.doors import door, doors
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.models import Refusal, Source, SourceItem, SourceRun
from landbridge.registry.models import Record
from tests.exchange.in_.test_crs import earlier, project
from tests.exchange.in_.test_epo import DOCDB
from tests.exchange.in_.test_iati import activity, document
from tests.exchange.in_.test_ror import given
from tests.support import shared

OURS = ("iati", "crs", "epo", "uspto", "cbd", "informea", "ror", "gbif", "eml")


def brought(name: str, body: bytes, **answers: object) -> SourceRun:
    """The run of a file that somebody brought."""
    source, _ = Source.objects.get_or_create(pk=name, defaults={"door": name, "title": name, "answers": answers})
    return run_source(source, file="file", held_as=held.hold([body]))


@pytest.mark.once
@pytest.mark.django_db
def test_activities_and_projects_become_programmes_and_the_same_again_is_none() -> None:
    bad = activity(3).replace('code="2"', "")
    text = document(activity(1), activity(2, '<policy-marker code="5" significance="0"/>'), bad)
    first = brought("iati", text)
    assert (first.new, first.refused, first.error) == (2, 1, "")
    assert Refusal.objects.get(run=first).key == "XX-1-3"
    marked = Record.objects.get(pk=SourceItem.objects.get(key="XX-1-2").record_id)
    assert SourceItem.objects.get(key="XX-1-2").facts["biodiversity_marker"] == 0 and marked.format == "programme"
    again = brought("iati", text)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    less = brought("iati", document(activity(1)))
    assert less.gone == 0, "another file of the same publisher"
    crs = brought("crs", earlier(project(), project(CrsID="2")))
    assert (crs.new, crs.error) == (2, "")


@pytest.mark.requirement("CHM-2")
@pytest.mark.once
@pytest.mark.django_db
def test_patents_wait_for_a_person() -> None:
    done = brought("epo", DOCDB.encode())
    assert (done.kept, done.new, done.refused, done.error) == (1, 0, 1, "")
    item = SourceItem.objects.get(key="family 77")
    assert item.record_id == "" and item.said and item.said["format"] == "technology"
    assert item.facts["ipc"] and not Record.objects.exists()
    real = brought("epo", shared("epo-ops-responses", "example_1.xml").read_bytes())
    assert (real.kept, real.error) == (1, "")
    assert len(SourceItem.objects.get(key="family 19768124").facts["legal_events"]) == 50


@pytest.mark.once
@pytest.mark.django_db
def test_an_organisation_has_the_identifier_of_the_world() -> None:
    assert brought("ror", orjson.dumps(given())).new == 1
    assert Record.objects.get().pk == "ror-00013q465"


def test_every_door_of_the_field_says_what_it_is() -> None:
    assert set(OURS) <= set(settings.DOORS) and len(doors()) == len(settings.DOORS)
    for name in OURS:
        one = door(name)
        assert one.name == name and one.label and one.about and one.takes in ("address", "file", "both")
        kinds = {setting.kind for setting in one.settings}
        assert kinds <= {"text", "choice", "choices", "yes_no", "mapping", "language", "secret", "number"}
    tables = Path(__file__).parents[3] / "landbridge" / "exchange" / "in_" / "sources" / "tables"
    assert all(path.stat().st_size < 20_000 for path in tables.glob("*.tsv"))
