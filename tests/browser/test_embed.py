"""A page of somebody else's, on another origin and with a strict policy, shows a list and a box of ours."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

PAGE = """<!DOCTYPE html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>Ministry</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {node}; connect-src {node}">
</head><body><h1>Ministry</h1>
<div id="list" data-landbridge="list" data-landbridge-place="FJI" data-landbridge-limit="10"
><a href="{node}/x">All</a></div>
<div id="box" data-landbridge="match" data-landbridge-type="offer,organisation"><a href="{node}/match">Ask</a></div>
<div id="wrong" data-landbridge="list" data-landbridge-place="Atlantis"><a href="{node}/y">Still here</a></div>
<script src="{node}/embed/list.js" async></script><script src="{node}/embed/match.js" async></script></body></html>"""


class Ministry(HTTPServer):
    """The site of somebody else."""

    page = ""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.server.page.encode() if self.path == "/" else b""  # type: ignore[attr-defined]
        self.send_response(200 if body else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def ministry() -> Iterator[Ministry]:
    site = Ministry(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


def test_another_site_shows_our_records_without_cookies(
    chromium: Any, address: str, ministry: Ministry, settings: Any
) -> None:
    settings.BASE_URL = address
    for language, direction in (("en", "ltr"), ("ar-EG", "rtl")):
        ministry.page = PAGE.format(node=address, language=language, direction=direction)
        context = chromium.new_context(locale="fr", color_scheme="dark")
        page, complaints = context.new_page(), []
        page.on("console", lambda message, said=complaints: said.append(message.text))
        page.on("pageerror", lambda error, said=complaints: said.append(str(error)))
        page.goto(f"http://localhost:{ministry.server_port}/")
        title = "Reef monitoring with fishing villages" if language == "en" else "رصد الشعاب"
        need = page.locator("#list li > a", has_text=title)
        need.wait_for()
        assert need.get_attribute("href") == f"{address}/records/reef-need"
        assert page.locator("#list section").get_attribute("dir") == direction
        assert page.locator("#list b, #list img").count() == 0
        assert page.locator("#wrong a").inner_text() == "Still here"
        page.locator("#box textarea").fill("We need training to monitor reefs in Fiji")
        page.locator("#box button").click()
        page.locator(f"#box li > a[href='{address}/records/reef-course']").wait_for()
        assert context.cookies() == []
        refused = [said for said in complaints if "400" not in said]  # Of Atlantis the browser itself complains.
        assert not refused
        context.close()


def test_without_javascript_the_link_stays(chromium: Any, address: str, ministry: Ministry) -> None:
    ministry.page = PAGE.format(node=address, language="en", direction="ltr")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://localhost:{ministry.server_port}/")
    assert page.locator("#list a").inner_text() == "All"
    context.close()


def test_the_page_for_webmasters_shows_what_visitors_see(browse: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browse("/embed?kind=list&type=need&place=FJI", language="ar", width=360)
    page.locator("[data-landbridge] li > a").first.wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    violations = Axe().run(page, options=rules).response["violations"]
    assert not [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in violations]
    assert not page.complaints
