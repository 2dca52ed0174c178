"""The page that describes the API: made on the server, under the strict policy, nothing from elsewhere."""

import re

import pytest

from tests.api.small import Reader, body_of

pytestmark = pytest.mark.usefixtures("node")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_the_page_tells_every_operation(reader: Reader) -> None:
    page = body_of(reader.get("/docs")).decode()
    for path, methods in reader.json("/openapi.json")["paths"].items():
        for method, told in methods.items():
            assert f"{method.upper()} {path}" in page
            assert f'id="{told["operationId"]}"' in page


def test_the_page_needs_nothing_from_elsewhere_and_no_script_inside(reader: Reader) -> None:
    response = reader.get("/docs")
    page = body_of(response).decode()
    assert "'unsafe" not in response["Content-Security-Policy"]
    runs = r'<(?:script|style)(?![^>]*\bsrc=)(?! type="application/ld\+json")[^>]*>|\sstyle=|\son\w+='
    assert not re.findall(runs, page)
    loaded = re.findall(
        r'<(?:script|img|iframe)[^>]*\ssrc="([^"]+)"|<link rel="(?:stylesheet|icon)" href="([^"]+)"', page
    )
    assert loaded
    assert all("".join(one).startswith("/") for one in loaded)


def test_a_browser_gets_the_page_and_a_program_the_addresses(reader: Reader) -> None:
    assert reader.get("/", Accept=BROWSER)["Content-Type"].startswith("text/html")
    for accept in ("*/*", "application/json", ""):
        response = reader.get("/", Accept=accept)
        assert response["Content-Type"] == "application/json"
        assert "Accept" in response["Vary"]
