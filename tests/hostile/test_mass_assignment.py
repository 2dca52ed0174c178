"""Every name that a table has, sent to every form and to the API by somebody who may use them: what a form does not ask
cannot be set by it. Owner, author, state, roles, rights of keys and accounts stay what they are."""

from typing import Any, Final

import orjson
import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.test.client import encode_multipart

from landbridge.parties.models import Membership
from landbridge.parties.permissions import Role
from tests.cast import Company
from tests.hostile import addresses, others
from tests.hostile.looking import ask
from tests.hostile.others import Others, ways

KEPT: Final = {
    "registry.Record": ("format", "workflow", "owner_id", "author_id", "origin", "published", "published_at",
                        "created_at", "visibility"),
    "registry.Revision": ("record_id", "number", "data", "author_id", "created_at", "sha256"),
    "registry.Change": ("record_id", "verb", "state", "visibility", "actor_id", "at", "batch"),
    "registry.WorkingCopy": ("account_id", "record_id", "format", "base"),
    "registry.Comment": ("record_id", "author_id", "text", "at"),
    "registry.Endorsement": ("record_id", "party_id", "by_id"),
    "registry.Nomination": ("record_id", "party_id", "by_id", "accepted"),
    "parties.Party": ("kind", "country", "names"),
    "parties.Account": ("email", "kind", "password", "is_active", "created_at", "erased_at"),
    "parties.Membership": ("account_id", "party_id", "role", "focal_point_kind", "since", "until"),
    "parties.Invitation": ("email", "party_id", "role", "digest", "invited_by_id", "accepted_at"),
    "parties.Token": ("account_id", "digest", "scopes", "expires_at", "made_by_id"),
    "parties.Notice": ("account_id", "kind", "key", "record_id", "told"),
    "search.Watch": ("account_id", "kind", "subject"),
    "exchange.Webhook": ("account_id", "url", "secret"),
}  # fmt: skip
"""Table to the columns of rows that were there before, which no form of a contributor sets by a name of its own."""
ASKED: Final = ("account/erase", "account/email/", "account/password/", "account/logout/", "account/2fa/",
                "account/sessions/end", "people/memberships/%(membership)s/end")  # fmt: skip
"""Forms whose very question is one of these."""
GONE_BY_RIGHT: Final = ("registry.WorkingCopy", "search.Watch", "exchange.Webhook")
"""What its owner may throw away."""


def names() -> dict[str, Any]:
    """Every column of every table of ours, with a value that somebody would like to have there."""
    wanted: dict[str, Any] = {}
    for model in apps.get_models():
        if not model.__module__.startswith("landbridge."):
            continue
        for field in model._meta.concrete_fields:
            value: Any = "1"
            if field.choices:
                value = str(list(field.choices)[-1][0])
            elif isinstance(field, models.DateTimeField | models.DateField):
                value = "2001-01-01"
            wanted |= {field.name: value, field.attname: value}
    return wanted | {
        "owner": "FJI", "owner_id": "FJI", "party": "FJI", "party_id": "FJI", "role": "administrator",
        "roles": "administrator",
        "state": "published", "visibility": "public", "workflow": "received", "origin": "https://evil.example",
        "scopes": ["read", "publish", "endorse"], "is_active": "0", "is_staff": "1", "is_superuser": "1",
        "published": "1", "verb": "none", "kind": "service", "id": "evil", "pk": "1",
    }  # fmt: skip


def kept(before: others.Rows, after: others.Rows) -> list[str]:
    """What was set that must not be."""
    wrong = []
    for label, fields in KEPT.items():
        model = apps.get_model(label)
        columns = [field.attname for field in model._meta.concrete_fields]
        for key, was in before[label].items():
            now = after[label].get(key)
            if now is None:
                wrong += [] if label in GONE_BY_RIGHT else [f"{label} {key} is gone"]
                continue
            for name in fields:
                then, later = was[columns.index(name)], now[columns.index(name)]
                is_hidden = name == "published" and later is None  # What is retired and revised is shown no longer.
                wrong += [f"{label} {key} {name}: {then!r} → {later!r}"] if then != later and not is_hidden else []
    return wrong


def fresh(before: others.Rows, after: others.Rows, person: int) -> list[str]:
    """New rows that say something about rights which nobody gave."""
    wrong = []
    for label in ("parties.Membership", "parties.Invitation", "registry.Endorsement", "parties.Party"):
        wrong += [f"new {label}" for key in after[label] if key not in before[label]]
    columns = [field.attname for field in apps.get_model("registry.Record")._meta.concrete_fields]
    for key, row in after["registry.Record"].items():
        if key not in before["registry.Record"]:
            made = dict(zip(columns, row, strict=True))
            if (made["state"], made["published"], made["author_id"], made["origin"]) not in (
                ("draft", None, person, ""), ("submitted", None, person, ""),
            ) or made["owner_id"] not in (None, "navakavu"):  # fmt: skip
                wrong.append(f"new record {made}")
    tokens = [field.attname for field in apps.get_model("parties.Token")._meta.concrete_fields]
    wrong += [f"new key of {row[tokens.index('account_id')]}" for key, row in after["parties.Token"].items()
              if key not in before["parties.Token"] and row[tokens.index("account_id")] != person]  # fmt: skip
    return wrong


@pytest.fixture
def contributor(company: Company, theirs: Others) -> Client:
    """Malia, when she only contributes: everything of `theirs` is hers, and she may not publish."""
    Membership.objects.filter(account=company.malia.account).update(role=Role.CONTRIBUTOR)
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(company.malia.account)
    return client


def test_no_form_takes_what_it_does_not_ask(company: Company, theirs: Others, contributor: Client) -> None:
    before, session, wrong = others.rows(), contributor.cookies, []
    sent = {**names(), "title": "x", "title.en": "x", "text": "x", "name": "x"}
    for one in addresses.every():
        if one.api or one.template.startswith(ASKED):
            continue
        for address in ways(one, theirs):
            contributor.cookies = session.copy()
            with transaction.atomic():
                status, _, _ = ask(contributor, address, "POST", data=encode_multipart("x", sent),
                                   content_type="multipart/form-data; boundary=x")  # fmt: skip
                after = others.rows()
                transaction.set_rollback(True)
            found = [*kept(before, after), *fresh(before, after, company.malia.account.pk)]
            wrong += [f"{address}: {one}" for one in found]
            wrong += [f"{address}: {status}"] if status >= 500 else []
    assert not wrong, "\n".join(wrong[:20])


def test_the_api_takes_what_it_documents_and_nothing_else(company: Company, theirs: Others) -> None:
    from landbridge.parties import tokens

    Membership.objects.filter(account=company.malia.account).update(role=Role.CONTRIBUTOR)
    account = company.malia.account
    scopes = [str(one) for one in tokens.Scope]
    key = tokens.make(actor=company.malia.actor, account=account, name="x", scopes=scopes, days=1).secret
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    data = {"title": {"en": "x"}, "summary": {"en": "x"}}
    before, wrong, taken = others.rows(), [], 0
    extra = {name: value for name, value in names().items() if name not in ("data", "format", "language", "note")}
    for one in addresses.every():
        for address in ways(one, theirs) if one.api else ():
            for method in ("POST", "PUT", "PATCH"):
                singly = [{name: value} for name, value in extra.items()] if address == "/api/v1/records" else []
                for more in ({}, extra, *singly):
                    body = orjson.dumps({"format": "technology", "language": "en", "data": data, **more})
                    headers = {"authorization": f"Bearer {key}", "if-match": "*"}
                    with transaction.atomic():
                        status, _, _ = ask(client, address, method, data=body, content_type="application/json",
                                           headers=headers)  # fmt: skip
                        after = others.rows() if status < 300 else before
                        transaction.set_rollback(True)
                    taken += status < 300
                    found = [*kept(before, after), *fresh(before, after, account.pk)]
                    wrong += [f"{method} {address} {list(more)[:3]}: {one}" for one in found]
                    wrong += [f"{method} {address} {list(more)[:3]}: {status}"] if status >= 500 else []
                    if status in (405, 404, 401):
                        break
    assert taken
    assert not wrong, "\n".join(wrong[:20])


def test_signing_up_makes_an_account_and_nothing_more(company: Company, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    before = others.rows()
    client = Client(headers={"host": "localhost"})
    client.post("/account/signup/", {**names(), "email": "new@example.org", "password1": "seven mangroves by the reef"})
    from landbridge.parties.models import Account

    made = Account.objects.get(email="new@example.org")
    assert (made.kind, made.is_active, made.erased_at) == ("person", True, None)
    assert not made.memberships.exists()
    after = others.rows()
    assert kept(before, after) == []
    assert fresh(before, after, made.pk) == []
    assert not client.session.get("_auth_user_id"), "not before the address is confirmed"
