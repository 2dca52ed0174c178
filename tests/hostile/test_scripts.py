"""What means harm in every text of every format, in names, notes and remarks: on the pages of those who are signed in,
in their tables and in their letters nothing of it acts. (Pages for everybody: `test_records`.)"""

import csv
import io
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from tests.cast import Company
from tests.hostile import addresses
from tests.hostile.looking import ask
from tests.hostile.others import Others, ways
from tests.hostile.test_records import PAYLOADS, _answers, harmless

SOME = PAYLOADS[:4] + PAYLOADS[9:12]
FORMULA = '=HYPERLINK("http://evil.example")'


def evil_answers(name: str, payload: str) -> dict[str, Any]:
    """The payload in every question of the format that takes it."""
    from landbridge.formats.validate import InvalidRecord, validate

    data = {**_answers(FORMATS[name], payload), "places": ["FJI"]}
    for _ in range(6):
        try:
            validate(name, data, "en")
        except InvalidRecord as error:
            for problem in error.problems:
                data.pop(problem.field.split(".")[0], None)
        else:
            return data
    raise AssertionError(f"{name} takes nothing of {payload}")


@pytest.fixture
def evil(company: Company, theirs: Others) -> list[str]:
    """Malia's records of every format, each in two revisions, and all that is said of them."""
    from landbridge.parties.models import Account, Notice, Party
    from landbridge.registry import actions, journal
    from landbridge.registry.models import Comment
    from landbridge.registry.writing import Said

    actor, made = company.malia.actor, []
    for number, name in enumerate(FORMATS):
        payload = SOME[number % len(SOME)]
        data = evil_answers(name, payload)
        record = actions.draft(
            actor=actor, format=name, data=data, owner="navakavu", record_id=f"evil-{number}", note=payload
        ).id
        changed = {**data, "title": {**data["title"], "en": f"Otherwise {payload}"}}
        actions.revise(actor=actor, record_id=record, data=changed, language="en", note=payload)
        if number % 3:
            actions.submit(actor=actor, record_id=record, said=Said(payload))
        if number % 3 == 1:
            actions.return_(actor=actor, record_id=record, said=Said(FORMULA))
        Comment.objects.create(
            record_id=record, revision=2, text=payload, field="title", author=company.malia.account,
            at="2026-01-01T00:00:00Z",
        )  # fmt: skip
        Notice.objects.create(
            account=company.malia.account, kind="returned", key=f"k{number}", record_id=record, told={"note": payload}
        )
        made.append(record)
    Account.objects.filter(pk=company.malia.account.pk).update(name=SOME[0])
    Account.objects.filter(pk=company.henri.account.pk).update(name=FORMULA)
    Party.objects.filter(pk="navakavu").update(names=dict.fromkeys(LANGUAGES, SOME[1]))
    journal.follow_to_end()
    return made


def hers(company: Company) -> Client:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(company.malia.account)
    return client


def safe(client: Client, address: str) -> int:
    status, text, headers = ask(client, address)
    assert status < 500, address
    assert "unsafe" not in headers["Content-Security-Policy"], address
    assert "default-src 'none'" in headers["Content-Security-Policy"], address
    if status == 200 and headers["Content-Type"].startswith("text/html"):
        harmless(text, address)
    elif status == 200 and "json" in headers["Content-Type"]:
        assert headers["X-Content-Type-Options"] == "nosniff"
    return status


def test_no_page_of_somebody_who_works_on_it_acts(company: Company, evil: list[str]) -> None:
    client = hers(company)
    for number, record in enumerate(evil):
        tag = LANGUAGES[number % 6]
        for rest in ("", "/work", "/compare?from=1&to=2", "/history", "/revisions/1", "/revisions/2"):
            address = f"/records/{record}{rest}"
            assert safe(client, f"{address}{'&' if '?' in rest else '?'}lang={tag}") in (200, 404), address
        begun = client.get(f"/write/record/{record}")
        if begun.status_code == 302:
            for rest in ("", "/preview", "/alike", "/merge"):
                safe(client, f"{begun.headers['Location'].split('?')[0]}{rest}?lang={tag}")


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_no_list_or_page_at_all_acts(company: Company, evil: list[str], theirs: Others, tag: str) -> None:
    client, seen = hers(company), 0
    for one in addresses.every():
        for address in ways(one, theirs) if not one.api else ():
            seen += safe(client, f"{address}?lang={tag}&q=%3Cscript%3Ealert(7)%3C%2Fscript%3E") == 200
    assert seen > 50
    assert safe(client, "/review?queue=review&lang=" + tag) == 200


def test_no_table_has_a_formula(company: Company, evil: list[str], theirs: Others) -> None:
    client, rows = hers(company), 0
    for one in addresses.every():
        if one.template.endswith(".csv"):
            for address in [*ways(one, theirs), *([f"/records/{record}/trail.csv" for record in evil])]:
                status, text, _ = ask(client, address)
                for row in csv.reader(io.StringIO(text)) if status == 200 else ():
                    assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")], address
                    rows += 1
    assert rows > len(evil)


def test_no_letter_is_a_page(company: Company, evil: list[str], settings: Any) -> None:
    from django.utils import timezone

    from landbridge.registry.clock import tasks

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for task in tasks():
        task.run(timezone.now())
    assert mail.outbox, "there is something to send"
    for letter in mail.outbox:
        message: Any = letter.message()
        kinds = {part.get_content_type() for part in message.walk()}
        assert "text/html" not in kinds
        assert "\n" not in message["Subject"]
        for name, value in message.items():
            assert "<script" not in str(value).lower(), name
