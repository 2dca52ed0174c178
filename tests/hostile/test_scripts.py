"""What means harm in every text of every format, in names, notes and remarks: on the pages of those who are signed in,
in their tables and in their letters nothing of it acts. (Pages for everybody: `test_records`.)"""

import csv
import io
import re
from collections import defaultdict
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from tests.cast import Company
from tests.hostile import addresses
from tests.hostile.families import FAMILIES, HANDLERS, REVISIONS, Filler, answers, drop
from tests.hostile.looking import ask
from tests.hostile.others import Others, ways
from tests.hostile.test_records import PAYLOADS, _answers, harmless
from tests.support import shared

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


def evil_revisions(name: str, filler: Filler) -> tuple[list[dict[str, Any]], set[str]]:
    """A record of the format in several revisions that together hold all that means harm; and what took none of it."""
    from landbridge.formats.validate import InvalidRecord, validate

    made: list[dict[str, Any]] = []
    refused: set[str] = set()
    for _ in range(REVISIONS):
        data = {**answers(FORMATS[name], filler), "places": ["FJI"]}
        while True:
            try:
                validate(name, data, "en")
                break
            except InvalidRecord as error:
                refused |= {drop(data, problem.field) for problem in error.problems}
        made.append(data)
    return made, refused


@pytest.fixture
def evil(company: Company, theirs: Others) -> list[str]:
    """Malia's records of every format, each in several revisions, and all that is said of them."""
    from landbridge.parties.models import Account, Notice, Party
    from landbridge.registry import actions, journal
    from landbridge.registry.models import Comment
    from landbridge.registry.writing import Said

    actor, made = company.malia.actor, []
    for number, name in enumerate(FORMATS):
        filler = Filler(number)
        first, *later = evil_revisions(name, filler)[0]
        payload = filler.text("note", 500)
        record = actions.draft(
            actor=actor, format=name, data=first, owner="navakavu", record_id=f"evil-{number}", note=payload
        ).id
        for data in later:
            actions.revise(actor=actor, record_id=record, data=data, language="en", note=filler.text("note", 500))
        if number % 3:
            actions.submit(actor=actor, record_id=record, said=Said(payload))
        if number % 3 == 1:
            actions.return_(actor=actor, record_id=record, said=Said(FORMULA))
        Comment.objects.create(
            record_id=record, revision=2, text=filler.text("remark", 4000), field="title", author=company.malia.account,
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


CHOICES = {
    "introduced_by", "withheld", "cost_basis", "modality", "centre.role", "fee_basis", "languages", "vetting",
    "outcome", "actor_side", "kind", "importance", "rights_side", "information_area", "contents",
}  # fmt: skip
"""Questions that look like words and take some words only."""


SHORT = {"gender", "person", "acronym", "city"}
"""Texts with no room for all of them, however often they are asked for."""


def test_every_text_in_every_language_has_all_that_means_harm() -> None:
    """What is short has them in one language or another, in one format or another."""
    anywhere: dict[str, set[str]] = defaultdict(set)
    for number, name in enumerate(FORMATS):
        filler = Filler(number)
        _, refused = evil_revisions(name, filler)
        assert refused <= CHOICES, f"{name} takes nothing in {refused - CHOICES}"
        for (path, language), families in filler.given.items():
            if path not in refused and path.partition(".")[0] not in refused:
                anywhere[path] |= families
                assert families == set(FAMILIES) or path in SHORT, (name, path, language, set(FAMILIES) - families)
    assert len(anywhere) > 130
    too_few = {path: len(families) for path, families in anywhere.items() if families != set(FAMILIES)}
    assert set(too_few) <= {"gender", "person", "acronym"}
    assert too_few.get("acronym", 99) > 20 and too_few.get("person", 99) > 15, too_few


OTHERS_CALL_IT = {
    "dollar_sign_in_attribute": "dollar", "unacceptable_uri": "uri", "script_inline": "script",
    "script_map_content": "script", "script_map_description": "script", "script_map_summary": "script",
    "script_nested_cdata": "script cdata", "map_content": "script", "declaration_unexpected_character": "crazy",
}  # fmt: skip


def test_every_family_that_others_have_met_is_among_them() -> None:
    """By the names of their cases, as `item_description_onclick.xml`; those that are acceptable are not meant."""
    met = set()
    for path in shared("html-sanitizer-cases").glob("*.xml"):
        name = re.sub(r"^((entry|feed|item)_[a-z]+_(encoded_|body_)?|xml_|blogger_)", "", path.stem)
        if not name.startswith(("acceptable_", "style_", "large_")):
            met.add(OTHERS_CALL_IT.get(name, name.replace("_", " ")))
    handlers = {name for name in met if re.fullmatch("on[a-z]+", name)}
    assert len(handlers) > 15
    assert handlers <= {f"on{name}" for name in HANDLERS}
    assert met - handlers <= set(FAMILIES), met - handlers - set(FAMILIES)
    assert {"script", "style", "crazy", "uri", "malicious comment"} <= met


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


@pytest.mark.once  # What a page shows of a record does not depend on the database.
def test_no_page_of_somebody_who_works_on_it_acts(company: Company, evil: list[str]) -> None:
    client, shown = hers(company), 0
    for number, record in enumerate(evil):
        tag = LANGUAGES[number % 6]
        for rest in ("", "/work", "/compare?from=1&to=2", "/history", "/revisions/1", "/revisions/2", "/revisions/3"):
            address = f"/records/{record}{rest}"
            status = safe(client, f"{address}{'&' if '?' in rest else '?'}lang={tag}")
            assert status in (200, 404), address
            shown += status == 200
        begun = client.get(f"/write/record/{record}")
        if begun.status_code == 302:
            for rest in ("", "/preview", "/alike", "/merge"):
                safe(client, f"{begun.headers['Location'].split('?')[0]}{rest}?lang={tag}")
    assert shown >= 3 * len(evil)


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
