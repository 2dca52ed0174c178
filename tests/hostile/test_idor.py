"""The wrong person at every address: signed in, with the ids of what is other people's. They find nothing of it, and
change nothing.

The addresses are found in `landbridge.urls`. An address with a kind of id that is not known here fails the test, so
that a new one comes with an id of somebody else's; see `others.FILLS`.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.test.client import encode_multipart

from tests.cast import Company, Person
from tests.hostile import addresses, others
from tests.hostile.looking import ask
from tests.hostile.others import FILLS, VERBS, WORD, Others, ways

WRONG = ("sven", "priya", "wanjiru")
"""A stranger, a contributor of an institute, and the focal point of another Party."""
ENGLISH = {"host": "localhost", "accept-language": "en"}


def test_every_address_is_visited(theirs: Others) -> None:
    """Also one whose ids have a form of their own, which must not come out empty."""
    assert [one.template for one in addresses.every() if not any(ways(one, theirs))] == []


def test_every_kind_of_id_has_one_of_somebody_elses() -> None:
    unknown = {(name, one.template) for one in addresses.every() for name in one.names if name not in FILLS}
    assert not unknown, "say in tests/hostile/others.py what stands there, and make one that is Malia's"


class Wrong:
    """Somebody who looks where they should not; nothing that they do stays."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.client = Client(headers=ENGLISH, raise_request_exception=False)
        self.client.force_login(person.account)
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        self.before = others.rows()
        self.found: list[str] = []
        self.writes = 0

    def look(self, address: str, method: str = "GET", **more: Any) -> int:
        client = Client(headers=ENGLISH, raise_request_exception=False)
        for name, value in self.cookies.items():
            client.cookies[name] = value
        mail.outbox.clear()
        with transaction.atomic(), others.writing() as written:
            status, text, headers = ask(client, address, method, **more)
            touched = others.touched(self.before, others.rows(), self.person.account) if written else []
            transaction.set_rollback(True)
        self.writes += bool(written)
        sent = [str(one.message()) for one in mail.outbox]
        told = " ".join([text, *headers.values(), *sent])
        where = f"{method} {address} → {status}"
        if WORD in told.replace(address, ""):
            at = told.index(WORD)
            self.found.append(f"{where} tells …{told[max(0, at - 60) : at + 30]!r}")
        if touched:
            self.found.append(f"{where} changed {touched[:3]}")
        if status >= 500:
            self.found.append(f"{where} failed")
        return status


@pytest.mark.parametrize("name", ["sven", *(pytest.param(name, marks=pytest.mark.once) for name in WRONG[1:])])
def test_the_wrong_person_finds_nothing_and_changes_nothing_by_looking(
    company: Company, theirs: Others, name: str
) -> None:
    wrong = Wrong(company.everybody()[name])
    visited = 0
    for one in addresses.every():
        for address in ways(one, theirs):
            wrong.look(address)
            wrong.look(
                address, QUERY_STRING=f"record={theirs.records[3]}&copy={others.COPY}&party=navakavu&from=1&to=1"
            )
            visited += 1
    assert visited > 60
    assert not wrong.found, "\n".join(wrong.found[:20])


def forms(status: int, theirs: Others) -> Iterator[dict[str, Any]]:
    """What to post: every name that a form may have; and where there is something at all, every button."""
    whole = others.guess(theirs)
    for verb in VERBS if status not in (403, 404, 410) else VERBS[1:2]:
        yield {**whole, **dict.fromkeys(("do", "verb", "action", "what", "act", "step"), verb)}


@pytest.mark.once  # Looking at every address, above, is done on both databases.
@pytest.mark.parametrize("name", WRONG[2:])
def test_the_wrong_person_changes_nothing_by_sending_forms(company: Company, theirs: Others, name: str) -> None:
    wrong = Wrong(company.everybody()[name])
    sent = 0
    for one in addresses.every():
        for address in () if one.api else itertools.islice(ways(one, theirs), 4):
            status = wrong.look(address, "POST", data=b"", content_type="application/x-www-form-urlencoded")
            for data in forms(status, theirs) if status != 405 else ():
                body = encode_multipart("x", data)
                wrong.look(address, "POST", data=body, content_type="multipart/form-data; boundary=x")
                sent += 1
    assert sent > 100
    assert wrong.writes, "even what they may do for themselves was not noticed"
    assert not wrong.found, "\n".join(wrong.found[:20])


@pytest.mark.once  # Keys are asked for before the database is; the pages are crawled on both.
@pytest.mark.parametrize("name", ["sven"])
def test_the_wrong_key_opens_nothing_by_the_api(company: Company, theirs: Others, name: str) -> None:
    from landbridge.parties import tokens

    person = company.everybody()[name]
    key = tokens.make(
        actor=person.actor, account=person.account, name="x", scopes=[str(one) for one in tokens.Scope], days=1
    ).secret
    wrong = Wrong(person)
    body = orjson.dumps({
        "format": "technology", "language": "en", "data": {"title": {"en": "x"}, "summary": {"en": "x"}},
        "owner": "navakavu", "party": "navakavu", "note": "x", "visibility": "public", "text": "x",
        "answers": theirs.comment, "url": "https://example.org/", "record": theirs.records[3],
    })  # fmt: skip
    for one in addresses.every():
        if not one.api:
            continue
        for address in ways(one, theirs):
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                more: dict[str, Any] = {"data": body, "content_type": "application/json"} if method != "GET" else {}
                sent = {"authorization": f"Bearer {key}", "if-match": "*", "idempotency-key": "x" * 20}
                wrong.look(address, method, headers=sent, **more)
    assert not wrong.found, "\n".join(wrong.found[:20])


def test_a_session_is_no_key_of_the_api(company: Company, theirs: Others) -> None:
    """What a browser sends along by itself writes nothing: these addresses take no token of a form."""
    right = Wrong(company.malia)
    for one in addresses.every():
        for address in ways(one, theirs) if one.api else ():
            for method in ("POST", "PUT", "DELETE"):
                more = {"data": b"{}", "content_type": "application/json", "headers": {"if-match": "*"}}
                status = right.look(address, method, **more)
                assert status in (400, 401, 404, 405, 410, 415, 422), (address, method, status)
    assert not right.found, "\n".join(right.found[:20])


def test_what_is_hidden_is_there_for_those_whose_it_is(company: Company, theirs: Others) -> None:
    """The tests above have something to find."""
    from landbridge.parties.models import Account

    client = Client(headers=ENGLISH)
    client.force_login(Account.objects.get(pk=theirs.account))
    pages = ["/account", "/desk", "/desk/watches", "/desk/notices", f"/write/{others.COPY}", "/account/tokens"]
    pages += [f"/records/{record}{rest}" for record in theirs.records for rest in ("", "/work")]
    assert [page for page in pages if WORD not in ask(client, page)[1]] == []
    assert ask(client, f"/write/{others.COPY}/files/{others.FILE}")[0] == 200
