"""Somebody who is signed in, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest

COOKIE = "sessionid"
EIGHT = {
    "title": "Reef monitoring for three bays", "summary": "Three villages want to count reef fish themselves.",
    "objective": "Counts each season, kept by the villages.",
}  # fmt: skip


def session_of(account: Any) -> str:
    """The key of a new session."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store["_auth_user_id"] = str(account.pk)
    store["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    store["_auth_user_hash"] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


@pytest.fixture
def people(address: str) -> Any:
    """The cast."""
    from tests.cast import assemble

    return assemble()


@pytest.fixture
def desk(chromium: Any, address: str, people: Any) -> Iterator[Any]:
    """Open a page as Losa: `desk("/write", language="ar", width=360, scripts=False)`."""
    contexts = []
    cookie = session_of(people.losa.account)

    def open_page(
        path: str, *, language: str = "en", dark: bool = False, width: int = 1280, scripts: bool = True
    ) -> Any:
        context = chromium.new_context(
            base_url=address, locale=language, color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900}, java_script_enabled=scripts,
        )  # fmt: skip
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
        context.set_default_timeout(90_000)  # The machine may be busy with other tests.
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


def begin(page: Any, node: str = "") -> str:
    """Start a need, here or at another address of the node: the address of its form."""
    page.goto(f"{node}/write")
    page.locator("button[formaction='/write/new/need']").click()
    page.wait_for_selector("#write")
    return str(page.url)


def stored(address: str) -> Any:
    """The working copy behind a form."""
    from landbridge.registry.models import WorkingCopy

    return WorkingCopy.objects.get(pk=address.partition("?")[0].rpartition("/")[2])


def told(page: Any, words: str) -> None:
    """Wait until the form says so of its saving."""
    page.wait_for_selector(f"[data-status]:has-text('{words}')", timeout=60_000)
