"""A format changes: old records are read in today's shape, and the user is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from landbridge.formats.editions import Edition
from landbridge.formats.library import FORMATS
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.loading import Line, Loader
from landbridge.registry.models import Revision
from landbridge.registry.queries import get
from landbridge.registry.rules import ANYONE

pytestmark = pytest.mark.django_db
SPLIT = "“Web page” became a list of web addresses; the page you had given is the first of them."


def _web_page_becomes_links(answers: dict[str, Any]) -> dict[str, Any]:
    page = answers.pop("web_page", None)
    return {**answers, "links": [{"url": page}]} if page else answers


@pytest.fixture
def second_edition(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Needs once asked for one web page; since the second edition they ask for any number of addresses."""
    monkeypatch.setattr(FORMATS["need"], "editions", (Edition(2, _web_page_becomes_links, SPLIT),))
    yield


def _write_in_first_edition() -> None:
    actions.draft(actor=NODE, format="need", record_id="old", data={"title": "Old", "summary": "Told long ago."})
    actions.publish(actor=NODE, record_id="old")
    data = {**Revision.objects.get(record_id="old").data, "web_page": "https://example.org/old"}
    Revision.objects.filter(record_id="old").update(data=data, edition=1)


def test_old_answers_are_read_in_the_new_shape_and_kept_as_they_were(second_edition: None) -> None:
    _write_in_first_edition()
    view = get("old", ANYONE)
    assert (view.edition, view.data["links"]) == (2, [{"url": "https://example.org/old"}])
    assert view.edition_notes == (SPLIT,)
    assert Revision.objects.get(record_id="old").data["web_page"] == "https://example.org/old"


def test_what_is_revised_is_written_in_the_new_edition(second_edition: None) -> None:
    _write_in_first_edition()
    actions.revise(actor=NODE, record_id="old", data=get("old", ANYONE).data, language="en")
    actions.publish(actor=NODE, record_id="old")
    view = get("old", ANYONE)
    assert (view.revision, view.edition, view.edition_notes) == (2, 2, ())


def test_an_export_of_an_older_node_is_loaded(second_edition: None) -> None:
    data = {"title": "Old", "summary": "Told long ago.", "web_page": "https://example.org/old"}
    lines = [
        Line(1, {"format": "need", "id": "a", "edition": 1, "data": data}),
        Line(2, {"format": "need", "id": "b", "edition": 3, "data": data}),
        Line(3, {"format": "need", "id": "c", "data": data}),
    ]
    refused: list[int] = []
    Loader(on_refused=lambda line: refused.append(line.line)).load(lines)
    assert get("a", ANYONE).data["links"] == [{"url": "https://example.org/old"}]
    assert refused == [2, 3]
