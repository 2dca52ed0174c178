"""Writing a record, as the person at the form sees it."""

from typing import Any

import pytest
from django.test import Client

from landbridge.formats.library import FORMATS
from landbridge.registry.copies import begin
from landbridge.registry.models import Record, WorkingCopy
from tests.cast import Cast, assemble
from tests.web.reading import read_page, words

HOST = "localhost"


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def losa(cast: Cast, searchable: None) -> Client:
    client = Client(headers={"host": HOST, "accept-language": "en"})
    client.force_login(cast.losa.account)
    return client


def start(client: Client, format: str = "need", owner: str = "FJI", language: str = "en") -> str:
    """The address of a new form."""
    answer = client.post(f"/write/new/{format}", {"owner": owner, "language": language})
    assert answer.status_code == 302, answer.content[:300]
    return str(answer.headers["Location"])


def controls(page: Any) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    sent: dict[str, list[str]] = {}
    for control in page.xpath("//form[@id='write']//*[@name]"):
        name, kind = control.get("name"), control.get("type")
        if control.tag == "button" or kind == "file":
            continue
        if kind in ("checkbox", "radio") and control.get("checked") is None:
            continue
        if control.tag == "select":
            chosen = control.xpath("option[@selected]") or control.xpath("option")[:1]
            value = chosen[0].get("value")
        elif control.tag == "textarea":
            value = (control.text or "").removeprefix("\n")
        else:
            value = control.get("value") or ""
        sent.setdefault(name, []).append(value)
    return sent


def fill(client: Client, address: str, do: str = "save", **typed: Any) -> Any:
    """Type into the form and press a button: the page that follows."""
    sent = controls(read_page(client.get(address)))
    sent |= {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    return client.post(address.partition("?")[0], {**sent, "_do": do})


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_its_form(losa: Client, format: str) -> None:
    address = start(losa, format)
    page = read_page(losa.get(f"{address}?all=1"))
    asked = {name for name in FORMATS[format].model_fields if name not in ("sample", "translations")}
    shown = {one.get("id", "").removeprefix("f-") for one in page.xpath("//*[starts-with(@id, 'f-')]")}
    assert asked <= shown
