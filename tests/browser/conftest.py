"""A real browser before a real server: Debian's Chromium, driven by Playwright.

Inner imports throughout: the settings are made ready after this file is read.
"""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.conftest import filled, searchable, translations  # noqa: F401 fixtures

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.once)  # What the browser shows; the pages are asked on both databases.
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, started once."""
    import os

    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django would refuse its database there; nothing here is async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def address(transactional_db: None, searchable: None, live_server: Any) -> str:  # noqa: F811
    """Where the node answers, with the records of the tests in it."""
    from landbridge.registry.actions import NODE, receive_many
    from landbridge.registry.workflow import Workflow
    from tests.api.small import arrival
    from tests.web.small import EVERYTHING

    assert not receive_many([*map(arrival, EVERYTHING)], actor=NODE, workflow=Workflow.REFERENCE).refused
    return str(live_server.url)


@pytest.fixture
def browse(chromium: Any, address: str) -> Iterator[Any]:
    """Open a page as a visitor: `browse("/", language="ar", dark=True, width=360, scripts=False)`."""
    contexts = []

    def open_page(
        path: str, *, language: str = "en", dark: bool = False, width: int = 1280, scripts: bool = True
    ) -> Any:
        context = chromium.new_context(
            base_url=address,
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
