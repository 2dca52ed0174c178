"""The text of a mail with notices: plain, in the person's language, with one link that stops such mails."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from landbridge.lib.languages import DEFAULT, LANGUAGES
from landbridge.lib.mail import one_line
from landbridge.parties.links import new_link
from landbridge.parties.models import Account, Notice
from landbridge.parties.notices import KINDS
from landbridge.registry.rules import Reader
from landbridge.web.labels import number
from landbridge.web.notices import Words, in_words, told

SHOWN: Final = 50
"""Notices that one mail tells in words; of the others it tells how many there are."""
_LINKS: Final = 10
_SUBJECT: Final = 150
CONFIRM: Final = "confirm"
CONFIRM_FOR: Final = timedelta(days=60)
"""So long a link in a mail confirms a record."""
_SIGNER: Final = "landbridge.notices.stop"


def letter(account: Account, notices: Sequence[Notice], reader: Reader) -> EmailMessage | None:
    """The mail that tells a person these notices; None where nothing of them may be told any more."""
    with override(language_of(account)):
        shown = told(in_words(notices, reader))
        if not shown:
            return None
        subject = _subject(in_words([shown[0].notice], reader, isolated=False)[0], len(shown))
        stop = f"{settings.BASE_URL}/notices/stop/{stop_key(account.pk, {one.notice.kind for one in shown})}"
        return EmailMessage(
            subject=subject, body="\n".join(_body(account, shown, stop)), to=[account.email],
            headers={
                "Message-ID": message_id(account.pk, [one.notice.key for one in shown]),
                "List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated", "Content-Language": language_of(account),
            },
        )  # fmt: skip


def language_of(account: Account) -> str:
    """The language that a person reads."""
    return account.language if account.language in LANGUAGES else DEFAULT


def message_id(account_id: int, keys: Sequence[str]) -> str:
    """The same for the same notices: a copy that comes in by another way is known as one."""
    made = hashlib.sha256("\n".join([settings.SECRET_KEY[:8], str(account_id), *sorted(keys)]).encode()).hexdigest()
    return f"<{made[:40]}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


def _subject(first: Words, count: int) -> str:
    """The first notice in words, and how many more there are."""
    text = one_line(first.text)
    text = text if len(text) <= _SUBJECT else text[: _SUBJECT - 1].rstrip() + "…"
    return f"{settings.EMAIL_SUBJECT_PREFIX}{text}" + (f" (+{number(count - 1)})" if count > 1 else "")


def _body(account: Account, shown: Sequence[Words], stop: str) -> Iterator[str]:
    for one in shown[:SHOWN]:
        yield from _lines(account, one)
        yield ""
    if len(shown) > SHOWN:
        more = len(shown) - SHOWN
        yield ngettext("%(shown)s more notice:", "%(shown)s more notices:", more) % {"shown": number(more)}
        yield f"{settings.BASE_URL}/desk/notices"
        yield ""
    yield "-- "
    yield gettext("You have this mail because you have an account at %(node)s.") % {"node": settings.NODE_NAME}
    yield gettext("Choose what is mailed, and when:")
    yield f"{settings.BASE_URL}/desk/notices/mails"
    yield gettext("Have no more mails of this kind:")
    yield stop


def _lines(account: Account, one: Words) -> Iterator[str]:
    """A notice in a mail: every address on a line of its own, so that it keeps its direction."""
    yield one.text
    for link in one.links[:_LINKS]:
        yield f"- {link.title}"
        yield f"  {settings.BASE_URL}{link.href}"
    for line in one.note.splitlines()[:20]:
        yield f"> {line}"
    if one.confirms:
        yield gettext("It is still true (one press of a button confirms it):")
        yield f"{settings.BASE_URL}/confirm/{_confirm_key(account, one.notice)}"
        yield gettext("See it, or change it:")
    if one.href:
        yield f"{settings.BASE_URL}{one.href}"


def _confirm_key(account: Account, notice: Notice) -> str:
    return new_link(CONFIRM, account.pk, notice.record_id, timezone.now() + CONFIRM_FOR)


def stop_key(account_id: int, kinds: set[str]) -> str:
    """What in an address stops mails of these kinds to a person, without signing in."""
    given = "-".join(kind for kind in KINDS if kind in kinds)
    return Signer(salt=_SIGNER).sign(f"{account_id}.{given}").replace(":", "~")


def read_stop_key(key: str) -> tuple[int, tuple[str, ...]] | None:
    """The account and the kinds of notice that a key stops; None where it is none of ours."""
    try:
        account_id, _, kinds = Signer(salt=_SIGNER).unsign(key.replace("~", ":")).partition(".")
    except BadSignature:
        return None
    return int(account_id), tuple(kind for kind in kinds.split("-") if kind in KINDS)
