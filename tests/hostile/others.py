"""What belongs to other people: one of everything that has an id in an address, and all of it says a word that nobody
else may read.

It is Malia's, who speaks for a community; the community keeps it to itself.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.urls import is_valid_path
from django.utils import timezone

from landbridge.parties.models import Account, Invitation, Membership, Notice, OneTimeLink, Party, SignIn, Token
from landbridge.registry import actions
from landbridge.registry.models import Change, Comment, StoredFile, WorkingCopy
from landbridge.registry.writing import Said
from tests.cast import Company
from tests.hostile.addresses import Address

WORD: Final = "zyxwombat"
COPY: Final = "c0ffee" + "0" * 26
BYTES: Final = f"%PDF-1.4 {WORD}".encode()
FILE: Final = hashlib.sha256(BYTES).hexdigest()
BATCH: Final = "b" * 32
SECRET: Final = f"{WORD}-secret-in-a-link"
STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": (), "submitted": ("submit",), "returned": ("submit", "return_"), "private": ("publish",),
    "retired": ("publish", "retire"),
}  # fmt: skip


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Others:
    """The ids of it all, by what stands in an address."""

    records: tuple[str, ...]
    comment: int
    invitation: int
    membership: int
    account: int
    notice: int
    token: int
    webhook: int
    delivery: int
    watch: int
    passkey: int
    peer: int
    quarantined: int
    source: str
    run: int
    item: int
    likeness: int


def bring(company: Company) -> Others:
    """Bring it all in."""
    malia, party = company.malia.account, Party.objects.get(pk="navakavu")
    Account.objects.filter(pk=malia.pk).update(name=f"Malia {WORD}", email=f"{WORD}@example.org")
    records = tuple(_record(company, state) for state in STATES)
    now = timezone.now()
    later = now + timedelta(days=9)
    WorkingCopy.objects.create(
        id=COPY, account=malia, record_id=records[0], format="technology", language="en", owner="navakavu",
        answers={"title": {"en": WORD}, "summary": {"en": WORD}, "files": [_file(company)]}, title=WORD, base=1,
    )  # fmt: skip
    comment = Comment.objects.create(record_id=records[0], revision=1, text=WORD, author=malia, at=now)
    invitation = Invitation.objects.create(
        email=f"{WORD}-new@example.org", party=party, role="editor", digest=digest(SECRET), invited_by=malia,
        expires_at=later,
    )  # fmt: skip
    OneTimeLink.objects.create(
        digest=digest(f"{WORD}-other"), purpose="confirm", account=malia, subject=records[3], expires_at=later
    )
    SignIn.objects.create(account=malia, succeeded=True, agent=WORD, address="192.0.2.7")
    notice = Notice.objects.create(
        account=malia, kind="submitted", key="k", record_id=records[1], told={"title": {"en": WORD}, "note": WORD}
    )
    token = Token.objects.create(
        account=malia, name=WORD, prefix="lb_zyx", digest=digest("key"), scopes=["read"], made_by=malia,
        expires_at=later,
    )  # fmt: skip
    _made("exchange.BundleJob", id=COPY, kind="make", name=WORD, state="done", error=WORD, by=malia)
    peer = _made(
        "exchange.Peer", address="https://peer.example", reach=f"https://{WORD}.example", error=WORD, state="paused"
    )
    source = _made("exchange.Source", id="hidden-source", door="table", title=WORD, address="https://x.example",
                   answers={"encoding": WORD}, secrets=WORD)  # fmt: skip
    run = _made("exchange.SourceRun", source=source, file=WORD, error=WORD, started_at=now, ended_at=now, refused=1)
    _made("exchange.Refusal", run=run, key=WORD, place=WORD, reason=WORD)
    item = _made("exchange.SourceItem", source=source, key=WORD, title=WORD, facts={"x": WORD},
                 said={"format": "technology", "language": "en", "data": {"title": WORD}})  # fmt: skip
    _made("exchange.Notification", id=f"urn:x:{WORD}", direction="in", pattern="Offer", other=f"https://{WORD}.example",
          body={"summary": WORD})  # fmt: skip
    likeness = _made("exchange.Likeness", first="hidden-private", second="hidden-retired", score=1.0,
                     reasons=[["doi", WORD]])  # fmt: skip
    webhook = _made("exchange.Webhook", account=malia, url=f"https://{WORD}.example/", secret=WORD)
    return Others(
        records=records, comment=comment.pk, invitation=invitation.pk,
        membership=Membership.objects.get(account=malia).pk, account=malia.pk, notice=notice.pk, token=token.pk,
        webhook=webhook.pk,
        delivery=_made("exchange.Delivery", webhook=webhook, change_serial=1, body={"id": WORD}, error=WORD).pk,
        watch=_made("search.Watch", account=malia, kind="search", subject=f"q={WORD}", name=WORD).pk,
        passkey=_made(
            "mfa.Authenticator", user=company.mere.account, type="webauthn", data={"name": WORD, "credential": {}}
        ).pk,
        peer=peer.pk,
        quarantined=_made(
            "exchange.Quarantined", record_id=WORD, origin=WORD, via="https://peer.example", problem=WORD,
            reason="claim", body=WORD.encode(),
        ).pk,
        source=source.pk, run=run.pk, item=item.pk, likeness=likeness.pk,
    )  # fmt: skip


def _made(label: str, **values: Any) -> Model:
    made: Model = apps.get_model(label)._default_manager.create(**values)
    return made


def _file(company: Company) -> dict[str, Any]:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder / FILE, folder / FILE[:2] / FILE):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(BYTES)
    size = len(BYTES)
    StoredFile.objects.get_or_create(
        sha256=FILE, defaults={"media_type": "application/pdf", "size": size, "brought_by": company.malia.account}
    )
    return {"name": f"{WORD}.pdf", "media_type": "application/pdf", "size": size, "sha256": FILE, "alt": WORD}


def _record(company: Company, state: str) -> str:
    data = {
        "title": f"Reed {WORD} {state}", "summary": WORD, "description": WORD, "places": ["FJI"],
        "files": [_file(company)],
    }  # fmt: skip
    made = actions.draft(
        actor=company.malia.actor, format="technology", data=data, owner="navakavu", visibility="private",
        record_id=f"hidden-{state}", note=WORD,
    ).id  # fmt: skip
    for verb in STATES[state]:
        getattr(actions, verb)(actor=company.malia.actor, record_id=made, said=Said(WORD, batch=BATCH))
    return made


Fill = Callable[[Others], list[Any]]
FILLS: Final[dict[str, Fill]] = {
    "record_id": lambda others: [*others.records, f"{others.records[0]}.json", f"{others.records[3]}.ttl"],
    "number": lambda others: [1, 2],
    "copy_id": lambda others: [COPY],
    "sha256": lambda others: [FILE],
    "peer_id": lambda others: [others.peer],
    "source_id": lambda others: [others.source],
    "run_id": lambda others: [others.run],
    "item_id": lambda others: [others.item],
    "likeness_id": lambda others: [others.likeness],
    "quarantined_id": lambda others: [others.quarantined],
    "account_id": lambda others: [others.account],
    "membership": lambda others: [others.membership],
    "invitation": lambda others: [others.invitation],
    "party": lambda others: ["navakavu"],
    "watch_id": lambda others: [others.watch],
    "what": lambda others: ["pause", "resume", "drop", "restore", "rename", "delete", "test", "enable", "secret"],
    "token": lambda others: [others.token],
    "service": lambda others: [others.account],
    "webhook": lambda others: [others.webhook],
    "kind": lambda others: ["xlsx", "docx", "list", "match"],
    "job": lambda others: [COPY],
    "webhook_id": lambda others: [others.webhook],
    "token_id": lambda others: [others.token],
    "service_id": lambda others: [others.account],
    "delivery_id": lambda others: [others.delivery],
    "comment_id": lambda others: [others.comment],
    "notice_id": lambda others: [others.notice],
    "pk": lambda others: [others.passkey],
    # What is kept of a secret opens nothing; nor does a word that looks like one.
    "secret": lambda others: [digest(SECRET), "x" * 43],
    "key": lambda others: [digest(SECRET), "x" * 43, f"{others.account}:x:y"],
    "item": lambda others: [digest(SECRET), "x" * 43, f"{others.account}:x:y"],
    "uidb36": lambda others: ["1"],
    "plural": lambda others: ["technologies"],
    "country": lambda others: ["FJI", "navakavu"],
    "identifier": lambda others: ["FJI"],
    "vocabularies": lambda others: ["countries"],
    "digest": lambda others: ["x"],
    "format": lambda others: ["technology"],
    "shape": lambda others: ["xlsx", "docx"],
    "provider_id": lambda others: ["x"],
    "language": lambda others: ["en"],
    "name": lambda others: [BATCH, "countries", "capabilitylist", "resourcelist", "changelist", "Documents"],
    "ending": lambda others: ["ttl", "jsonld", "rdf", "xml", "json"],
    "part": lambda others: ["pages", "1"],
    "schema": lambda others: ["bbiRequest", "caseStudy"],
}
"""What stands in an address to what to put there. A new kind wants a line here, with an id of somebody else's."""


def ways(one: Address, theirs: Others) -> Iterator[str]:
    """The address, with every value that belongs in it and that it takes."""
    values = [FILLS[name](theirs) for name in one.names]
    for chosen in itertools.product(*values):
        address = one.filled(dict(zip(one.names, chosen, strict=True)))
        if is_valid_path(address):
            yield address


def guess(others: Others) -> dict[str, Any]:
    """Every name that a form of ours may have, leading to somebody else's."""
    records, ids = list(others.records), [str(others.comment), str(others.watch), str(others.notice)]
    one = records[1]
    return {
        "record": records, "records": records, "record_id": one, "id": ids, "ids": ids, "chosen": records,
        "selected": records, "copy": COPY, "copies": COPY, "copy_id": COPY, "account": others.account,
        "account_id": others.account, "author": others.account, "owner": "navakavu", "party": "navakavu",
        "parties": "navakavu", "membership": others.membership, "invitation": others.invitation,
        "watch": others.watch, "notice": others.notice, "notices": others.notice, "comment": others.comment,
        "answers": others.comment, "comment_id": others.comment, "token": others.token, "token_id": others.token,
        "webhook": others.webhook, "service": others.account, "to": others.account, "successor": others.account,
        "batch": BATCH, "name": "x", "text": "x", "note": "x", "field": "title", "subject": "x", "kind": "search",
        "role": "administrator", "focal_point_kind": "CBD-FP1", "email": "somebody@example.org", "visibility": "public",
        "state": "published", "format": "technology", "language": "en", "title.en": "x", "base": "1", "seen": "1",
        "sha256": FILE, "file": FILE, "files": FILE, "scopes": ["read", "publish"], "days": "30",
        "yes": "1", "sure": "1", "confirm": "1", "is_active": "0", "until": "2099-01-01",
    }  # fmt: skip


VERBS: Final = (
    "", "publish", "submit", "return", "take_back", "retire", "restore", "confirm", "endorse", "comment", "settle:1",
    "nominate", "accept", "approve", "delete", "undo",
)  # fmt: skip
"""What a button may say, in a field `do`, `verb`, `action` or `what`."""


Rows = dict[str, dict[Any, tuple[Any, ...]]]
PASSING: Final = (
    "sessions.Session", "exchange.Passage", "registry.Tally", "contenttypes.ContentType", "exchange.NodeKey",
    "exchange.ThisNode",
)  # fmt: skip
"""Tables that every visit may write to; the keys of the node are made when somebody first asks for them."""


def rows() -> Rows:
    """All that the database holds."""
    return {
        model._meta.label: {row[0]: row[1:] for row in model._default_manager.values_list("pk", *_columns(model))}
        for model in apps.get_models() if model._meta.label not in PASSING
    }  # fmt: skip


@contextmanager
def writing() -> Iterator[list[str]]:
    """Everything that the block asks of the database and that may change something; empty when nothing did.

    Rows that go in by COPY are seen by the lock of the journal that is taken before.
    """
    written: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")) or "advisory" in sql:
            written.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield written


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def touched(before: Rows, after: Rows, person: Account) -> list[str]:
    """What changed that is not the person's own."""
    found = []
    for label, was in before.items():
        now = after[label]
        columns = ["pk", *_columns(apps.get_model(label))]
        for key in {*was, *now}:
            if was.get(key) != now.get(key):
                row = dict(zip(columns[1:], now.get(key) or was[key], strict=True))
                if not _is_own(label, row, person):
                    found.append(f"{label} {key}")
    return found


_OWNERS: Final = ("account_id", "user_id", "brought_by_id")


def _is_own(label: str, row: dict[str, Any], person: Account) -> bool:
    if label == "parties.Account":
        return bool(row["id"] == person.pk)
    if label in ("parties.Membership", "parties.Invitation"):
        return False
    if label in ("registry.Record", "registry.Revision"):
        mine = row.get("author_id") == person.pk and row.get("owner_id") is None
        return mine and not str(row.get("record_id", row.get("id"))).startswith("hidden-")
    if label == "registry.Change":
        return row["actor_id"] == person.pk and not row["record_id"].startswith("hidden-")
    return any(row.get(name) == person.pk for name in _OWNERS)


def serials() -> list[int]:
    """The journal."""
    return list(Change.objects.values_list("serial", flat=True))
