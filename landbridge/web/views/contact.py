"""Writing to those who keep a record: the letter goes through this node, so that it can be counted and no mailbox has
to be shown; the answer comes straight back."""

from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext, ngettext

from landbridge.formats import tidy
from landbridge.lib.languages import DEFAULT, LANGUAGES, choose
from landbridge.lib.mail import one_line
from landbridge.parties.models import Account
from landbridge.registry import contacting, tallies
from landbridge.registry.contacting import Addressed, TooMany, Unreachable
from landbridge.registry.queries import RecordView
from landbridge.web.accounts import send
from landbridge.web.forms.held import keeping
from landbridge.web.labels import number, reader_language
from landbridge.web.people import account_of, signed_in
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id


@keeping
@signed_in
@telling
def write(request: HttpRequest, record_id: str) -> HttpResponse:
    """The form of a letter, and sending it."""
    account = account_of(request)
    if not readable_id(record_id) or account is None:
        raise Http404(record_id)
    try:
        to = contacting.addressed(account, record_id)
    except Unreachable:
        text = tidy.lines(request.POST.get("text", ""))
        return render(request, "contact.html", {"unreachable": record_id, "text": text}, status=404)
    if request.method != "POST":
        return _form(request, to, "")
    return _sent(request, account, to)


def _sent(request: HttpRequest, account: Account, to: Addressed) -> HttpResponse:
    text = tidy.lines(request.POST.get("text", ""))
    problem = _problem(text)
    if problem:
        return _form(request, to, text, problem, 422)
    try:
        contacting.spend(account)
    except TooMany:
        told = ngettext(
            "You have written %(most)s letter today, and may write the next one tomorrow.",
            "You have written %(most)s letters today, and may write the next one tomorrow.",
            contacting.MOST_A_DAY,
        )
        return _form(request, to, text, told % {"most": number(contacting.MOST_A_DAY)}, 429)
    went = [send(letter(account, to.view, email, text)) for email in to.emails]
    if not any(went):
        return _form(request, to, text, gettext("The mail could not be sent. Try again later."), 503)
    tallies.count("contacted", [to.view.id])
    messages.success(request, gettext("Your letter is on its way. The answer will come to your own mailbox."))
    return HttpResponseRedirect(f"/records/{to.view.id}")


def _problem(text: str) -> str:
    if len(text) < contacting.SHORTEST:
        return gettext("Say in a sentence or two who you are and what you would like to know.")
    if len(text) > contacting.LONGEST:
        told = gettext("The letter has %(length)s characters; at most %(most)s are allowed.")
        return told % {"length": number(len(text)), "most": number(contacting.LONGEST)}
    return ""


def _form(request: HttpRequest, to: Addressed, text: str, problem: str = "", status: int = 200) -> HttpResponse:
    tag, title = choose(to.view.data["title"], reader_language(), to.view.language)
    told = {"view": to.view, "title": title, "title_language": tag, "text": text, "problem": problem,
            "most": contacting.LONGEST, "account": account_of(request)}  # fmt: skip
    return render(request, "contact.html", told, status=status)


def letter(account: Account, view: RecordView, email: str, text: str) -> EmailMessage:
    """The mail to one mailbox, in the language of the record: what somebody wrote, on what, and how to answer."""
    with translation.override(view.language if view.language in LANGUAGES else DEFAULT):
        title = one_line(choose(view.data["title"], reader_language(), view.language)[1])
        who = f"{account.name} <{account.email}>" if account.name else account.email
        subject = gettext("About “%(title)s”") % {"title": title[:100]}
        lines = [
            gettext("%(who)s writes to you about “%(title)s”:") % {"who": who, "title": title}, "", text, "", "-- ",
            gettext("Your answer goes straight to who wrote this."), f"{settings.BASE_URL}/records/{view.id}",
        ]  # fmt: skip
        headers = {"Auto-Submitted": "no", "Content-Language": reader_language()}
        return EmailMessage(
            settings.EMAIL_SUBJECT_PREFIX + one_line(subject), "\n".join(lines), to=[email],
            reply_to=[account.email], headers=headers,
        )  # fmt: skip
