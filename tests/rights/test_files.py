"""Files: whoever only knows the digest of a file does not get it by naming it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from landbridge.formats.validate import InvalidRecord
from landbridge.registry import actions, copies, files
from landbridge.registry.models import StoredFile
from landbridge.registry.queries import latest
from tests.cast import Company, Person
from tests.hostile.looking import ask
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db
TEXT = b"Where the old trees stand"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def bring(person: Person) -> dict[str, Any]:
    return files.keep(actor=person.actor, name="map.txt", chunks=[TEXT]).answer("A map", "")


def with_file(answer: dict[str, Any]) -> dict[str, Any]:
    return {**NEED, "files": [answer]}


def draft(person: Person, owner: str | None, answer: dict[str, Any]) -> str:
    made = actions.draft(
        actor=person.actor, format="technology", data=with_file(answer), owner=owner, visibility="private"
    )
    return made.id


def open_as(person: Person, address: str) -> tuple[int, str]:
    client = Client(headers={"host": "localhost"})
    client.force_login(person.account)
    return ask(client, address)[:2]


def test_naming_a_file_of_somebody_else_does_not_open_it(company: Company, translations: None) -> None:
    answer = bring(company.malia)
    sha256 = answer["sha256"]
    with pytest.raises(InvalidRecord) as refusal:
        draft(company.sven, None, answer)
    assert [(one.field, one.code) for one in refusal.value.problems] == [("files", "file_of_others")]
    mine = actions.draft(actor=company.sven.actor, format="technology", data=NEED).id
    with pytest.raises(InvalidRecord):
        actions.revise(actor=company.sven.actor, record_id=mine, data=with_file(answer), language="en")
    copy = copies.begin(
        actor=company.sven.actor, format="technology", language="en", owner=None, answers=with_file(answer), title="x"
    )
    status, text = open_as(company.sven, f"/write/{copy.pk}/files/{sha256}")
    assert (status, TEXT.decode() in text) == (404, False)


def test_whoever_brought_it_and_those_who_work_with_them_have_it(company: Company, translations: None) -> None:
    answer = bring(company.noor)
    sha256 = answer["sha256"]
    offer = draft(company.noor, "reef-institute", answer)
    for person, status in ((company.noor, 200), (company.priya, 200), (company.sven, 404), (company.losa, 404)):
        assert open_as(person, f"/records/{offer}/files/{sha256}")[0] == status
    data = latest(offer, company.priya.reader).data
    actions.revise(actor=company.priya.actor, record_id=offer, data={**data, "title": {"en": "Better"}}, language="en")
    copy = copies.revising(actor=company.priya.actor, reader=company.priya.reader, record_id=offer)
    assert open_as(company.priya, f"/write/{copy.pk}/files/{sha256}") == (200, TEXT.decode())


def test_the_same_file_may_come_from_two_people(company: Company) -> None:
    first = bring(company.malia)
    second = bring(company.sven)
    assert first["sha256"] == second["sha256"]
    assert StoredFile.objects.count() == 1
    draft(company.sven, None, second)
    draft(company.malia, "navakavu", first)
