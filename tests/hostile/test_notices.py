"""Nonsense at every address of notices and watches, from somebody who is signed in and from nobody."""

import logging
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from django.test import Client

from landbridge.parties.notices import tell
from landbridge.search.models import Watch
from tests.cast import Cast, assemble
from tests.hostile.looking import ask
from tests.hostile.test_requests import STEPS, VALUES, sound

READ = ("/desk/notices", "/desk/notices/mails", "/desk/watches")
DONE = (
    "/desk/notices/read", "/desk/notices/confirm", "/desk/notices/mails", "/desk/notices/feed", "/desk/watches/add",
    "/desk/watches/1/rename", "/desk/watches/1/pause", "/desk/watches/1/drop", "/desk/watches/1/restore",
)  # fmt: skip
NAMES = ("after", "before", "dropped", "id", "up_to", "record", "kind", "subject", "name", "what", "way-watch")
SECRETS = ("/confirm/{}", "/desk/feed/{}", "/notices/stop/{}", "/desk/watches/{}/drop", "/desk/watches/1/{}")


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture(autouse=True)
def quiet(searchable: None) -> Iterator[None]:
    """Refusals are logged by the hundred; a failure shows as a status."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def sven(cast: Cast) -> Client:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(cast.sven.account)
    Watch.objects.create(account=cast.sven.account, kind="search", subject="q=%00%ff&place=Atlantis&type=%E5")
    tell([cast.sven.account.pk], "watch", "watch:1", "", {"watch": 1, "records": ["../x", "\u202e"], "count": 2})
    return client


@pytest.mark.parametrize("path", READ)
def test_no_parameter_is_too_odd(sven: Client, path: str) -> None:
    for value in VALUES:
        query = "&".join(f"{name}={value}" for name in NAMES)
        sound(ask(sven, path, QUERY_STRING=query), f"{path}?{query[:80]}")


@pytest.mark.parametrize("path", DONE)
def test_no_form_is_too_odd(sven: Client, path: str) -> None:
    for value in VALUES:
        typed = unquote(value, errors="replace")
        sound(ask_form(sven, path, dict.fromkeys(NAMES, typed)), f"{path} {value[:60]}")
        for kind in ("search", "need", "party", "term"):
            sound(ask_form(sven, path, {**dict.fromkeys(NAMES, typed), "kind": kind}), f"{path} {kind} {value[:60]}")


def ask_form(client: Client, path: str, typed: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    answer = client.post(path, typed)
    return answer.status_code, answer.content.decode(errors="replace"), dict(answer.headers)


@pytest.mark.parametrize("path", SECRETS)
def test_no_secret_is_too_odd(sven: Client, stranger: Client, path: str) -> None:
    for step in (*STEPS, "feed", "1.2", "1.match~x", "~~~~"):
        for client in (sven, stranger):
            for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"):
                answer = ask(client, path.format(step).replace("{{", "{"), method)
                sound(answer, f"{method} {path} {step[:60]}")
                assert answer[0] in (301, 302, 400, 403, 404, 405), (method, path, step[:40], answer[0])
