"""What the links in mails and feeds lead to, for people who are not signed in: the secret in the address is the key.

Programs that look at mails open every link in them. So nothing is done by opening an address: a page with one button
comes, and the button does it.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from landbridge.lib.languages import choose
from landbridge.lib.mail import one_line
from landbridge.parties import links, notices
from landbridge.parties.models import Account, OneTimeLink
from landbridge.registry import actions
from landbridge.registry.models import Record
from landbridge.registry.queries import Unknown
from landbridge.registry.readers import reader_of
from landbridge.registry.telling import names
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Actor, Conflict, Forbidden
from landbridge.web.labels import reader_language
from landbridge.web.letters import CONFIRM, language_of, read_stop_key
from landbridge.web.notices import Words, in_words, kind_name, told
from landbridge.web.views.errors import not_found

View = Callable[..., HttpResponse]
FEED: Final = "feed"
IN_FEED: Final = 50


def secret_address(view: View) -> View:
    """A view whose address is a secret: it is told to no other site, kept in no cache and found by no robot."""

    @wraps(view)
    def hidden(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        response = view(request, *args, **named)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return hidden


@csrf_exempt  # The secret is the key; many programs for mail keep no cookies.
@require_http_methods(["GET", "HEAD", "POST"])
@secret_address
def confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """One click in a mail, and one on the page: the record is still true."""
    link = links.find_link(CONFIRM, secret)
    if link is None:
        return not_found(request)
    page = {"link": link, "title": _title(link), "record": link.subject, "path": request.path}
    if link.used_at is not None or link.expires_at <= timezone.now() or not link.account.is_active:
        return render(
            request, "notices/confirm.html", page | {"state": "used" if link.used_at else "expired"}, status=410
        )
    if request.method != "POST":
        return render(request, "notices/confirm.html", page | {"state": "asked"})
    try:
        record = _confirmed(link)
    except _UsedMeanwhile:
        return render(request, "notices/confirm.html", page | {"state": "used"}, status=410)
    except (Forbidden, Unknown, NotPossible, Conflict):
        return render(request, "notices/confirm.html", page | {"state": "refused"}, status=403)
    return render(request, "notices/confirm.html", page | {"state": "done", "until": record.confirm_by})


class _UsedMeanwhile(Exception):
    """Somebody else pressed the button first."""


def _confirmed(link: OneTimeLink) -> Record:
    """Confirm as the person whom the mail went to, with the rights that they have today; use the link up with it."""
    with transaction.atomic():
        if not links.use_link(link):
            raise _UsedMeanwhile
        return actions.confirm(actor=Actor(account_id=link.account_id), record_id=link.subject)


def _title(link: OneTimeLink) -> str:
    """The title of the record, as far as the person may read it today."""
    named = names([link.subject], reader_of(link.account)).get(link.subject)
    return choose(dict(named.titles), reader_language(), named.language)[1] if named else ""


@csrf_exempt  # A program for mail sends this by itself when somebody presses its own button (RFC 8058).
@require_http_methods(["GET", "HEAD", "POST"])
@secret_address
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Have no more mails of some kinds: they stay in the page and in the feed."""
    read = read_stop_key(key)
    account = Account.objects.filter(pk=read[0], is_active=True).first() if read else None
    if read is None or account is None:
        return not_found(request)
    if request.method == "POST":
        notices.choose(account, dict.fromkeys(read[1], notices.NONE))
    page = {"kinds": [kind_name(kind) for kind in read[1]], "done": request.method == "POST", "path": request.path}
    return render(request, "notices/stop.html", page)


@require_GET
@secret_address
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """A person's notices as a feed (Atom), in their language, without signing in."""
    link = links.find_link(FEED, key)
    if link is None or not link.account.is_active:
        return not_found(request)
    account = link.account
    with translation.override(language_of(account)):
        found = notices.newest(account.pk, IN_FEED)
        body = "".join(_feed(told(in_words(found, reader_of(account))), key))
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["Content-Language"] = language_of(account)
    return response


def _feed(lines: list[Words], key: str) -> Iterator[str]:
    here = f"{settings.BASE_URL}/desk/notices"
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    updated = max((line.notice.at for line in lines), default=midnight)
    title = gettext("Notices – %(node)s") % {"node": settings.NODE_NAME}
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
    yield f" xml:lang={quoteattr(reader_language())}><id>{escape(here)}</id><title>{escape(one_line(title))}</title>"
    yield f'<link rel="self" href={quoteattr(f"{settings.BASE_URL}/desk/feed/{key}")}/><link href={quoteattr(here)}/>'
    yield f"<updated>{updated.isoformat()}</updated>"
    yield f"<author><name>{escape(one_line(settings.NODE_NAME))}</name></author>\n"
    yield from (_entry(line, here) for line in lines)
    yield "</feed>\n"


def _entry(line: Words, here: str) -> str:
    said = [*(link.title for link in line.links), *map(one_line, line.note.splitlines())]
    href = quoteattr(settings.BASE_URL + line.href) if line.href else quoteattr(here)
    return (
        f"<entry><id>{escape(here)}#n{line.notice.pk}</id><title>{escape(one_line(line.text))}</title>"
        f"<link href={href}/><updated>{line.notice.at.isoformat()}</updated>"
        f"<content>{escape(chr(10).join(said))}</content></entry>\n"
    )
